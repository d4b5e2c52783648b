"""The formats of a file: rows to lines and back. Each knows nothing of accounts."""

import csv
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from seatkeeper.connectors.files.columns import Column
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError

Cell: TypeAlias = bool | int | str | Sequence[str] | None
"""What stands in one column; formats of text alone are given and give texts."""

DELIMITERS: Mapping[str, str] = {"comma": ",", "semicolon": ";", "tab": "\t", "pipe": "|"}
LINE_ENDS: Mapping[str, str] = {"lf": "\n", "crlf": "\r\n"}
_QUOTE = '"'
_SYNTAX = {mark: re.compile(rf'[{re.escape(mark)}"\n\r]|\A\s|\s\Z') for mark in DELIMITERS.values()}


class Format(Protocol):
    """One way of writing rows. Cells are in the order of the columns."""

    @property
    def keeps_types(self) -> bool:
        """Cells are values, not texts."""
        ...

    def head(self) -> str:
        """Give what stands above the rows, with its line end; may be empty."""
        ...

    def line(self, cells: Sequence[Cell]) -> str:
        """Write a row with its line end. Raises ``RejectedError`` for a cell that has no place in it."""
        ...

    def rows(self, lines: Iterable[str]) -> Iterator[Mapping[str, Cell]]:
        """Read the rows of a file, as what stands in the place of each column that is there.

        ``lines`` have their line ends as they are. Raises ``RejectedError`` for what is no row.
        """
        ...


@dataclass(frozen=True, slots=True)
class Delimited:
    """CSV (RFC 4180 §2), with other delimiters and line ends where the app wants them."""

    columns: tuple[Column, ...]
    delimiter: str = ","
    line_end: str = "\n"
    quotes_all: bool = False
    has_head: bool = True
    keeps_types: bool = False

    def head(self) -> str:
        """Give the headings."""
        return self._join([column.place for column in self.columns]) if self.has_head else ""

    def line(self, cells: Sequence[Cell]) -> str:
        """Write a row; whatever would be taken for syntax is quoted."""
        return self._join([_text(cell) for cell in cells])

    def rows(self, lines: Iterable[str]) -> Iterator[Mapping[str, Cell]]:
        """Read rows by their headings, in whatever order these stand; without headings, by the columns' order."""
        reader = csv.reader(lines, delimiter=self.delimiter, strict=True)
        places = [column.place for column in self.columns]
        is_known = not self.has_head
        try:
            for row in reader:
                if not is_known:
                    places, is_known = self._headings(row), True
                elif row:
                    yield self._row(places, row, reader.line_num)
        except csv.Error as error:
            raise _unreadable(reader.line_num, str(error)) from None

    def _headings(self, row: Sequence[str]) -> list[str]:
        missing = [column.place for column in self.columns if column.place not in row]
        if missing:
            raise _unreadable(1, f"it has no column {', '.join(missing)}")
        return [*row]

    def _row(self, places: Sequence[str], row: Sequence[str], number: int) -> Mapping[str, Cell]:
        if len(row) != len(places):
            raise _unreadable(number, f"{len(row)} cells stand where {len(places)} belong")
        return dict(zip(places, row, strict=True))

    def _join(self, texts: Sequence[str]) -> str:
        # A row of one empty cell would be an empty line, which readers skip.
        quotes_all = self.quotes_all or (len(texts) == 1 and not texts[0])
        is_syntax = _SYNTAX[self.delimiter].search
        cells = (self._quoted(text) if quotes_all or is_syntax(text) else text for text in texts)
        return self.delimiter.join(cells) + self.line_end

    @staticmethod
    def _quoted(text: str) -> str:
        return f"{_QUOTE}{text.replace(_QUOTE, _QUOTE * 2)}{_QUOTE}"


@dataclass(frozen=True, slots=True)
class JSONLines:
    """One JSON object a line; columns are keys, and values keep their types."""

    columns: tuple[Column, ...]
    line_end: str = "\n"
    keeps_types: bool = True

    def head(self) -> str:
        """Give nothing: every line has its keys."""
        return ""

    def line(self, cells: Sequence[Cell]) -> str:
        """Write an object; what is unassigned is null."""
        places = (column.place for column in self.columns)
        return json.dumps(dict(zip(places, cells, strict=True)), ensure_ascii=False) + self.line_end

    def rows(self, lines: Iterable[str]) -> Iterator[Mapping[str, Cell]]:
        """Read objects."""
        for number, line in enumerate(lines, 1):
            if not line.strip():
                continue
            try:
                row = json.loads(line)
            except ValueError as error:
                raise _unreadable(number, str(error)) from None
            if not isinstance(row, dict):
                raise _unreadable(number, "it is no object")
            yield row


@dataclass(frozen=True, slots=True)
class Fixed:
    """Columns at fixed positions, counted in characters and filled up with spaces."""

    columns: tuple[Column, ...]
    line_end: str = "\n"
    keeps_types: bool = False

    def head(self) -> str:
        """Give nothing: positions need no headings."""
        return ""

    def line(self, cells: Sequence[Cell]) -> str:
        """Write a row. Refuses what is longer than its column, and line ends."""
        width = max(column.span.stop for column in self.columns if column.span is not None)
        line = [" "] * width
        for column, cell in zip(self.columns, cells, strict=True):
            text, span = _text(cell), column.span
            assert span is not None
            if len(text) > column.width:
                said = f"{column.holds} has {len(text)} characters, and its column {column.place} {column.width}."
                raise RejectedError(said)
            if "\n" in text or "\r" in text:
                raise RejectedError(f"{column.holds} has several lines, and a file with fixed columns has none.")
            line[span.start : span.start + len(text)] = text
        return "".join(line) + self.line_end

    def rows(self, lines: Iterable[str]) -> Iterator[Mapping[str, Cell]]:
        """Read rows; spaces at the end of a column are taken for filling."""
        for line in lines:
            text = line.rstrip("\r\n")
            if text:
                yield {column.place: text[column.span or slice(0)].rstrip(" ") for column in self.columns}


def _text(cell: Cell) -> str:
    assert isinstance(cell, str)
    return cell


def _unreadable(number: int, why: str) -> RejectedError:
    return RejectedError(f"Line {number} of the return file cannot be read: {why}.", ProblemCode.SETTINGS_INVALID)
