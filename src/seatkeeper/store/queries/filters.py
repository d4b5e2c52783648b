"""SCIM filters and sort orders as SQL (RFC 7644 §3.4.2.2 and §3.4.2.3)."""

from typing import Any

from scim2_models import Resource
from scim2_models.path import FilterNode
from sqlalchemy import ColumnElement


def compile_user_filter(node: FilterNode, model: type[Resource[Any]]) -> ColumnElement[bool]:
    """Turn a filter over users into a condition for ``ListQuery.filter``.

    ``model`` says which attributes there are, of which type, and which are caseExact. Raises scim2-models'
    ``InvalidFilterException`` for an attribute the model does not have and for a comparison its type does not
    allow, and ``InvalidValueError`` for a value PostgreSQL cannot hold (a NUL character).
    """
    raise NotImplementedError


def compile_group_filter(node: FilterNode, model: type[Resource[Any]]) -> ColumnElement[bool]:
    """Turn a filter over groups into a condition for ``ListQuery.filter``; errors as for users."""
    raise NotImplementedError


def compile_user_sort(sort_by: str, model: type[Resource[Any]], *, descending: bool = False) -> ColumnElement[Any]:
    """Turn ``sortBy`` and ``sortOrder`` into an order for ``ListQuery.sort``.

    Raises ``InvalidValueError`` for an attribute the model does not have.
    """
    raise NotImplementedError


def compile_group_sort(
    sort_by: str, model: type[Resource[Any]], *, descending: bool = False
) -> ColumnElement[Any]:
    """Turn ``sortBy`` and ``sortOrder`` into an order of groups; errors as for users."""
    raise NotImplementedError
