"""What PostgreSQL can hold of a text and of a document, and the form in which names are unique."""

from unicodedata import normalize

import orjson

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.values import Document

_LONGEST_NAME = 2000
"""Bytes of UTF-8: a B-tree entry of PostgreSQL ends at 2,704, the integration's id included."""


def name_key(name: str) -> str:
    """Fold a name for comparison without case: NFC, then Unicode's full case folding."""
    return normalize("NFC", normalize("NFC", name).casefold())


def check_text(text: str, what: str) -> str:
    """Give the text back. Raises ``InvalidValueError`` for what no text column holds: NUL and half a character."""
    if "\0" in text:
        raise InvalidValueError(f"{what} contains a NUL character, which cannot be stored.")
    if not _is_encodable(text):
        raise InvalidValueError(f"{what} contains half of a surrogate pair, which is no character.")
    return text


def check_name(name: str, what: str) -> str:
    """Give back a text that is looked up by an index. Raises ``InvalidValueError``, also when it is too long."""
    if max(len(form.encode()) for form in (check_text(name, what), name_key(name))) > _LONGEST_NAME:
        raise InvalidValueError(f"{what} is longer than {_LONGEST_NAME} bytes.")
    return name


def encode_document(document: Document) -> str:
    """Write a document as JSON. Raises ``InvalidValueError`` for what a ``jsonb`` column does not hold."""
    try:
        encoded = orjson.dumps(document)
    except TypeError as error:
        raise InvalidValueError(f"The resource cannot be stored: {error}.") from error
    if b"\\u0000" in encoded.replace(b"\\\\", b""):
        raise InvalidValueError("The resource contains a NUL character, which cannot be stored.")
    return encoded.decode()


def _is_encodable(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
