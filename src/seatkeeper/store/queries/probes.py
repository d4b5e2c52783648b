"""Looking for a value anywhere in the documents by the index ``users_by_any_value``.

A probe is a piece of a document, folded as the index folds whole ones. It finds everything that a condition can
hold for, and perhaps more, so it goes with the condition and never instead of it.
"""

import json
from collections.abc import Sequence
from typing import Any, TypeAlias

from scim2_models.path import AttributeBinding
from sqlalchemy import ColumnElement, Text, any_, cast, func, select
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.store.queries.attributes import Resources, keys_of, kind_of
from seatkeeper.store.queries.comparisons import Kind, fold
from seatkeeper.store.queries.listing import INTEGRATION
from seatkeeper.store.queries.operands import Make, Operand, Parameters

Equality: TypeAlias = tuple[AttributeBinding, Operand]
"""An attribute, and what it has to be equal to."""

_TELLING = frozenset({Kind.TEXT, Kind.EXACT, Kind.NUMBER})
_LABELS = frozenset({"type", "primary"})
"""Sub-attributes that nearly everybody's entries share: they find too many for the index to be of use, and beside
a value that finds few they cost as much again."""


def search_value(resources: Resources, equality: Equality) -> Sequence[ColumnElement[bool]]:
    """Find the resources that hold a value; nothing where no index can tell."""
    attribute, operand = equality
    if attribute.is_multivalued:
        return search_entry(resources, [equality])
    keys = keys_of(attribute)
    if ".".join(keys) in resources.columns or not _tells(equality):
        return ()
    return _search(resources, keys, operand.parameters, lambda operands: operands[operand.position])


def search_entry(resources: Resources, equalities: Sequence[Equality]) -> Sequence[ColumnElement[bool]]:
    """Find the resources with an entry for which all of these hold; nothing where no index can tell."""
    usable = [each for each in equalities if _tells(each) and keys_of(each[0])[-1] not in _LABELS]
    if not usable:
        return ()
    attribute, operand = usable[0]
    keys = keys_of(attribute)
    if not attribute.sub_field_name:
        return _search(resources, keys, operand.parameters, lambda operands: [operands[operand.position]])
    if ".".join(keys[:-1]) in resources.rows:
        return ()
    positions = {keys_of(each)[-1]: value.position for each, value in usable}
    return _search(
        resources,
        keys[:-1],
        operand.parameters,
        lambda operands: [{key: operands[position] for key, position in positions.items()}],
    )


def _tells(equality: Equality) -> bool:
    attribute, operand = equality
    return kind_of(attribute) in _TELLING and isinstance(operand.sample, str | int | float)


def _search(
    resources: Resources, keys: Sequence[str], parameters: Parameters, piece: Make
) -> Sequence[ColumnElement[bool]]:
    searched = resources.searched
    if searched is None:
        return ()

    def probe(operands: Sequence[Any]) -> str:
        value = piece(operands)
        for key in reversed(keys):
            value = {key: value}
        return json.dumps(value, ensure_ascii=False)

    # Selected by itself: PostgreSQL expects the same of any piece then, and so keeps one plan for all of them.
    sought = select(_folded(parameters.add(Text(), probe))).scalar_subquery()
    # As an array that is filled first: by what it expects of a limit, the planner would rather walk all users.
    found = select(searched.c.id).where(
        searched.c.integration_id == INTEGRATION, _folded(cast(searched.c.document, Text)).contains(sought)
    )
    return (resources.table.c.id == any_(func.array(found.scalar_subquery())),)


def _folded(text: ColumnElement[Any]) -> Any:
    return cast(fold(text), JSONB)
