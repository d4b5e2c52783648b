"""``sortBy`` and ``sortOrder`` as SQL (RFC 7644 §3.4.2.3).

What has no value comes last in ascending and first in descending order, which is PostgreSQL's own way with null.
"""

from functools import lru_cache
from typing import Any

from scim2_models import InvalidFilterException, Resource
from scim2_models.path import Present, ScimFilter
from sqlalchemy import ColumnElement

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.store.queries.attributes import GROUPS, USERS, Resources, first_entry, is_complex, read_value
from seatkeeper.store.queries.comparisons import UNICODE, Kind, Value, fold
from seatkeeper.store.queries.listing import Order


def compile_user_sort(sort_by: str, model: type[Resource[Any]], *, descending: bool = False) -> Order:
    """Turn a sort of users into an order for ``ListQuery.sort``.

    A multi-valued attribute sorts by its primary entry. Raises ``InvalidValueError`` for an attribute the model
    does not have and for one that has no order.
    """
    return compile_sort(USERS, sort_by, model, descending=descending)


def compile_group_sort(sort_by: str, model: type[Resource[Any]], *, descending: bool = False) -> Order:
    """Turn a sort of groups into an order for ``ListQuery.sort``; errors as for users."""
    return compile_sort(GROUPS, sort_by, model, descending=descending)


@lru_cache(maxsize=256)
def compile_sort(resources: Resources, sort_by: str, model: type[Resource[Any]], *, descending: bool) -> Order:
    """Turn a sort of any resources into an order; errors as for users."""
    try:
        return Order(_ordered(_value(resources, sort_by, model)), descending)
    except InvalidFilterException as error:
        raise InvalidValueError(f'Nothing can be sorted by "{sort_by}": {error.detail}') from error


def _value(resources: Resources, sort_by: str, model: type[Resource[Any]]) -> Value:
    bound: ScimFilter[Any] = ScimFilter[model](f"{sort_by} pr")  # type: ignore[valid-type]
    if not isinstance(bound.ast, Present):
        raise InvalidFilterException(detail="it is no attribute")
    attribute = bound.resolve_comparison(bound.ast.attr_path)
    assert attribute is not None, "strict resolution raises"
    if is_complex(attribute):
        raise InvalidFilterException(detail="it has sub-attributes")
    return (first_entry if attribute.is_multivalued else read_value)(resources, attribute)


def _ordered(value: Value) -> ColumnElement[Any]:
    if value.key is not None:
        return value.key
    match value.kind:
        case Kind.TEXT:
            return fold(value.expression)
        case Kind.EXACT:
            return value.expression.collate(UNICODE)
        case _:
            return value.expression
