"""Searches: ``POST /.search``, of one type or of all, and queries at the root (RFC 7644 §3.4.2.1, §3.4.3)."""

import dataclasses
from collections.abc import Sequence
from typing import Any

from scim2_models import InvalidFilterException, InvalidSyntaxException, NotFoundException, Resource, ScimFilter
from scim2_models.path import (
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    LogicalExpr,
    Not,
    Present,
    ValuePath,
)
from starlette.responses import Response

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.scim.calls import Call
from seatkeeper.scim.groups import GROUPS
from seatkeeper.scim.lists import (
    Collection,
    Listing,
    answer_list,
    answer_listings,
    list_query,
    parsed_filter,
    sort_of,
)
from seatkeeper.scim.offers import ENTITLEMENT, ROLE
from seatkeeper.scim.users import users_of
from seatkeeper.store.queries.listing import Condition, Order

_PARAMETERS = {
    name.lower(): name
    for name in (
        *("attributes", "excludedAttributes", "filter", "sortBy"),
        *("sortOrder", "startIndex", "count", "cursor"),
    )
}
_NOBODY = Comparison(AttrPath("id"), CompareOperator.eq, "")
"""A filter that holds for nothing."""


async def search_users(call: Call) -> Response:
    """Search users."""
    return await answer_list(await _searching(call), users_of(call))


async def search_groups(call: Call) -> Response:
    """Search groups."""
    return await answer_list(await _searching(call), GROUPS)


async def search_roles(call: Call) -> Response:
    """Search the roles the app offers."""
    return await answer_list(await _searching(call), ROLE.collection)


async def search_entitlements(call: Call) -> Response:
    """Search the other entitlements the app offers."""
    return await answer_list(await _searching(call), ENTITLEMENT.collection)


async def search_all(call: Call) -> Response:
    """Search users, then groups."""
    return await _answer_all(await _searching(call))


async def list_all(call: Call) -> Response:
    """Answer a query at the root. Without one there is nothing there."""
    if not call.query.keys() & _PARAMETERS.keys():
        raise NotFoundException(detail="There is no such endpoint.")
    return await _answer_all(call)


async def _searching(call: Call) -> Call:
    """Read the parameters from the body instead of the address."""
    sent = {key.lower(): value for key, value in (await call.document()).items()}
    query = {
        name: _text(_PARAMETERS[name], value)
        for name, value in sent.items()
        if name in _PARAMETERS and value is not None
    }
    return dataclasses.replace(call, query=query)


def _text(name: str, value: object) -> str:
    if isinstance(value, list) and name.lower().endswith("attributes") and all(isinstance(v, str) for v in value):
        return ",".join(value)
    if isinstance(value, str | int) and not isinstance(value, bool):
        return str(value)
    raise InvalidSyntaxException(detail=f"'{name}' is not what it should be in a search.")


async def _answer_all(call: Call) -> Response:
    collections = (users_of(call), GROUPS)
    filters, sorts = _filters(call, collections), _sorts(call, collections)
    each = zip(collections, filters, sorts, strict=True)
    listings = [Listing(of, list_query(call, condition, sort)) for of, condition, sort in each]
    return await answer_listings(call, listings)


def _filters(call: Call, collections: Sequence[Collection]) -> list[Condition | None]:
    """Compile the filter for each type; what only others have holds for none of its resources."""
    text = call.query.get("filter", "").strip()
    if not text:
        return [None for _ in collections]
    parsed = parsed_filter(text)
    fitted = [_fitted(parsed, collection.model) for collection in collections]
    for missing in set.intersection(*(missing for _, missing in fitted)):
        raise InvalidFilterException(detail=f"No resource has the attribute '{missing}'.")
    each = zip(collections, fitted, strict=True)
    return [collection.compile_filter(node, collection.model) for collection, (node, _) in each]


def _sorts(call: Call, collections: Sequence[Collection]) -> list[Order | None]:
    """Compile the order for each type; one that has no such attribute keeps the order of creation."""
    sorts: list[Order | None] = []
    errors = []
    for collection in collections:
        try:
            sorts.append(sort_of(call, collection))
        except InvalidValueError as error:
            sorts.append(None)
            errors.append(error)
    if len(errors) == len(collections):
        raise errors[0]
    return sorts


def _fitted(node: FilterNode, model: type[Resource[Any]]) -> tuple[FilterNode, set[str]]:
    """Put what holds for nothing in the place of what is said of attributes the model lacks; name these."""
    bound: ScimFilter[Any] = ScimFilter[model](node)  # type: ignore[valid-type]
    missing: set[str] = set()

    def fit(part: FilterNode) -> FilterNode:
        match part:
            case Not():
                return dataclasses.replace(part, expr=fit(part.expr))
            case LogicalExpr():
                return dataclasses.replace(part, terms=tuple(fit(term) for term in part.terms))
            case Comparison() | Present() | ValuePath():
                try:
                    bound.resolve(part.attr_path)
                except InvalidFilterException:
                    missing.add(str(part.attr_path))
                    return _NOBODY
                return part
            case _:
                return part

    return fit(node), missing
