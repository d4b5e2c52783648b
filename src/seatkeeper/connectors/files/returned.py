"""The return file: the app's own list of its accounts, by which what was handed over is proven."""

import asyncio
import io
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO

import orjson

from seatkeeper.connectors.files.folders import Entry, Folder
from seatkeeper.connectors.files.layouts import Returned
from seatkeeper.connectors.files.lines import Lines
from seatkeeper.connectors.files.naming import answers
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError, TransientError


@dataclass(frozen=True, slots=True)
class AppList:
    """One return file as it was read, by Name."""

    entry: Entry
    lines: Lines
    count: int

    @property
    def written_at(self) -> datetime:
        """When the app wrote it, by the clock of where it is."""
        return self.entry.written_at

    def find(self, name: str) -> Returned | None:
        """Find the row of an account."""
        key = orjson.dumps(name) + b"\t"
        return next((_decode(line) for line in self.lines.matching(key) if line.startswith(key)), None)

    def indexed(self) -> "IndexedList":
        """Give the same for whoever asks for all: the rows are held in memory."""
        return IndexedList(self.written_at, {line[: line.index(b"\t")]: line for line in self.lines.every()})


@dataclass(frozen=True, slots=True)
class IndexedList:
    """One return file in memory."""

    written_at: datetime
    rows: dict[bytes, bytes]

    def find(self, name: str) -> Returned | None:
        """Find the row of an account."""
        line = self.rows.get(orjson.dumps(name))
        return None if line is None else _decode(line)


class ReturnFile:
    """The newest return file there is. Used by one task at a time."""

    def __init__(self, folder: Folder, settings: FilesSettings) -> None:
        self._folder = folder
        self._pattern = settings.return_file or ""
        self._layout = settings.return_layout
        self._name_attribute = settings.name_attribute
        self._list: AppList | None = None

    async def latest(self) -> AppList | None:
        """Read it where it is new; None where the app has dropped none yet.

        One that cannot be read passes, since the app may be at it right now: raises ``TransientError``.
        """
        try:
            return await self.examine()
        except RejectedError as error:
            raise TransientError(str(error)) from None

    async def examine(self) -> AppList | None:
        """Do the same, and raise ``RejectedError`` for one that cannot be read."""
        newest = await self._newest()
        if newest is None or (self._list is not None and self._list.entry == newest):
            return self._list
        file = await self._folder.fetch(newest.name)
        if file is None:
            return self._list
        with file:
            read = await asyncio.to_thread(self._read, file, newest)
        self.close()
        self._list = read
        return read

    def close(self) -> None:
        """Let go of what was read."""
        if self._list is not None:
            self._list.lines.file.close()
            self._list = None

    async def _newest(self) -> Entry | None:
        entries = (await self._folder.entries()).values()
        found = [entry for entry in entries if answers(self._pattern, entry.name)]
        return max(found, key=lambda entry: (entry.written_at, entry.name), default=None)

    def _read(self, file: BinaryIO, entry: Entry) -> AppList:
        if file.seek(0, io.SEEK_END) != entry.size:
            raise TransientError(f"{entry.name} is being written.")
        file.seek(0)
        rows = tempfile.TemporaryFile()  # noqa: SIM115 - closed by close()
        try:
            count = self._copy(file, entry.name, rows)
        except BaseException:
            rows.close()
            raise
        return AppList(entry, Lines(rows, 0, rows.tell()), count)

    def _copy(self, file: BinaryIO, name: str, rows: BinaryIO) -> int:
        """Write the rows so that they can be looked for, and count them."""
        count = 0
        for returned in self._rows(file, name):
            rows.write(_encode(returned))
            count += 1
        if not count:
            raise _unreadable(name, "it holds nobody")
        rows.flush()
        return count

    def _rows(self, file: BinaryIO, name: str) -> Iterator[Returned]:
        encoding = "utf-8-sig" if self._layout.encoding == "utf-8" else self._layout.encoding
        text = io.TextIOWrapper(file, encoding=encoding, newline="")
        try:
            yield from self._layout.rows(_ended(text, name), self._name_attribute)
        except UnicodeError:
            raise _unreadable(name, f"it is not in {self._layout.encoding}") from None
        finally:
            text.detach()


def _ended(lines: Iterator[str], name: str) -> Iterator[str]:
    """Give the lines; a file whose last one does not end may be cut short."""
    for line in lines:
        if not line.endswith(("\n", "\r")):
            raise _unreadable(name, "its last line does not end, so it may be cut short")
        yield line


def _encode(row: Returned) -> bytes:
    rest = [row.active, dict(row.attributes), None if row.entitlements is None else sorted(row.entitlements)]
    return b"\t".join((orjson.dumps(row.name), orjson.dumps(rest))) + b"\n"


def _decode(line: bytes) -> Returned:
    name, rest = line.split(b"\t", 1)
    active, attributes, held = orjson.loads(rest)
    return Returned(orjson.loads(name), active, attributes, None if held is None else frozenset(held))


def _unreadable(name: str, why: str) -> RejectedError:
    return RejectedError(f"The return file {name} cannot be used: {why}.", ProblemCode.SETTINGS_INVALID)
