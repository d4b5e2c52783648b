"""Looking for accounts in the ledger: one by a search through its bytes, many in one reading of its lines."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from seatkeeper.connectors.files.lines import Lines
from seatkeeper.connectors.files.records import Record, decode, in_json, name_of, uid_of
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes, AttributeValue

_FEW_KEYS = 2
"""Of Uids and Names so many searches cost less than one reading that stops at the front of each line."""
_FEW_VALUES = 20
"""Of other values so many cost less than one reading of everything."""


@dataclass(frozen=True, slots=True)
class Look:
    """What somebody looks for: one account by its Uid, or those with a value."""

    uid: Uid | None = None
    attribute: str = ""
    value: str = ""

    def is_answered_by(self, attributes: Attributes) -> bool:
        """Say whether an account has the value."""
        return self.value in _texts(attributes.get(self.attribute))


def find_records(looks: Sequence[Look], lines: Lines, name_attribute: str) -> list[list[Record]]:
    """Give what answers each look. Of deleted accounts only those asked for by Uid."""
    wanted = _Wanted(name_attribute)
    for number, look in enumerate(looks):
        wanted.add(number, look)
    found: list[list[Record]] = [[] for _ in looks]
    for number, record in wanted.find(looks, lines):
        if looks[number].uid is not None or not record.is_gone:
            found[number].append(record)
    return found


@dataclass(slots=True)
class _Wanted:
    """The numbers of looks, by what they look for."""

    name_attribute: str
    uids: dict[bytes, list[int]] = field(default_factory=lambda: defaultdict(list))
    names: dict[bytes, list[int]] = field(default_factory=lambda: defaultdict(list))
    others: dict[tuple[str, str], list[int]] = field(default_factory=lambda: defaultdict(list))

    def add(self, number: int, look: Look) -> None:
        quoted = in_json(look.value)
        if look.uid is not None:
            self.uids[look.uid.encode(errors="replace")].append(number)
        elif quoted is None or not look.value:
            return  # nobody is found by what is unassigned, or what no file could hold
        elif look.attribute == self.name_attribute:
            self.names[quoted].append(number)
        else:
            self.others[look.attribute, look.value].append(number)

    def find(self, looks: Sequence[Look], lines: Lines) -> Iterator[tuple[int, Record]]:
        if len(self.uids) + len(self.names) > _FEW_KEYS:
            yield from self._by_keys(lines)
        else:
            yield from self._by_each_key(lines)
        if len(self.others) > _FEW_VALUES:
            yield from self._by_values(lines)
        else:
            yield from self._by_each_value(looks, lines)

    def _by_keys(self, lines: Lines) -> Iterator[tuple[int, Record]]:
        for line in lines.every():
            numbers = (*self.uids.get(uid_of(line), ()), *self.names.get(name_of(line), ()))
            if numbers:
                record = decode(line)
                yield from ((number, record) for number in numbers)

    def _by_each_key(self, lines: Lines) -> Iterator[tuple[int, Record]]:
        for keys, key_of in ((self.uids, uid_of), (self.names, name_of)):
            for key, numbers in keys.items():
                for line in lines.matching(key + b"\t"):
                    if key_of(line) == key:
                        record = decode(line)
                        yield from ((number, record) for number in numbers)

    def _by_values(self, lines: Lines) -> Iterator[tuple[int, Record]]:
        attributes = {attribute for attribute, _ in self.others}
        for record in map(decode, lines.every()):
            for attribute in attributes:
                for value in _texts(record.attributes.get(attribute)):
                    yield from ((number, record) for number in self.others.get((attribute, value), ()))

    def _by_each_value(self, looks: Sequence[Look], lines: Lines) -> Iterator[tuple[int, Record]]:
        for (_, value), numbers in self.others.items():
            needle = in_json(value) or b""
            for record in map(decode, lines.matching(needle[1:-1])):
                if looks[numbers[0]].is_answered_by(record.attributes):
                    yield from ((number, record) for number in numbers)


def _texts(value: AttributeValue | None) -> tuple[str, ...]:
    match value:
        case None:
            return ()
        case bool():
            return ("true" if value else "false",)
        case tuple():
            return value
        case _:
            return (str(value),)
