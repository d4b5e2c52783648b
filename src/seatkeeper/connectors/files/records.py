"""One account as it was handed over, and its line in the ledger."""

from dataclasses import dataclass, replace
from datetime import datetime

import orjson

from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes, AttributeValue, is_unassigned


@dataclass(frozen=True, slots=True)
class Record:
    """``changed_at`` is when it was last handed over differently, by the clock of where the files are.

    One that ``is_gone`` was deleted, and is kept until the app has shown that it is.
    """

    uid: Uid
    name: str
    active: bool
    attributes: Attributes
    entitlements: frozenset[Entitlement] = frozenset()
    changed_at: datetime | None = None
    is_gone: bool = False

    def with_attributes(self, changes: Attributes, name_attribute: str) -> "Record":
        """Change some attributes; what becomes unassigned is left out."""
        merged = {**self.attributes, **changes}
        kept = {name: value for name, value in merged.items() if not is_unassigned(value)}
        return replace(self, name=str(kept.get(name_attribute, "")), attributes=kept)

    def says_the_same_as(self, other: "Record | None") -> bool:
        """Compare what is handed over."""
        return other is not None and replace(self, changed_at=None) == replace(other, changed_at=None)

    def seen(self) -> SeenAccount:
        """Give the account as the engine knows it."""
        return SeenAccount(self.uid, self.name, self.active, self.attributes, self.entitlements)


GONE = b'"is_gone":true}\n'
"""How the line of an account ends that was deleted."""


def encode(record: Record, row: str) -> bytes:
    """Write a line of the ledger: the Uid, the Name, the row of the app's file and the rest, parted by tabs.

    What stands in front is found without reading the rest, so that a file with everybody is written from rows
    that are ready. JSON has no bare tab or line end.
    """
    rest = {
        "active": record.active,
        "attributes": dict(record.attributes),
        "entitlements": sorted([each.type, each.value] for each in record.entitlements),
        "changed_at": record.changed_at and record.changed_at.isoformat(),
        "is_gone": record.is_gone,
    }
    parts = (record.uid.encode(), orjson.dumps(record.name), orjson.dumps(row), orjson.dumps(rest))
    return b"\t".join(parts) + b"\n"


def decode(line: bytes) -> Record:
    """Read a line of the ledger."""
    uid, name, _, rest = line.split(b"\t", 3)
    values = orjson.loads(rest)
    return Record(
        uid=Uid(uid.decode()),
        name=orjson.loads(name),
        active=values["active"],
        attributes={name: _value(value) for name, value in values["attributes"].items()},
        entitlements=frozenset(Entitlement(*each) for each in values["entitlements"]),
        changed_at=values["changed_at"] and datetime.fromisoformat(values["changed_at"]),
        is_gone=values["is_gone"],
    )


def in_json(text: str) -> bytes | None:
    """Give a text as it stands in a line; None for one that no file could hold."""
    try:
        return orjson.dumps(text)
    except TypeError:  # half a surrogate pair, which is no text in any encoding
        return None


def uid_of(line: bytes) -> bytes:
    """Read only the Uid."""
    return line[: line.index(b"\t")]


def name_of(line: bytes) -> bytes:
    """Read only the Name, as JSON."""
    start = line.index(b"\t") + 1
    return line[start : line.index(b"\t", start)]


def row_of(line: bytes) -> str:
    """Read only the row of the app's file."""
    row: str = orjson.loads(line.split(b"\t", 3)[2])
    return row


def _value(value: object) -> AttributeValue:
    if isinstance(value, list):
        return tuple(value)
    assert isinstance(value, bool | int | str)
    return value
