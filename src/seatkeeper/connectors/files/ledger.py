"""The ledger: who was handed over, and how; kept beside the files, since they say too little or are taken away.

It has editions, each a whole file. A new one is claimed by renaming it to the next number, which only one writer
can do; whoever lost begins again with what the winner wrote. That is the one moment at which a batch happens or
does not. The files that come of it are ready by then under other names, and are moved to where the app looks
by whoever sees them next, should their writer have died. So nothing is lost, handed over twice or torn.
"""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final

import orjson

from seatkeeper.connectors.files.folders import Entry, Folder, Sheet
from seatkeeper.connectors.files.lines import Lines
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError, TransientError

FOLDER: Final = ".seatkeeper"
_EDITION = "ledger-"
_PART = "part-"
_MOST_ANCESTORS = 64
_LONGEST_HEAD = 1 << 16
_LONGEST_TAIL = 64


@dataclass(frozen=True, slots=True)
class Part:
    """A file that is ready, and the name under which it is handed over."""

    name: str
    as_name: str


@dataclass(frozen=True, slots=True)
class Head:
    """The first line of an edition. ``ancestors`` are the marks of those before it, newest first.

    ``count`` is how many files were handed over so far, ``layout`` stands for how its rows are shaped.
    """

    number: int = 0
    mark: str = ""
    ancestors: tuple[str, ...] = ()
    count: int = 0
    layout: str = ""
    parts: tuple[Part, ...] = ()

    def next(self, mark: str, layout: str) -> "Head":
        """Make the head of the edition after this one."""
        ancestors = (self.mark, *self.ancestors)[:_MOST_ANCESTORS] if self.mark else ()
        return Head(self.number + 1, mark, ancestors, self.count + 1, layout)

    def encode(self) -> bytes:
        """Write it."""
        parts = [[part.name, part.as_name] for part in self.parts]
        values = {"seatkeeper": 1, "number": self.number, "mark": self.mark, "ancestors": self.ancestors}
        return orjson.dumps({**values, "count": self.count, "layout": self.layout, "parts": parts}) + b"\n"


@dataclass(frozen=True, slots=True)
class Edition:
    """The ledger as it is at one moment; without ``lines`` nothing was ever handed over."""

    head: Head = field(default_factory=Head)
    lines: Lines | None = None

    def close(self) -> None:
        """Let go of its file."""
        if self.lines is not None:
            self.lines.file.close()


class Ledger:
    """The editions in one folder, and the folder whose files they tell of. Used by one task at a time."""

    def __init__(self, inner: Folder, outer: Folder) -> None:
        self._inner, self._outer = inner, outer
        self._edition = Edition()

    async def latest(self) -> Edition:
        """Read the newest edition, once everything it tells of was handed over.

        It stays open until the next call.
        """
        entries = await self._inner.entries()
        newest = max(filter(None, map(_number, entries)), default=0)
        if newest != self._edition.head.number:
            edition = await self._open(newest)
            self.close()
            self._edition = edition
        await self._hand_over(self._edition.head, entries)
        return self._edition

    async def stage(self, sheet: Sheet, name: str) -> None:
        """Store a file under a name that nobody looks at."""
        await self._inner.store(sheet.file, name)

    async def commit(self, name: str, head: Head) -> bool:
        """Make a staged file the next edition; False where another writer was faster.

        When this returns true, what the edition tells of was handed over. Where it raises, the next
        ``latest`` finds out what became of it.
        """
        if not await self._inner.claim(name, f"{_EDITION}{head.number:010}"):
            return False
        entries = await self._inner.entries()
        newest = max(filter(None, map(_number, entries)), default=0)
        if newest != head.number and not await self._descends_from(head.mark):
            return False
        await self._hand_over(head, entries)
        await self._tidy(head, entries)
        return True

    async def discard(self, names: list[str]) -> None:
        """Remove staged files that became nothing."""
        for name in names:
            with suppress(TransientError):
                await self._inner.remove(name)

    def close(self) -> None:
        """Let go of the edition that was read."""
        self._edition.close()
        self._edition = Edition()

    async def _descends_from(self, mark: str) -> bool:
        head = (await self.latest()).head
        return mark in {head.mark, *head.ancestors}

    async def _hand_over(self, head: Head, entries: Mapping[str, Entry]) -> None:
        for part in head.parts:
            if part.name in entries:
                await self._inner.publish(part.name, self._outer, part.as_name)

    async def _tidy(self, head: Head, entries: Mapping[str, Entry]) -> None:
        """Remove editions before the last, and parts of writers that lost or died."""
        handed = {part.name for part in head.parts}
        for name in entries:
            number = _number(name)
            is_old = number is not None and number < head.number - 1
            if is_old or (name not in handed and _is_left_over(name, head.number)):
                await self._inner.remove(name)

    async def _open(self, number: int) -> Edition:
        if number == 0:
            return Edition()
        name = f"{_EDITION}{number:010}"
        file = await self._inner.fetch(name)
        if file is None:
            raise TransientError(f"The ledger {name} was replaced while it was read.")
        try:
            return _read(file)
        except (ValueError, LookupError, TypeError):
            file.close()
            said = f"The ledger {FOLDER}/{name} is damaged, so nobody can say who was handed over."
            remedy = f"Bring the newest file {_EDITION}… back from a backup, under the name {name}."
            raise RejectedError(said, ProblemCode.SETTINGS_INVALID, remedy=remedy) from None


def name_part(number: int, mark: str, kind: str) -> str:
    """Name a file that will come of the edition of that number."""
    return f"{_PART}{number:010}-{mark}-{kind}"


def finish(sheet: Sheet, rows: int) -> None:
    """End an edition with the number of its rows, so that one cut short is known for it."""
    sheet.write(b'{"rows":%d}\n' % rows)


def _read(file: Any) -> Edition:
    file.seek(0)
    first = file.readline(_LONGEST_HEAD)
    size = file.seek(0, 2)
    file.seek(max(len(first), size - _LONGEST_TAIL))
    tail = file.read().splitlines(keepends=True)[-1]
    orjson.loads(tail)["rows"]
    values = orjson.loads(first)
    if not tail.endswith(b"\n") or values["seatkeeper"] != 1:
        raise ValueError("no ledger")
    parts = tuple(Part(*each) for each in values["parts"])
    head = Head(
        values["number"], values["mark"], tuple(values["ancestors"]), values["count"], values["layout"], parts
    )
    return Edition(head, Lines(file, len(first), size - len(tail)))


def _number(name: str) -> int | None:
    digits = name.removeprefix(_EDITION)
    return int(digits) if name.startswith(_EDITION) and digits.isdigit() else None


def _is_left_over(name: str, number: int) -> bool:
    digits = name.removeprefix(_PART).partition("-")[0]
    return name.startswith(_PART) and digits.isdigit() and int(digits) <= number


def dated(instant: datetime) -> str:
    """Write an instant as it stands in files."""
    return instant.strftime("%Y-%m-%dT%H:%M:%SZ")
