"""What arrives: entries, and how an operation ended (RFC 4511 §4.1.9)."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from seatkeeper.connectors.ldap.protocol import ber
from seatkeeper.connectors.ldap.protocol.requests import PAGED_RESULTS, POST_READ

_ENTRY, _REFERENCE, _INTERMEDIATE, _CONTROLS = 0x64, 0x73, 0x79, 0xA0
_RESULTS = frozenset({0x61, 0x65, 0x67, 0x69, 0x6B, 0x6D, 0x78})
"""Bind, search done, modify, add, delete, rename, extended."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry: attribute names as the server spells them, values as bytes."""

    dn: str
    attributes: Mapping[str, tuple[bytes, ...]]


@dataclass(frozen=True, slots=True)
class Result:
    """How an operation ended; ``code`` 0 is success, ``text`` the server's own words."""

    code: int
    matched: str
    text: str
    next_page: bytes | None = None
    """The cookie that asks for the next page, empty after the last (RFC 2696); None where none was said."""
    read_after: Entry | None = None
    """The entry as the operation left it, where that was asked for and told (RFC 4527)."""


@dataclass(frozen=True, slots=True)
class Aside:
    """A part of an answer that nothing here needs: a reference to another server, an intermediate word."""


Response: TypeAlias = "Entry | Result | Aside"


def decode(message: bytes) -> tuple[int, Response]:
    """Decode one whole message and tell which number it answers; 0 is the server speaking unasked.

    Raises ``MalformedError`` for what is not a message a server may send.
    """
    begin, end = ber.expect(message, 0, len(message), ber.SEQUENCE)
    number, number_end = ber.expect(message, begin, end, ber.INTEGER)
    tag, content, content_end = ber.read(message, number_end, end)
    if tag == _ENTRY:
        response: Response = _entry(message, content, content_end)
    elif tag in _RESULTS:
        response = _result(message, content, content_end, _controls(message, content_end, end))
    elif tag in {_REFERENCE, _INTERMEDIATE}:
        response = Aside()
    else:
        raise ber.MalformedError(f"a server does not send the operation {tag:#04x}")
    return ber.number(message, number, number_end), response


def _entry(data: bytes, at: int, end: int) -> Entry:
    name, name_end = ber.expect(data, at, end, ber.OCTETS)
    at, stop = ber.expect(data, name_end, end, ber.SEQUENCE)
    attributes: dict[str, tuple[bytes, ...]] = {}
    while at < stop:
        _, begin, at = ber.read(data, at, stop)
        label, label_end = ber.expect(data, begin, at, ber.OCTETS)
        attributes[ber.text(data, label, label_end)] = _values(data, label_end, at)
    return Entry(ber.text(data, name, name_end), attributes)


def _values(data: bytes, at: int, end: int) -> tuple[bytes, ...]:
    at, end = ber.expect(data, at, end, ber.SET)
    values = []
    while at < end:
        _, begin, at = ber.read(data, at, end)
        values.append(data[begin:at])
    return tuple(values)


def _result(data: bytes, at: int, end: int, controls: Mapping[str, bytes]) -> Result:
    code, code_end = ber.expect(data, at, end, ber.ENUMERATED)
    matched, matched_end = ber.expect(data, code_end, end, ber.OCTETS)
    said, said_end = ber.expect(data, matched_end, end, ber.OCTETS)
    return Result(
        ber.number(data, code, code_end),
        ber.text(data, matched, matched_end),
        data[said:said_end].decode(errors="replace"),  # some servers write their own alphabet here
        _cookie(controls[PAGED_RESULTS]) if PAGED_RESULTS in controls else None,
        _left(controls[POST_READ]) if POST_READ in controls else None,
    )


def _cookie(value: bytes) -> bytes:
    begin, end = ber.expect(value, 0, len(value), ber.SEQUENCE)
    _, _, size_end = ber.read(value, begin, end)
    cookie, cookie_end = ber.expect(value, size_end, end, ber.OCTETS)
    return value[cookie:cookie_end]


def _left(value: bytes) -> Entry:
    _, begin, end = ber.read(value, 0, len(value))
    return _entry(value, begin, end)


def _controls(data: bytes, at: int, end: int) -> Mapping[str, bytes]:
    if at == end:
        return {}
    begin, stop = ber.expect(data, at, end, _CONTROLS)
    return dict(_control(data, at, to) for _, at, to in ber.elements(data, begin, stop))


def _control(data: bytes, at: int, end: int) -> tuple[str, bytes]:
    oid, value = "", b""
    for position, (tag, begin, stop) in enumerate(ber.elements(data, at, end)):
        if position == 0:
            oid = ber.text(data, begin, stop)
        elif tag == ber.OCTETS:
            value = data[begin:stop]
    return oid, value
