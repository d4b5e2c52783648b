"""Lists: filter, order and page of a query (RFC 7644 §3.4.2)."""

import json
import re
from collections.abc import Callable
from typing import Any, TypeAlias

from scim2_models import InvalidFilterException, InvalidValueException, Resource, ScimFilter
from scim2_models.path import AttrPath, CompareOperator, Comparison, FilterNode
from sqlalchemy import ColumnElement

from seatkeeper.scim.calls import Call
from seatkeeper.store.queries.listing import Condition, ListQuery

_LOOK_UP = re.compile(r'([A-Za-z][A-Za-z0-9]*)\s+eq\s+("(?:[^"\\]|\\.)*")', re.IGNORECASE | re.ASCII)
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
        filter=compile_filter(parsed_filter(text), model) if text else None,
        sort=compile_sort(sort_by, model, descending=descending) if sort_by else None,
        start_index=min(max(_integer(query, "startindex", 1), 1), _LAST_INDEX),
        count=min(max(count, 0), settings.max_page_size),
    )


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


def _integer(query: Any, name: str, otherwise: int) -> int:
    text = query.get(name, "").strip()
    if not text:
        return otherwise
    try:
        return int(text)
    except ValueError:
        raise InvalidValueException(detail=f"'{name}' must be an integer.") from None
