"""A job as a timeline: from the identity provider's request through attempts and steps to the proof."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, TypeAlias

from seatkeeper.core.wording import HIDDEN
from seatkeeper.engine.apply import CHANGED
from seatkeeper.store.queries.events import ListedEvent
from seatkeeper.store.queries.jobs import ListedAttempt


@dataclass(frozen=True, slots=True)
class Change:
    """What one attribute was and became, as text; None says that there was or is nothing."""

    name: str
    before: str | None
    after: str | None


@dataclass(frozen=True, slots=True)
class Step:
    """One call to the app. ``error`` names what went wrong."""

    what: str
    took: timedelta | None
    error: str | None
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True)
class Try:
    """One attempt with its steps."""

    attempt: ListedAttempt
    steps: Sequence[Step]

    @property
    def took(self) -> float:
        """Seconds from its beginning to its end."""
        return (self.attempt.ended_at - self.attempt.started_at).total_seconds()


Moment: TypeAlias = ListedEvent | Try


def timeline(events: Sequence[ListedEvent], attempts: Sequence[ListedAttempt]) -> list[Moment]:
    """Put what was told of a job and what was tried in order, the first first."""
    moments: list[tuple[datetime, int, Moment]] = [(each.at, 1, each) for each in events]
    moments += [(each.started_at, 0, Try(each, [_step(line) for line in each.steps])) for each in attempts]
    return [moment for _, _, moment in sorted(moments, key=lambda each: each[:2])]


def _step(line: dict[str, Any]) -> Step:
    took = timedelta(milliseconds=line["ms"]) if "ms" in line else None
    return Step(str(line["what"]), took, line.get("error"), list(_changes(line)))


def _changes(line: dict[str, Any]) -> Iterator[Change]:
    before, after = line.get("before"), line.get("after")
    if isinstance(before, dict) or isinstance(after, dict):
        old, new = before or {}, after or {}
        for name in dict.fromkeys([*new, *old]):
            yield Change(name, _shown(old.get(name)), _shown(new.get(name)))


def _shown(value: Any) -> str | None:
    match value:
        case None | "" | []:
            return None
        case bool():
            return "true" if value else "false"
        case list():
            return ", ".join(map(str, value))
        case _:
            return HIDDEN if value == CHANGED else str(value)
