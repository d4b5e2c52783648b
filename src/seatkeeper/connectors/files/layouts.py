"""Accounts as rows: which cell says what, and in which characters."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import assert_never

from seatkeeper.connectors.files.columns import Column, Special
from seatkeeper.connectors.files.formats import Cell, Format
from seatkeeper.connectors.files.records import Record
from seatkeeper.connectors.files.texts import Texts
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import AttributeValue
from seatkeeper.spi.errors import RejectedError

ENCODINGS: Mapping[str, str] = {
    "utf-8": "utf-8",
    "utf-8-with-mark": "utf-8-sig",
    "utf-16": "utf-16",
    "latin-1": "iso8859-1",
    "windows-1252": "cp1252",
}
"""By the names the settings offer. UTF-16 begins with its mark."""


@dataclass(frozen=True, slots=True)
class Words:
    """What stands for an account that is active and one that is not."""

    active: str = "true"
    inactive: str = "false"

    @property
    def are_plain(self) -> bool:
        """They are what JSON has a type for."""
        return (self.active, self.inactive) == ("true", "false")


@dataclass(frozen=True, slots=True)
class Written:
    """A row to be written: the account, and for a delta what became of it."""

    record: Record
    action: str = ""
    previous: str = ""


@dataclass(frozen=True, slots=True)
class Returned:
    """A row the app gave back. What no column tells is None, or not among the attributes."""

    name: str
    active: bool | None
    attributes: Mapping[str, Cell]
    entitlements: frozenset[str] | None


@dataclass(frozen=True, slots=True)
class Layout:
    """One file's columns, format, words and encoding."""

    columns: tuple[Column, ...]
    format: Format
    texts: Texts
    words: Words
    encoding: str

    @property
    def attributes(self) -> frozenset[str]:
        """The attributes that have a column."""
        return frozenset(column.holds for column in self.columns if not isinstance(column.holds, Special))

    def holds(self, special: Special) -> bool:
        """Say whether there is such a column."""
        return any(column.holds is special for column in self.columns)

    def line(self, row: Written) -> str:
        """Write a row. Raises ``RejectedError`` for what has no place in the file, naming it."""
        line = self.format.line([self._cell(column, row) for column in self.columns])
        try:
            line.encode(self.encoding)
        except UnicodeEncodeError as error:
            raise self._unencodable(row, error.object[error.start]) from None
        return line

    def rows(self, lines: Iterable[str], name_attribute: str) -> Iterator[Returned]:
        """Read what the app gave back; a row without a Name is passed over."""
        for row in self.format.rows(lines):
            name = self._text(next(row.get(each.place) for each in self.columns if each.holds == name_attribute))
            if name:
                yield self._returned(name, row)

    def same(self, returned: Cell, value: AttributeValue | None, what: str) -> bool:
        """Compare what came back with what was handed over."""
        if self.format.keeps_types:
            return _plain(returned) == _plain(value)
        return self._text(returned) == self.texts.read(self.texts.write(value, what)).strip(" ")

    def shown(self, returned: Cell, value: AttributeValue | None) -> AttributeValue | None:
        """Give what came back in the shape of what was handed over."""
        if isinstance(returned, bool | int):
            return returned
        if returned is not None and not isinstance(returned, str):
            return tuple(returned)
        text = self._text(returned)
        return self.texts.split(text) if isinstance(value, tuple) else text

    def _cell(self, column: Column, row: Written) -> Cell:
        record = row.record
        match column.holds:
            case Special.ACTION:
                return row.action
            case Special.PREVIOUS:
                return self.texts.write(row.previous, "the Name before")
            case Special.ACTIVE if self.format.keeps_types and self.words.are_plain:
                return record.active
            case Special.ACTIVE:
                return self.words.active if record.active else self.words.inactive
            case Special.ENTITLEMENTS:
                return self._value(tuple(sorted(each.value for each in record.entitlements)), "the entitlements")
            case str() as attribute:
                return self._value(record.attributes.get(attribute), attribute)
            case _:
                assert_never(column.holds)

    def _value(self, value: AttributeValue | None, what: str) -> Cell:
        return value if self.format.keeps_types else self.texts.write(value, what)

    def _text(self, cell: Cell) -> str:
        match cell:
            case None:
                return ""
            case bool():
                return "true" if cell else "false"
            case str():
                return self.texts.read(cell).strip(" ")
            case int():
                return str(cell)
            case _:
                return self.texts.separator.join(sorted(cell))

    def _returned(self, name: str, row: Mapping[str, Cell]) -> Returned:
        there = [column for column in self.columns if column.place in row]
        cells = {column.holds: row[column.place] for column in there}
        attributes = {str(holds): cell for holds, cell in cells.items() if not isinstance(holds, Special)}
        held = cells.get(Special.ENTITLEMENTS) if Special.ENTITLEMENTS in cells else None
        entitlements = frozenset(self._many(held)) if Special.ENTITLEMENTS in cells else None
        return Returned(name, self._active(cells.get(Special.ACTIVE)), attributes, entitlements)

    def _many(self, cell: Cell) -> Iterable[str]:
        if cell is None or isinstance(cell, bool | int | str):
            return self.texts.split(self._text(cell))
        return cell

    def _active(self, cell: Cell) -> bool | None:
        match self._text(cell):
            case self.words.active:
                return True
            case self.words.inactive:
                return False
            case _:
                return None

    def _unencodable(self, row: Written, character: str) -> RejectedError:
        names = (name for name, value in row.record.attributes.items() if character in str(value))
        where = next(names, "a value")
        said = f"The file is in {self.encoding}, which has no “{_visible(character)}” (in {where})."
        return RejectedError(said, ProblemCode.REJECTED_VALUE)


def _plain(value: Cell) -> object:
    if isinstance(value, tuple | list):
        return frozenset(each for each in value if each) or None
    return None if value == "" else value


def _visible(character: str) -> str:
    return character if character.isprintable() else f"U+{ord(character):04X}"
