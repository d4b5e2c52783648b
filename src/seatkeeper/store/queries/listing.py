"""Pages of a list: what may be asked for, and what comes back (RFC 7644 §3.4.2)."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Table, Uuid, bindparam, func, select

from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.database import Reader, Row

T = TypeVar("T")

INTEGRATION: ColumnElement[Any] = bindparam("integration_id", type_=Uuid)
"""The integration a list is of, as a parameter; a condition of a list may use it too."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of a list.

    ``filter`` and ``sort`` come from ``queries.filters``. Without ``sort`` the order is that of creation; with it,
    equal rows stay in that order, so the pages of one query never overlap. ``start_index`` counts from 1;
    a ``count`` of 0 asks for the total alone.
    """

    filter: ColumnElement[bool] | None = None
    sort: ColumnElement[Any] | None = None
    start_index: int = 1
    count: int = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The items of one page, and how many there are on all pages together."""

    total: int
    items: Sequence[T]


async def read_page(
    reader: Reader, table: Table, integration_id: IntegrationId, query: ListQuery, decode: Callable[[Row], T]
) -> Page[T]:
    """Read one page of a table of an integration's resources.

    The rows are counted only where the page itself does not tell: a look-up that finds what it looks for,
    and the last page of a list, are one statement.
    """
    conditions = [table.c.integration_id == INTEGRATION]
    if query.filter is not None:
        conditions.append(query.filter)
    before, count = max(query.start_index, 1) - 1, max(query.count, 0)
    rows = []
    if count:
        order = [table.c.id] if query.sort is None else [query.sort, table.c.id]
        page = select(table).where(*conditions).order_by(*order).limit(count).offset(before)
        rows = await reader.fetch_all(page, integration_id=integration_id)
    if (rows or not before) and len(rows) < count:
        total = before + len(rows)
    else:
        counting = select(func.count().label("total")).select_from(table).where(*conditions)
        counted = await reader.fetch_one(counting, integration_id=integration_id)
        assert counted is not None
        total = counted["total"]
    return Page(total, [decode(row) for row in rows])
