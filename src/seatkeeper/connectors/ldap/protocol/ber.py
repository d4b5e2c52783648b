"""The Basic Encoding Rules as LDAP restricts them: definite lengths and one-byte tags (RFC 4511 §5.1)."""

from collections.abc import Iterable, Iterator

LARGEST_MESSAGE = 64 * 1024 * 1024
"""Bytes. A message that claims to be longer is refused before it is read."""

BOOLEAN, INTEGER, OCTETS, ENUMERATED, SEQUENCE, SET = 0x01, 0x02, 0x04, 0x0A, 0x30, 0x31

_LONGEST_LENGTH = 4


class MalformedError(ValueError):
    """What arrived is not LDAP."""


def element(tag: int, content: bytes) -> bytes:
    """Encode one element; its length in as few bytes as possible."""
    size = len(content)
    if size < 0x80:
        return b"%c%c%b" % (tag, size, content)
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes((tag, 0x80 | len(length))) + length + content


def octets(value: str | bytes, tag: int = OCTETS) -> bytes:
    """Encode a string; text as UTF-8."""
    return element(tag, value.encode() if isinstance(value, str) else value)


def integer(value: int, tag: int = INTEGER) -> bytes:
    """Encode a number, or an enumerated one with its tag."""
    bits = (value if value >= 0 else ~value).bit_length()
    return element(tag, value.to_bytes(bits // 8 + 1, "big", signed=True))


def boolean(value: bool) -> bytes:
    """Encode a truth value; true is 0xFF (RFC 4511 §5.1)."""
    return b"\x01\x01\xff" if value else b"\x01\x01\x00"


def sequence(parts: Iterable[bytes], tag: int = SEQUENCE) -> bytes:
    """Encode a constructed element of parts that are encoded already."""
    return element(tag, b"".join(parts))


def message_size(buffer: bytes | bytearray, at: int = 0) -> int | None:
    """Tell how many bytes the message that begins at ``at`` takes; None while too little of it has arrived.

    Raises ``MalformedError`` for what cannot be a message, or is longer than ``LARGEST_MESSAGE``.
    """
    if len(buffer) - at < 2:
        return None
    if buffer[at] != SEQUENCE:
        raise MalformedError("what arrived does not begin like a message")
    first = buffer[at + 1]
    digits = first & 0x7F if first & 0x80 else 0
    if len(buffer) - at < 2 + digits:
        return None
    size = 2 + digits + _length(buffer, at + 1)
    if size > LARGEST_MESSAGE:
        raise MalformedError(f"a message of {size} bytes is too long")
    return size


def read(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """Read the head of the element at ``at``: its tag, and where its content begins and ends, within ``end``."""
    if at + 2 > end:
        raise MalformedError("an element is cut short")
    first = data[at + 1]
    begin = at + 2 + (first & 0x7F if first & 0x80 else 0)
    if begin > end:
        raise MalformedError("a length is cut short")
    stop = begin + (_length(data, at + 1) if first & 0x80 else first)
    if stop > end:
        raise MalformedError("an element is longer than what holds it")
    return data[at], begin, stop


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Read the head of an element that must have that tag: where its content begins and ends."""
    found, begin, stop = read(data, at, end)
    if found != tag:
        raise MalformedError(f"found the tag {found:#04x} instead of {tag:#04x}")
    return begin, stop


def elements(data: bytes, at: int, end: int) -> Iterator[tuple[int, int, int]]:
    """Read the heads of all elements between ``at`` and ``end``."""
    while at < end:
        tag, begin, at = read(data, at, end)
        yield tag, begin, at


def number(data: bytes, begin: int, end: int) -> int:
    """Read the content of an integer or an enumerated value."""
    if not 0 < end - begin <= 8:
        raise MalformedError("a number has no or too many bytes")
    return int.from_bytes(data[begin:end], "big", signed=True)


def text(data: bytes, begin: int, end: int) -> str:
    """Read content as text. Raises ``MalformedError`` where it is not UTF-8."""
    try:
        return data[begin:end].decode()
    except UnicodeDecodeError:
        raise MalformedError("a text is not UTF-8") from None


def _length(data: bytes | bytearray, at: int) -> int:
    first = data[at]
    if first < 0x80:
        return first
    digits = first & 0x7F
    if not 0 < digits <= _LONGEST_LENGTH:
        raise MalformedError("a length is indefinite or takes too many bytes")
    return int.from_bytes(data[at + 1 : at + 1 + digits], "big")
