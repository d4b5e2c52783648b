"""Lists: filter, order and page of a query (RFC 7644 §3.4.2)."""

from collections.abc import Callable
from typing import Any, TypeAlias

from scim2_models import InvalidFilterException, InvalidValueException, Resource, ScimFilter
from scim2_models.path import FilterNode
from sqlalchemy import ColumnElement

from seatkeeper.scim.calls import Call
from seatkeeper.store.queries.listing import Condition, ListQuery

_LONGEST_FILTER = 10_000
_LAST_INDEX = 2**31 - 1

CompileFilter: TypeAlias = Callable[[FilterNode, type[Resource[Any]]], Condition]
CompileSort: TypeAlias = Callable[..., ColumnElement[Any]]


def list_query(
    call: Call, model: type[Resource[Any]], compile_filter: CompileFilter, compile_sort: CompileSort
) -> ListQuery:
    """Read what a list is asked for. Raises ``InvalidFilterException`` and ``InvalidValueException``."""
    query, settings = call.query, call.settings
    text, sort_by = query.get("filter", "").strip(), query.get("sortby", "").strip()
    descending = query.get("sortorder", "").strip().lower() == "descending"
    count = _integer(query, "count", settings.page_size)
    return ListQuery(
        filter=compile_filter(_parsed(text), model) if text else None,
        sort=compile_sort(sort_by, model, descending=descending) if sort_by else None,
        start_index=min(max(_integer(query, "startindex", 1), 1), _LAST_INDEX),
        count=min(max(count, 0), settings.max_page_size),
    )


def _parsed(text: str) -> FilterNode:
    if len(text) > _LONGEST_FILTER:
        raise InvalidFilterException(detail=f"The filter is longer than {_LONGEST_FILTER} characters.")
    return ScimFilter[Any](text).ast


def _integer(query: Any, name: str, otherwise: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return otherwise
    try:
        return int(text)
    except ValueError:
        raise InvalidValueException(detail=f"'{name}' must be an integer.") from None
