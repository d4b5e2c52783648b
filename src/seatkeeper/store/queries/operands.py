"""What a filter compares with, kept apart from its form.

Filters differ far more in their values than in their form, and SQL for a form costs milliseconds to make. So SQL
is made with parameters, once for each form, and only the values are worked out for each filter.
"""

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from scim2_models.path import (
    AttributeBinding,
    Comparison,
    FilterNode,
    LogicalExpr,
    Not,
    ValuePath,
    coerce_value,
)
from sqlalchemy import BindParameter, bindparam
from sqlalchemy.types import TypeEngine

from seatkeeper.store.texts import check_text

Make: TypeAlias = Callable[[Sequence[Any]], Any]
"""Work out the value of a parameter from all operands of the filter."""


@dataclass(frozen=True, slots=True)
class Parameters:
    """The parameters of a condition, and how each is worked out."""

    recipes: dict[str, Make] = field(default_factory=dict)

    def add(self, type_: TypeEngine[Any], make: Make) -> BindParameter[Any]:
        """Make one more."""
        name = f"value_{len(self.recipes)}"
        self.recipes[name] = make
        return bindparam(name, type_=type_, required=True)

    def values(self, operands: Sequence[Any]) -> dict[str, Any]:
        """Give each its value."""
        return {name: make(operands) for name, make in self.recipes.items()}


@dataclass(frozen=True, slots=True)
class Operand:
    """The operand of one comparison. Only the type of ``sample`` may decide about the form of a condition."""

    sample: Any
    position: int
    parameters: Parameters

    def bind(
        self, type_: TypeEngine[Any], convert: Callable[[Any], Any] = lambda value: value
    ) -> BindParameter[Any]:
        """Make a parameter of it."""
        return self.parameters.add(type_, lambda operands: convert(operands[self.position]))


def comparisons_in(node: FilterNode) -> Iterator[Comparison]:
    """List the comparisons of a filter in the order in which a visitor meets them."""
    match node:
        case Comparison():
            yield node
        case Not():
            yield from comparisons_in(node.expr)
        case LogicalExpr():
            for term in node.terms:
                yield from comparisons_in(term)
        case ValuePath():
            yield from comparisons_in(node.val_filter)


def form_of(node: FilterNode) -> FilterNode:
    """Give the filter with the type of each operand in the place of the operand."""
    match node:
        case Comparison():
            return dataclasses.replace(node, value=type(node.value))
        case Not():
            return dataclasses.replace(node, expr=form_of(node.expr))
        case LogicalExpr():
            return dataclasses.replace(node, terms=tuple(form_of(term) for term in node.terms))
        case ValuePath():
            return dataclasses.replace(node, val_filter=form_of(node.val_filter))
        case _:
            return node


def read_operand(attribute: AttributeBinding, node: Comparison) -> Any:
    """Read an operand as a value of the attribute; bytes stay the text they were sent as.

    Raises ``InvalidFilterException``, and ``InvalidValueError`` for a text PostgreSQL cannot hold.
    """
    if isinstance(node.value, str):
        check_text(node.value, "A value in the filter")
    operand = coerce_value(attribute, node.value, node.op)
    return node.value if isinstance(operand, bytes) else operand
