"""Pages of a list: what may be asked for, and what comes back (RFC 7644 §3.4.2, RFC 9865)."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, Generic, TypeVar
from uuid import UUID

import psycopg
from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    Uuid,
    and_,
    bindparam,
    cast,
    func,
    or_,
    select,
)

from seatkeeper.core.errors import InvalidValueError
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


@dataclass(frozen=True, slots=True, eq=False)
class Order:
    """By what a list is sorted. Compared by identity, as the expression is."""

    expression: ColumnElement[Any]
    descending: bool = False

    @property
    def clause(self) -> ColumnElement[Any]:
        """What goes behind ORDER BY."""
        return self.expression.desc() if self.descending else self.expression.asc()


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page ended: behind this resource, whose value in the order of the list is kept as text."""

    id: UUID
    value: str | None = None


@dataclass(frozen=True, slots=True)
class ListQuery:
    """One page of a list, counted from its beginning.

    ``filter`` comes from ``queries.filters`` and ``sort`` from ``queries.sorting``. Without ``sort`` the order is
    that of creation; with it, equal rows stay in that order, so the pages of one query never overlap.
    ``start_index`` counts from 1; a ``count`` of 0 asks for the total alone.
    """

    filter: Condition | None = None
    sort: Order | None = None
    start_index: int = 1
    count: int = 100


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """The items of one page, and how many there are on all pages together."""

    total: int
    items: Sequence[T]


@dataclass(frozen=True, slots=True)
class Stretch(Generic[T]):
    """What comes behind a place, and the place where it ends; None where nothing comes after it."""

    items: Sequence[T] = ()
    end: Place | None = field(default=None)


async def read_page(
    reader: Reader, table: FromClause, integration_id: IntegrationId, query: ListQuery, decode: Callable[[Row], T]
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
        page = _page(table, expression, query.sort, is_first=not before)
        rows = await reader.fetch_all(page, **values, most=count, **({"before": before} if before else {}))
    if (rows or not before) and len(rows) < count:
        total = before + len(rows)
    else:
        counted = await reader.fetch_one(_total(table, expression), **values)
        assert counted is not None
        total = counted["total"]
    return Page(total, [decode(row) for row in rows])


async def read_stretch(
    reader: Reader,
    table: FromClause,
    integration_id: IntegrationId,
    query: ListQuery,
    decode: Callable[[Row], T],
    after: Place | None,
) -> Stretch[T]:
    """Read ``query.count`` resources behind a place, or from the beginning; each page costs as much as the first.

    Whoever comes or goes between two pages moves nobody else: a resource is given once, unless it changes its own
    place in a sorted list. Raises ``InvalidValueError`` for a place that cannot be one of this list.
    """
    expression = None if query.filter is None else query.filter.expression
    values = {"integration_id": integration_id, **(query.filter.values if query.filter else {})}
    if after is not None:
        values |= {"after_id": after.id, "after_value": after.value}
    has_value = None if after is None else after.value is not None
    statement = _stretch(table, expression, query.sort, has_value)
    try:
        rows = await reader.fetch_all(statement, **values, most=query.count + 1)
    except psycopg.DataError as error:
        if after is None:
            raise
        raise InvalidValueError("The list does not go on from there.") from error
    more, rows = len(rows) > query.count, rows[: query.count]
    end = Place(rows[-1]["id"], rows[-1].get("sorted_by")) if more and rows else None
    return Stretch([decode(row) for row in rows], end)


@lru_cache(maxsize=512)
def _page(
    table: FromClause, condition: ColumnElement[bool] | None, sort: Order | None, *, is_first: bool
) -> Prepared:
    """Without an offset PostgreSQL expects the same of any values, and does not plan each look-up anew."""
    order = [table.c.id] if sort is None else [sort.clause, table.c.id]
    page = _chosen(select(table), table, condition).order_by(*order).limit(bindparam("most", type_=Integer))
    return prepare(page if is_first else page.offset(bindparam("before", type_=Integer)))


@lru_cache(maxsize=512)
def _stretch(
    table: FromClause, condition: ColumnElement[bool] | None, sort: Order | None, has_value: bool | None
) -> Prepared:
    rows = select(table)
    order: list[ColumnElement[Any]] = [table.c.id]
    if sort is not None:
        rows = rows.add_columns(cast(sort.expression, Text).label("sorted_by"))
        order = [sort.clause, table.c.id]
    chosen = _chosen(rows, table, condition)
    if has_value is not None:
        chosen = chosen.where(_behind(table, sort, has_value=has_value))
    return prepare(chosen.order_by(*order).limit(bindparam("most", type_=Integer)))


def _behind(table: FromClause, sort: Order | None, *, has_value: bool) -> ColumnElement[bool]:
    """Say which rows come after the one with ``after_id`` and ``after_value``; null is greater than any value."""
    later = table.c.id > bindparam("after_id", type_=Uuid)
    if sort is None:
        return later
    expression = sort.expression
    if not has_value:
        among_equals = and_(expression.is_(None), later)
        return or_(among_equals, expression.is_not(None)) if sort.descending else among_equals
    value = cast(bindparam("after_value", type_=Text), expression.type)
    among_equals = and_(expression == value, later)
    if sort.descending:
        return or_(expression < value, among_equals)
    return or_(expression > value, among_equals, expression.is_(None))


@lru_cache(maxsize=512)
def _total(table: FromClause, condition: ColumnElement[bool] | None) -> Prepared:
    return prepare(_chosen(select(func.count().label("total")).select_from(table), table, condition))


def _chosen(rows: Select[Any], table: FromClause, condition: ColumnElement[bool] | None) -> Select[Any]:
    mine = rows.where(table.c.integration_id == INTEGRATION)
    return mine if condition is None else mine.where(condition)
