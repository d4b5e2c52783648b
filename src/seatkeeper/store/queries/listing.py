"""Pages of a list: what may be asked for, and what comes back (RFC 7644 §3.4.2)."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement

T = TypeVar("T")


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
