"""What is sent: the operations of RFC 4511 §4, encoded, and the envelope each travels in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from functools import lru_cache

from seatkeeper.connectors.ldap.protocol import ber
from seatkeeper.connectors.ldap.protocol.filters import Filter

_BIND, _UNBIND, _SEARCH, _MODIFY, _ADD, _DELETE, _RENAME, _ABANDON, _EXTENDED = (
    *(0x60, 0x42, 0x63, 0x66, 0x68),
    *(0x4A, 0x6C, 0x50, 0x77),
)
_SIMPLE, _CONTROLS, _REQUEST_NAME, _NEW_SUPERIOR = 0x80, 0xA0, 0x80, 0x80
_NEVER_DEREFERENCE = 0
_VERSION = 3

PAGED_RESULTS = "1.2.840.113556.1.4.319"
POST_READ = "1.3.6.1.1.13.2"

_HOW = b"".join(
    (ber.integer(_NEVER_DEREFERENCE, ber.ENUMERATED), ber.integer(0), ber.integer(0), ber.boolean(False))
)
"""Aliases are never followed, limits are left to the server, and values are wanted as well as names."""

UNBIND = ber.element(_UNBIND, b"")
START_TLS = ber.sequence((ber.octets("1.3.6.1.4.1.1466.20037", _REQUEST_NAME),), _EXTENDED)
"""RFC 4511 §4.14."""


class Scope(IntEnum):
    """How far below its base a search looks."""

    BASE = 0
    CHILDREN = 1
    SUBTREE = 2


class Operation(IntEnum):
    """What a modification does with its values; ``REPLACE`` by nothing empties, and is no error when empty."""

    ADD = 0
    DELETE = 1
    REPLACE = 2


@dataclass(frozen=True, slots=True)
class Modification:
    """One change of one attribute."""

    operation: Operation
    attribute: str
    values: Sequence[bytes]


@dataclass(frozen=True, slots=True)
class Search:
    """What to look for, and what to be told of it."""

    base: str
    filter: Filter
    attributes: Sequence[str]
    scope: Scope = Scope.SUBTREE


def envelope(number: int, operation: bytes, controls: Sequence[bytes] = ()) -> bytes:
    """Wrap an operation as the message of that number."""
    extra = (ber.sequence(controls, _CONTROLS),) if controls else ()
    return ber.sequence((ber.integer(number), operation, *extra))


def bind(dn: str, password: str) -> bytes:
    """Sign in with a password (RFC 4513 §5.1.3)."""
    return ber.sequence((ber.integer(_VERSION), ber.octets(dn), ber.octets(password, _SIMPLE)), _BIND)


def search(wanted: Search) -> bytes:
    """Look for entries."""
    return ber.sequence(
        (
            ber.octets(wanted.base),
            ber.integer(wanted.scope, ber.ENUMERATED),
            _HOW,
            wanted.filter,
            _texts(tuple(wanted.attributes)),
        ),
        _SEARCH,
    )


def add(dn: str, attributes: Mapping[str, Sequence[bytes]]) -> bytes:
    """Make an entry."""
    values = ber.sequence(_attribute(name, values) for name, values in attributes.items())
    return ber.sequence((ber.octets(dn), values), _ADD)


def modify(dn: str, modifications: Sequence[Modification]) -> bytes:
    """Change an entry: all of it or nothing, in that order."""
    changes = (
        ber.sequence((ber.integer(each.operation, ber.ENUMERATED), _attribute(each.attribute, each.values)))
        for each in modifications
    )
    return ber.sequence((ber.octets(dn), ber.sequence(changes)), _MODIFY)


def rename(dn: str, rdn: str, superior: str | None = None) -> bytes:
    """Give an entry another relative name, and parent where one is named; the values of the old name go."""
    moved = (ber.octets(superior, _NEW_SUPERIOR),) if superior is not None else ()
    return ber.sequence((ber.octets(dn), ber.octets(rdn), ber.boolean(True), *moved), _RENAME)


def delete(dn: str) -> bytes:
    """Remove an entry that has none below it."""
    return ber.octets(dn, _DELETE)


def abandon(number: int) -> bytes:
    """Tell the server that nobody waits for that message's answer any more; it does not answer this."""
    return ber.integer(number, _ABANDON)


def paged(size: int, cookie: bytes = b"") -> bytes:
    """Ask for one page of a search (RFC 2696); must be understood, or the search fails."""
    value = ber.sequence((ber.integer(size), ber.octets(cookie)))
    return _control(PAGED_RESULTS, value, critical=True)


@lru_cache
def post_read(*attributes: str) -> bytes:
    """Ask to be told these attributes as the operation left them (RFC 4527); may be ignored."""
    return _control(POST_READ, _texts(attributes), critical=False)


def _control(oid: str, value: bytes, *, critical: bool) -> bytes:
    return ber.sequence((ber.octets(oid), ber.boolean(critical), ber.octets(value)))


def _attribute(name: str, values: Sequence[bytes]) -> bytes:
    return ber.sequence((ber.octets(name), ber.sequence(map(ber.octets, values), ber.SET)))


@lru_cache
def _texts(texts: tuple[str, ...]) -> bytes:
    return ber.sequence(map(ber.octets, texts))
