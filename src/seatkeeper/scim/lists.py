"""Lists: what a query asks for, and its answer, page by page (RFC 7644 §3.4.2, RFC 9865)."""

import json
import re
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeAlias

from scim2_models import (
    InvalidCountException,
    InvalidCursorException,
    InvalidFilterException,
    InvalidValueException,
    Resource,
    ScimFilter,
)
from scim2_models.path import AttrPath, CompareOperator, Comparison, FilterNode
from starlette.responses import Response

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.schema import steps_to
from seatkeeper.scim.answers import answer, listed, listed_from_cursor
from seatkeeper.scim.calls import Call
from seatkeeper.scim.cursors import Cursor, digest_query, read_cursor, write_cursor
from seatkeeper.scim.shapes import Shape
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.listing import Condition, ListQuery, Order, Page, Place, Stretch

_LOOK_UP = re.compile(r'([A-Za-z][A-Za-z0-9]*)\s+eq\s+("(?:[^"\\]|\\.)*")', re.IGNORECASE | re.ASCII)
_LONGEST_FILTER = 10_000
_LAST_INDEX = 2**31 - 1

CompileFilter: TypeAlias = Callable[[FilterNode, type[Resource[Any]]], Condition]


class CompileSort(Protocol):
    """Turns a sort into an order."""

    def __call__(self, sort_by: str, model: type[Resource[Any]], *, descending: bool) -> Order:
        """Raise ``InvalidValueError`` for what has no order."""


@dataclass(frozen=True, slots=True)
class Collection:
    """The resources of one type: how they are searched, read and shown."""

    model: type[Resource[Any]]
    shape: Shape
    compile_filter: CompileFilter
    compile_sort: CompileSort
    read_page: Callable[[Reader, IntegrationId, ListQuery], Awaitable[Page[Any]]]
    read_stretch: Callable[[Reader, IntegrationId, ListQuery, Place | None], Awaitable[Stretch[Any]]]
    show: Callable[[Call, Reader, Sequence[Any]], Awaitable[list[dict[str, Any]]]]


@dataclass(frozen=True, slots=True)
class Listing:
    """One collection, and the filter and the order it is read with."""

    collection: Collection
    query: ListQuery


async def answer_list(call: Call, collection: Collection) -> Response:
    """Answer a query of one collection."""
    query = list_query(call, condition_of(call, collection), sort_of(call, collection))
    return await answer_listings(call, [Listing(collection, query)])


async def answer_listings(call: Call, listings: Sequence[Listing]) -> Response:
    """Answer a query of collections that follow one another as if they were one."""
    if "cursor" in call.query:
        return await _answer_from_cursor(call, listings)
    found: list[dict[str, Any]] = []
    start, total = _start_index(call), 0
    async with call.read() as reader:
        for listing in listings:
            query = _with(listing.query, start_index=max(start - total, 1), count=listing.query.count - len(found))
            page = await listing.collection.read_page(reader, call.integration.id, query)
            total += page.total
            found += await listing.collection.show(call, reader, page.items)
    return answer(call.request, listed(found, total, start))


async def _answer_from_cursor(call: Call, listings: Sequence[Listing]) -> Response:
    query = digest_query(*(call.query.get(name, "") for name in ("filter", "sortby", "sortorder")))
    count = listings[0].query.count
    async with call.read() as reader:
        cursor = await _cursor(call, reader, listings, query)
        found: list[dict[str, Any]] = []
        at, after = cursor.collection, cursor.after
        while at < len(listings) and len(found) < count:
            collection = listings[at].collection
            wanted = _with(listings[at].query, start_index=1, count=count - len(found))
            stretch = await _stretch(call, reader, collection, wanted, after)
            found += await collection.show(call, reader, stretch.items)
            after = stretch.end
            at += after is None
    following = None
    if count and at < len(listings):
        following = write_cursor(Cursor(at, after, cursor.total), query)
    return answer(call.request, listed_from_cursor(found, cursor.total, following))


async def _stretch(
    call: Call, reader: Reader, collection: Collection, query: ListQuery, after: Place | None
) -> Stretch[Any]:
    try:
        return await collection.read_stretch(reader, call.integration.id, query, after)
    except InvalidValueError as error:
        raise InvalidCursorException(detail=str(error)) from error


async def _cursor(call: Call, reader: Reader, listings: Sequence[Listing], query: str) -> Cursor:
    text = call.query["cursor"].strip()
    if text:
        return read_cursor(text, query, len(listings))
    pages = [
        await each.collection.read_page(reader, call.integration.id, _with(each.query, start_index=1, count=0))
        for each in listings
    ]
    return Cursor(0, None, sum(page.total for page in pages))


def list_query(call: Call, condition: Condition | None, sort: Order | None) -> ListQuery:
    """Read which page of a list is asked for. Raises ``InvalidValueException``."""
    return ListQuery(condition, sort, _start_index(call), _count(call))


def condition_of(call: Call, collection: Collection) -> Condition | None:
    """Read the filter. Raises ``InvalidFilterException`` and ``InvalidValueError``."""
    text = call.query.get("filter", "").strip()
    return collection.compile_filter(parsed_filter(text), collection.model) if text else None


def sort_of(call: Call, collection: Collection) -> Order | None:
    """Read by what a list is sorted. Raises ``InvalidValueError``, also for what the client may not see."""
    sort_by = call.query.get("sortby", "").strip()
    if not sort_by:
        return None
    hidden = {tuple(step.lower() for step in steps) for steps in collection.shape.hidden}
    if tuple(step.lower() for step in steps_to(sort_by)) in hidden:
        raise InvalidValueError(f'Nothing can be sorted by "{sort_by}": it is never returned.')
    descending = call.query.get("sortorder", "").strip().lower() == "descending"
    return collection.compile_sort(sort_by, collection.model, descending=descending)


def parsed_filter(text: str) -> FilterNode:
    """Read a filter. Raises ``InvalidFilterException``."""
    if len(text) > _LONGEST_FILTER:
        raise InvalidFilterException(detail=f"The filter is longer than {_LONGEST_FILTER} characters.")
    return _look_up(text) or ScimFilter[Any](text).ast


def _look_up(text: str) -> FilterNode | None:
    """Read the filter of a look-up without the grammar, which would cost more than the look-up itself."""
    parts = _LOOK_UP.fullmatch(text)
    if parts is None:
        return None
    try:
        value = json.loads(parts[2])
    except ValueError:
        return None
    return Comparison(AttrPath(parts[1]), CompareOperator.eq, value)


def _with(query: ListQuery, *, start_index: int, count: int) -> ListQuery:
    return ListQuery(query.filter, query.sort, min(start_index, _LAST_INDEX), count)


def _start_index(call: Call) -> int:
    return min(max(_integer(call, "startIndex", 1), 1), _LAST_INDEX)


def _count(call: Call) -> int:
    settings, by_cursor = call.settings, "cursor" in call.query
    try:
        asked = _integer(call, "count", settings.page_size)
    except InvalidValueException as error:
        raise (InvalidCountException(detail=error.detail) if by_cursor else error) from error
    if by_cursor and asked < 0:
        raise InvalidCountException(detail="'count' must not be negative.")
    return min(max(asked, 0), settings.max_page_size)


def _integer(call: Call, name: str, otherwise: int) -> int:
    text = call.query.get(name.lower(), "").strip()
    if not text:
        return otherwise
    try:
        return int(text)
    except ValueError:
        raise InvalidValueException(detail=f"'{name}' must be an integer.") from None
