"""Pages of a list: what may be asked for, and what comes back (RFC 7644 §3.4.2)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Integer, Select, Table, Uuid, bindparam, func, select

from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.statements import Prepared, prepare

T = TypeVar("T")

INTEGRATION: ColumnElement[Any] = bindparam("integration_id", type_=Uuid)
"""The integration a list is of, as a parameter; a condition of a list may use it too."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on a resource: an expression with parameters, the same object for filters of one form."""

    expression: ColumnElement[bool]
    values: Mapping[str, Any]
    """The value of each parameter."""


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of a list.

    ``filter`` comes from ``queries.filters`` and ``sort`` from ``queries.sorting``. Without ``sort`` the order is
    that of creation; with it, equal rows stay in that order, so the pages of one query never overlap.
    ``start_index`` counts from 1; a ``count`` of 0 asks for the total alone.
    """

    filter: Condition | None = None
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
    expression = None if query.filter is None else query.filter.expression
    values = {"integration_id": integration_id, **(query.filter.values if query.filter else {})}
    before, count = max(query.start_index, 1) - 1, max(query.count, 0)
    rows = []
    if count:
        page = _page(table, expression, query.sort)
        rows = await reader.fetch_all(page, **values, most=count, before=before)
    if (rows or not before) and len(rows) < count:
        total = before + len(rows)
    else:
        counted = await reader.fetch_one(_total(table, expression), **values)
        assert counted is not None
        total = counted["total"]
    return Page(total, [decode(row) for row in rows])


@lru_cache(maxsize=512)
def _page(table: Table, condition: ColumnElement[bool] | None, sort: ColumnElement[Any] | None) -> Prepared:
    order = [table.c.id] if sort is None else [sort, table.c.id]
    most, before = bindparam("most", type_=Integer), bindparam("before", type_=Integer)
    return prepare(_chosen(select(table), table, condition).order_by(*order).limit(most).offset(before))


@lru_cache(maxsize=512)
def _total(table: Table, condition: ColumnElement[bool] | None) -> Prepared:
    return prepare(_chosen(select(func.count().label("total")).select_from(table), table, condition))


def _chosen(rows: Select[Any], table: Table, condition: ColumnElement[bool] | None) -> Select[Any]:
    mine = rows.where(table.c.integration_id == INTEGRATION)
    return mine if condition is None else mine.where(condition)
