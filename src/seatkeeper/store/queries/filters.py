"""SCIM filters as SQL (RFC 7644 §3.4.2.2).

They select what scim2-models' own ``ScimFilter.match`` does, but for: userName and a group's displayName, which
are equal by full case folding, as they are unique by; other texts, which are not normalized (values are kept as
they were sent); texts in certificates, compared as sent; and a date without a zone, which is UTC.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from scim2_models import InvalidFilterException, Resource
from scim2_models.path import (
    AttributeBinding,
    AttrPath,
    CompareOperator,
    Comparison,
    FilterNode,
    FilterVisitor,
    LogicalExpr,
    LogicalOperator,
    Not,
    Present,
    ScimFilter,
    ValuePath,
)
from sqlalchemy import ColumnElement, and_, false, not_, or_, true

from seatkeeper.store.queries.attributes import (
    GROUPS,
    USERS,
    Entries,
    Resources,
    is_complex,
    read_entries,
    read_value,
)
from seatkeeper.store.queries.comparisons import compare, is_present, is_unassigned
from seatkeeper.store.queries.listing import Condition
from seatkeeper.store.queries.operands import Operand, Parameters, comparisons_in, form_of, read_operand
from seatkeeper.store.queries.probes import Equality, search_entry, search_value


def compile_user_filter(node: FilterNode, model: type[Resource[Any]]) -> Condition:
    """Turn a filter over users into a condition for ``ListQuery.filter``.

    ``model`` says which attributes there are, of which type, and which are caseExact. Raises scim2-models'
    ``InvalidFilterException`` for an attribute the model does not have and for a comparison its type does not
    allow, and ``InvalidValueError`` for a value PostgreSQL cannot hold (a NUL character).
    """
    return compile_filter(USERS, node, model)


def compile_group_filter(node: FilterNode, model: type[Resource[Any]]) -> Condition:
    """Turn a filter over groups into a condition for ``ListQuery.filter``; errors as for users."""
    return compile_filter(GROUPS, node, model)


@dataclass(frozen=True, slots=True)
class _Form:
    resources: Resources
    model: type[Resource[Any]]
    form: FilterNode
    example: FilterNode = field(compare=False)


@dataclass(frozen=True, slots=True)
class _Compiled:
    expression: ColumnElement[bool]
    compared: Sequence[AttributeBinding]
    """The attribute of each comparison, in their order."""
    parameters: Parameters


def compile_filter(resources: Resources, node: FilterNode, model: type[Resource[Any]]) -> Condition:
    """Turn a filter over any resources into a condition; errors as for users."""
    compiled = _compiled(_Form(resources, model, form_of(node), node))
    pairs = zip(compiled.compared, comparisons_in(node), strict=True)
    operands = [read_operand(attribute, comparison) for attribute, comparison in pairs]
    return Condition(compiled.expression, compiled.parameters.values(operands))


@lru_cache(maxsize=512)
def _compiled(form: _Form) -> _Compiled:
    resource = _ResourceCondition(form.resources, form.example, form.model)
    return _Compiled(resource.visit(form.example), resource.compared, resource.parameters)


class _Visitor(FilterVisitor[ColumnElement[bool]]):
    def visit_not(self, node: Not) -> ColumnElement[bool]:
        return not_(self.visit(node.expr))

    def visit_logical_expr(self, node: LogicalExpr) -> ColumnElement[bool]:
        terms = [self.visit(term) for term in node.terms]
        return and_(*terms) if node.op is LogicalOperator.and_ else or_(*terms)


class _ResourceCondition(_Visitor):
    def __init__(self, resources: Resources, node: FilterNode, model: type[Resource[Any]]) -> None:
        self.resources = resources
        self.bound: ScimFilter[Any] = ScimFilter[model](node)  # type: ignore[valid-type]
        self.parameters = Parameters()
        self.compared: list[AttributeBinding] = []

    def resolve(self, path: AttrPath, *, to_compare: bool = False) -> AttributeBinding:
        """Find the attribute in the model. Raises ``InvalidFilterException``."""
        resolve = self.bound.resolve_comparison if to_compare else self.bound.resolve
        attribute = resolve(path)
        assert attribute is not None, "strict resolution raises"
        return attribute

    def operand(self, attribute: AttributeBinding, node: Comparison) -> Operand:
        """Take note of a comparison, in the order of the filter."""
        if is_complex(attribute) and node.value is not None:
            raise InvalidFilterException(detail=f"'{attribute.urn}' has sub-attributes: compare one of them")
        self.compared.append(attribute)
        return Operand(read_operand(attribute, node), len(self.compared) - 1, self.parameters)

    def visit_comparison(self, node: Comparison) -> ColumnElement[bool]:
        attribute = self.resolve(node.attr_path, to_compare=True)
        operand = self.operand(attribute, node)
        if node.op is CompareOperator.ne:
            return not_(self._holds(attribute, CompareOperator.eq, operand))
        return self._holds(attribute, node.op, operand)

    def _holds(self, attribute: AttributeBinding, op: CompareOperator, operand: Operand) -> ColumnElement[bool]:
        if not attribute.is_multivalued:
            condition = compare(read_value(self.resources, attribute), op, operand)
        else:
            entries = read_entries(self.resources, attribute)
            if operand.sample is None:
                return _lacks(entries, attribute) if op is CompareOperator.eq else false()
            condition = entries.some(compare(entries.read(attribute), op, operand))
        found = search_value(self.resources, (attribute, operand)) if op is CompareOperator.eq else ()
        return and_(*found, condition)

    def visit_present(self, node: Present) -> ColumnElement[bool]:
        attribute = self.resolve(node.attr_path)
        if not attribute.is_multivalued:
            return is_present(read_value(self.resources, attribute))
        entries = read_entries(self.resources, attribute)
        return entries.some(is_present(entries.read(attribute)))

    def visit_value_path(self, node: ValuePath) -> ColumnElement[bool]:
        entries = read_entries(self.resources, self.resolve(node.attr_path))
        entry = _EntryCondition(self, node.attr_path, entries)
        condition = entries.some(entry.visit(node.val_filter))
        return and_(*search_entry(self.resources, list(entry.equalities(node.val_filter))), condition)


class _EntryCondition(_Visitor):
    def __init__(self, resource: _ResourceCondition, path: AttrPath, entries: Entries) -> None:
        self.resource = resource
        self.path = path
        self.entries = entries
        self._equal: dict[int, Equality] = {}

    def equalities(self, node: FilterNode) -> Iterator[Equality]:
        """List what has to be equal in every entry the condition, which was visited before, holds for."""
        if isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_:
            for term in node.terms:
                yield from self.equalities(term)
        elif id(node) in self._equal:
            yield self._equal[id(node)]

    def visit_comparison(self, node: Comparison) -> ColumnElement[bool]:
        attribute = self._resolve(node.attr_path)
        operand = self.resource.operand(attribute, node)
        if node.op is CompareOperator.eq:
            self._equal[id(node)] = (attribute, operand)
        return compare(self.entries.read(attribute), node.op, operand)

    def visit_present(self, node: Present) -> ColumnElement[bool]:
        return is_present(self.entries.read(self._resolve(node.attr_path)))

    def visit_value_path(self, node: ValuePath) -> ColumnElement[bool]:
        raise InvalidFilterException(detail=f"'{node}' is a selection within a selection")

    def _resolve(self, path: AttrPath) -> AttributeBinding:
        """Find the sub-attribute; an entry that is a plain value is its own ``value``."""
        if path.uri is not None or path.sub_attr is not None:
            raise InvalidFilterException(detail=f"'{path}' is no sub-attribute of '{self.path}'")
        attribute = self.resource.resolve(self.path)
        if not is_complex(attribute) and path.attr.lower() == "value":
            return attribute
        return self.resource.resolve(AttrPath(self.path.attr, path.attr, self.path.uri))


def _lacks(entries: Entries, attribute: AttributeBinding) -> ColumnElement[bool]:
    """``eq null``: there is no entry, or one without the value."""
    return or_(not_(entries.some(true())), entries.some(is_unassigned(entries.read(attribute))))
