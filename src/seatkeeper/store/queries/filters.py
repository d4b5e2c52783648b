"""SCIM filters and sort orders as SQL (RFC 7644 §3.4.2.2 and §3.4.2.3).

They select what scim2-models' own ``ScimFilter.match`` does, but for: userName and a group's displayName, which
are equal by full case folding, as they are unique by; other texts, which are not normalized (values are kept as
they were sent); texts in certificates, compared as sent; and a date without a zone, which is UTC.
"""

from collections.abc import Iterator
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
    coerce_value,
)
from sqlalchemy import ColumnElement, and_, not_, or_, true

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
from seatkeeper.store.queries.probes import Equality, search_entry, search_value
from seatkeeper.store.texts import check_text


def compile_user_filter(node: FilterNode, model: type[Resource[Any]]) -> ColumnElement[bool]:
    """Turn a filter over users into a condition for ``ListQuery.filter``.

    ``model`` says which attributes there are, of which type, and which are caseExact. Raises scim2-models'
    ``InvalidFilterException`` for an attribute the model does not have and for a comparison its type does not
    allow, and ``InvalidValueError`` for a value PostgreSQL cannot hold (a NUL character).
    """
    return _Condition(USERS, node, model).visit(node)


def compile_group_filter(node: FilterNode, model: type[Resource[Any]]) -> ColumnElement[bool]:
    """Turn a filter over groups into a condition for ``ListQuery.filter``; errors as for users."""
    return _Condition(GROUPS, node, model).visit(node)


class _Visitor(FilterVisitor[ColumnElement[bool]]):
    def visit_not(self, node: Not) -> ColumnElement[bool]:
        return not_(self.visit(node.expr))

    def visit_logical_expr(self, node: LogicalExpr) -> ColumnElement[bool]:
        terms = [self.visit(term) for term in node.terms]
        return and_(*terms) if node.op is LogicalOperator.and_ else or_(*terms)


class _Condition(_Visitor):
    """A condition on a resource."""

    def __init__(self, resources: Resources, node: FilterNode, model: type[Resource[Any]]) -> None:
        self.resources = resources
        self.bound: ScimFilter[Any] = ScimFilter[model](node)  # type: ignore[valid-type]

    def resolve(self, path: AttrPath, *, to_compare: bool = False) -> AttributeBinding:
        """Find the attribute in the model. Raises ``InvalidFilterException``."""
        resolve = self.bound.resolve_comparison if to_compare else self.bound.resolve
        attribute = resolve(path)
        assert attribute is not None, "strict resolution raises"
        return attribute

    def visit_comparison(self, node: Comparison) -> ColumnElement[bool]:
        attribute = self.resolve(node.attr_path, to_compare=True)
        operand = _operand(attribute, node)
        if node.op is CompareOperator.ne:
            return not_(self._holds(attribute, CompareOperator.eq, operand))
        return self._holds(attribute, node.op, operand)

    def _holds(self, attribute: AttributeBinding, op: CompareOperator, operand: Any) -> ColumnElement[bool]:
        if not attribute.is_multivalued:
            condition = compare(read_value(self.resources, attribute), op, operand)
        else:
            entries = read_entries(self.resources, attribute)
            if operand is None:
                return _lacks(entries, attribute, op)
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
        attribute = self.resolve(node.attr_path)
        entries = read_entries(self.resources, attribute)
        entry = _EntryCondition(self, node.attr_path, entries)
        condition = entries.some(entry.visit(node.val_filter))
        return and_(*search_entry(self.resources, list(entry.equalities(node.val_filter))), condition)


class _EntryCondition(_Visitor):
    """A condition on one entry of a multi-valued attribute."""

    def __init__(self, outer: _Condition, path: AttrPath, entries: Entries) -> None:
        self.outer = outer
        self.path = path
        self.entries = entries

    def resolve(self, path: AttrPath) -> AttributeBinding:
        """Find the sub-attribute; an entry that is a plain value is its own ``value``."""
        if path.uri is not None or path.sub_attr is not None:
            raise InvalidFilterException(detail=f"'{path}' is no sub-attribute of '{self.path}'")
        attribute = self.outer.resolve(self.path)
        if not is_complex(attribute) and path.attr.lower() == "value":
            return attribute
        return self.outer.resolve(AttrPath(self.path.attr, path.attr, self.path.uri))

    def equalities(self, node: FilterNode) -> Iterator[Equality]:
        """List what has to be equal in every entry the condition holds for."""
        if isinstance(node, LogicalExpr) and node.op is LogicalOperator.and_:
            for term in node.terms:
                yield from self.equalities(term)
        elif isinstance(node, Comparison) and node.op is CompareOperator.eq:
            attribute = self.resolve(node.attr_path)
            yield attribute, _operand(attribute, node)

    def visit_comparison(self, node: Comparison) -> ColumnElement[bool]:
        attribute = self.resolve(node.attr_path)
        return compare(self.entries.read(attribute), node.op, _operand(attribute, node))

    def visit_present(self, node: Present) -> ColumnElement[bool]:
        return is_present(self.entries.read(self.resolve(node.attr_path)))

    def visit_value_path(self, node: ValuePath) -> ColumnElement[bool]:
        raise InvalidFilterException(detail=f"'{node}' is a selection within a selection")


def _operand(attribute: AttributeBinding, node: Comparison) -> Any:
    if is_complex(attribute) and node.value is not None:
        raise InvalidFilterException(detail=f"'{attribute.urn}' has sub-attributes: compare one of them")
    if isinstance(node.value, str):
        check_text(node.value, "A value in the filter")
    operand = coerce_value(attribute, node.value, node.op)
    return node.value if isinstance(operand, bytes) else operand


def _lacks(entries: Entries, attribute: AttributeBinding, op: CompareOperator) -> ColumnElement[bool]:
    """Comparison with null: no entry, or one without the value; no other operator than equality holds."""
    is_equal = op is CompareOperator.eq
    lacking = or_(not_(entries.some(true())), entries.some(is_unassigned(entries.read(attribute))))
    return lacking if is_equal else not_(true())
