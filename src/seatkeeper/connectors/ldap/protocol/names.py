"""Distinguished names: writing, reading and comparing them (RFC 4514)."""

import re
import unicodedata
from collections.abc import Hashable, Iterator, Sequence
from typing import TypeAlias

RDN: TypeAlias = "tuple[tuple[str, str], ...]"
"""A relative name: one attribute and value, seldom several (``cn=Ada+employeeNumber=7``)."""

_SPECIAL = re.compile(r'[,+"\\<>;=\x00-\x1f\x7f]')
_HEX = re.compile(r"[0-9A-Fa-f]{2}")


class NameInvalidError(ValueError):
    """Not a distinguished name."""


def write_rdn(rdn: RDN) -> str:
    """Write a relative name with every value escaped."""
    return "+".join(f"{attribute}={escape(value)}" for attribute, value in rdn)


def escape(value: str) -> str:
    """Escape a value for its place in a name (RFC 4514 §2.4)."""
    escaped = _SPECIAL.sub(lambda match: _escaped(match[0]), value)
    if escaped.endswith(" "):
        escaped = f"{escaped[:-1]}\\ "
    return f"\\{escaped}" if escaped.startswith((" ", "#")) else escaped


def split(name: str) -> tuple[RDN, str]:
    """Split a name into its first relative name and its parent, which stays as it is written."""
    first = next(_parts(name, ","), "")
    return _rdn(first), name[len(first) + 1 :].lstrip(" ")


def key(name: str) -> Hashable:
    """Make something that is equal for two spellings of one name: other case, spaces or escapes.

    Values are compared as ``caseIgnoreMatch`` does, which is right for all that names are commonly made of. What
    is no name equals itself only.
    """
    if "\\" in name or "+" in name:
        try:
            return tuple(frozenset((attribute, folded(value)) for attribute, value in rdn) for rdn in _rdns(name))
        except NameInvalidError:
            return name
    pairs = (part.partition("=") for part in name.split(","))
    return tuple(frozenset(((attribute.strip().lower(), folded(value)),)) for attribute, _, value in pairs)


def folded(value: str) -> str:
    """Fold a value as ``caseIgnoreMatch`` compares it: no case, no extra spaces (RFC 4518)."""
    text = value.lower() if value.isascii() else unicodedata.normalize("NFKC", value).casefold()
    return " ".join(text.split())


def _rdns(name: str) -> Sequence[RDN]:
    return [_rdn(part) for part in _parts(name, ",")]


def _rdn(text: str) -> RDN:
    pairs = []
    for part in _parts(text, "+"):
        attribute, equals, value = part.partition("=")
        if not equals or not attribute.strip():
            raise NameInvalidError(f"{text!r} is no relative name")
        pairs.append((attribute.strip().lower(), _unescape(value)))
    return tuple(pairs)


def _parts(text: str, separator: str) -> Iterator[str]:
    if "\\" not in text:
        yield from text.split(separator)
        return
    start, at = 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == separator:
            yield text[start:at]
            start = at + 1
        at += 1
    yield text[start:]


def _unescape(value: str) -> str:
    text = value.lstrip(" ")
    if "\\" not in text:
        return text.rstrip(" ")
    raw, at, kept = bytearray(), 0, 0
    while at < len(text):
        character = text[at]
        if character != "\\":
            raw += character.encode()
            at += 1
            continue
        pair = _HEX.match(text, at + 1)
        raw += bytes.fromhex(pair[0]) if pair else text[at + 1 : at + 2].encode()
        at += 3 if pair else 2
        kept = len(raw)
    while len(raw) > kept and raw.endswith(b" "):
        del raw[-1]
    return raw.decode(errors="replace")


def _escaped(character: str) -> str:
    return f"\\{ord(character):02X}" if character < " " or character == "\x7f" else f"\\{character}"
