"""Cursors: where the next page of a list begins, in a text that only we read (RFC 9865).

They hold no state of ours and so never expire; one that belongs to another query is refused.
"""

import hashlib
from base64 import urlsafe_b64decode, urlsafe_b64encode
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from scim2_models import InvalidCursorException

from seatkeeper.store.queries.listing import Place


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a client has come."""

    collection: int
    """Which of the collections that are listed one after another is at hand."""
    after: Place | None
    """What was given last of that collection; None before its first resource."""
    total: int
    """How many there were when the first page was read: they are not counted again for each page."""


def digest_query(*parts: str) -> str:
    """Tell one query from another."""
    return hashlib.sha256("\0".join(parts).encode("utf-8", "surrogatepass")).hexdigest()[:16]


def write_cursor(cursor: Cursor, query: str) -> str:
    """Write a cursor of a query, known by its digest, in unreserved characters."""
    after = None if cursor.after is None else [cursor.after.id, cursor.after.value]
    return urlsafe_b64encode(orjson.dumps([query, cursor.collection, cursor.total, after])).decode().rstrip("=")


def read_cursor(text: str, query: str, collections: int) -> Cursor:
    """Read a cursor of this query. Raises ``InvalidCursorException``."""
    try:
        written: Any = orjson.loads(urlsafe_b64decode(text + "=" * (-len(text) % 4)))
        [digest, collection, total, after] = written
        place = None if after is None else _place(*after)
    except (ValueError, TypeError, AttributeError) as error:
        raise _invalid("The cursor is not one of ours.") from error
    if digest != query:
        raise _invalid("The cursor belongs to another query: repeat the filter and the order of its first page.")
    if type(collection) is not int or type(total) is not int or not 0 <= collection < collections or total < 0:
        raise _invalid("The cursor is not one of ours.")
    return Cursor(collection, place, total)


def _place(id_: str, value: str | None) -> Place:
    if not isinstance(value, str | None):
        raise TypeError
    return Place(UUID(id_), value)


def _invalid(detail: str) -> InvalidCursorException:
    return InvalidCursorException(detail=f"{detail} An empty cursor asks for the first page.")
