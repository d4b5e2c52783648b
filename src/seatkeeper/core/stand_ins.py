"""Stand-ins for personal values: of the same shape, the same for the same value, and not to be led back.

Which one a value gets depends on a key that is kept no longer than a recording runs. Letters stand for letters of
the same alphabet and case, digits for digits, and everything else stays, so that a value still looks like what it
was: an address, a number, a name from right to left.
"""

import hmac
import re
from collections.abc import Iterator
from functools import lru_cache
from unicodedata import category
from uuid import UUID

HIDDEN = "(hidden)"
"""Stands for every secret: which one it was does not matter."""

_WORDS = frozenset({"true", "false"})
_SCHEME = re.compile(r"(?:tel|mailto|https?|bulkId):", re.IGNORECASE)
_EMAIL = re.compile(r"([^@\s]+)@([^@\s]+)")
_FEWEST = 6
"""Letters and digits: stand-ins for shorter values would collide."""


def is_ours(text: str) -> bool:
    """Say whether this is an id that Seatkeeper gave: a UUIDv7."""
    try:
        return UUID(text).version == 7
    except ValueError:
        return False


def stand_in(key: bytes, text: str) -> str:
    """Give the stand-in of a text. Booleans in words and ids of ours stay; an e-mail address becomes one."""
    if not text or text.lower() in _WORDS or is_ours(text):
        return text
    scheme = _SCHEME.match(text)
    if scheme is not None:
        return scheme.group() + stand_in(key, text[scheme.end() :])
    address = _EMAIL.fullmatch(text)
    if address is not None:
        local, domain = address.groups()
        return f"{_shaped(key, local, _FEWEST)}@{_shaped(key, domain, _FEWEST)}.example"
    return _shaped(key, text, _FEWEST)


def stand_in_number(key: bytes, number: float) -> int:
    """Give a whole number with as many digits."""
    digits = _shaped(key, str(abs(int(number))), 1)
    return int(f"1{digits[1:]}") * (-1 if number < 0 else 1)


def _shaped(key: bytes, text: str, fewest: int) -> str:
    stream = _stream(key, text.casefold())
    shaped = "".join(_like(each, next(stream)) for each in text)
    lacking = fewest - sum(each.isalnum() for each in text)
    only_digits = text.isdecimal()
    return shaped + "".join(_like("0" if only_digits else "a", next(stream)) for _ in range(lacking))


def _like(character: str, chance: int) -> str:
    if not character.isalnum():
        return character
    if character.isascii():
        first, count = ("0", 10) if character.isdigit() else ("A" if character.isupper() else "a", 26)
        return chr(ord(first) + chance % count)
    alike = _alike(ord(character) & ~0x1F, category(character))
    return alike[chance % len(alike)]


@lru_cache(maxsize=1024)
def _alike(start: int, kind: str) -> str:
    """Give the neighbours of a character that are of its kind."""
    return "".join(chr(code) for code in range(start, start + 32) if category(chr(code)) == kind)


def _stream(key: bytes, text: str) -> Iterator[int]:
    encoded, number = text.encode("utf-8", "surrogatepass"), 0
    while True:
        yield from hmac.digest(key, number.to_bytes(4) + encoded, "sha256")
        number += 1
