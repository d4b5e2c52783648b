"""The columns of a file: where each stands, and what it holds."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

_POSITIONS = re.compile(r"(?P<first>[1-9][0-9]{0,4})-(?P<last>[1-9][0-9]{0,4})")


class Special(StrEnum):
    """What a column may hold that is no attribute; written ``@active`` in the settings."""

    ACTION = "action"
    ACTIVE = "active"
    ENTITLEMENTS = "entitlements"
    PREVIOUS = "previous"
    """The Name as it was before, for an app that is told of renames."""


@dataclass(frozen=True, slots=True)
class Column:
    """One column. ``place`` is the heading, or the positions of a fixed column."""

    place: str
    holds: str | Special

    @property
    def span(self) -> slice | None:
        """The characters of a fixed column; None where the place is a heading."""
        found = _POSITIONS.fullmatch(self.place)
        return None if found is None else slice(int(found["first"]) - 1, int(found["last"]))

    @property
    def width(self) -> int:
        """How many characters a fixed column takes."""
        span = self.span
        return 0 if span is None else int(span.stop - span.start)


def parse_column(text: str) -> Column:
    """Read ``Heading=attribute``, ``1-10=attribute`` or ``attribute`` alone. Raises ``ValueError`` in words."""
    place, separator, holds = (part.strip() for part in text.rpartition("="))
    if not separator:
        place = holds.removeprefix("@")
    if not place or not holds:
        raise ValueError(f"“{text}” is no column; write it like Heading=attribute, or the attribute alone")
    if not holds.startswith("@"):
        return Column(place, holds)
    try:
        return Column(place, Special(holds.removeprefix("@")))
    except ValueError:
        known = ", ".join(f"@{each}" for each in Special)
        raise ValueError(f"{holds} is not known; there are {known}") from None


def parse_columns(texts: Iterable[str]) -> tuple[Column, ...]:
    """Read all. Raises ``ValueError`` for two of one place or of one content."""
    columns = tuple(map(parse_column, texts))
    for what, names in (("stands", [column.place for column in columns]), ("holds", _contents(columns))):
        twice = {name for name in names if names.count(name) > 1}
        if twice:
            raise ValueError(f"two columns are given where each {what} for itself: {', '.join(sorted(twice))}")
    return columns


def check_spans(columns: Sequence[Column]) -> None:
    """Check that fixed columns have places that do not overlap. Raises ``ValueError`` in words."""
    end = 0
    for column in sorted(columns, key=lambda column: 0 if column.span is None else column.span.start):
        span = column.span
        if span is None or span.stop <= span.start:
            raise ValueError(f"“{column.place}” is no place in a line; write it like 1-10=attribute")
        if span.start < end:
            raise ValueError(f"the column {column.place} overlaps the one before it")
        end = span.stop


def _contents(columns: Sequence[Column]) -> list[str]:
    return [str(column.holds) for column in columns]
