"""Comparing one value of an attribute in SQL, as RFC 7644 §3.4.2.2 has it.

Every condition made here is true or false and never null, so it can be negated.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from scim2_models.path import CompareOperator
from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Numeric,
    Text,
    Uuid,
    all_,
    and_,
    case,
    cast,
    false,
    func,
    literal,
    literal_column,
    not_,
    true,
)

from seatkeeper.store.queries.operands import Operand
from seatkeeper.store.texts import name_key

UNICODE = "pg_unicode_fast"
"""PostgreSQL's own collation: full Unicode case mapping, order of code points, the same on every machine."""

_INSTANT = DateTime(timezone=True)
_NOBODY = UUID(int=0)
"""An id nothing has."""
_EMPTY: ColumnElement[Any] = literal_column("ARRAY['null', '\"\"', '[]', '{}']::jsonb[]")


class Kind(Enum):
    """How values of an attribute compare."""

    TEXT = "text"
    """Without case."""
    EXACT = "exact text"
    BOOLEAN = "boolean"
    NUMBER = "number"
    INSTANT = "instant"
    ID = "id"


@dataclass(frozen=True, slots=True)
class Value:
    """Where one value of an attribute is read from. The expression has the type of its kind, or is null."""

    expression: ColumnElement[Any]
    kind: Kind
    json: ColumnElement[Any] | None = None
    """The value as it stands in the document, for one that does."""
    key: ColumnElement[Any] | None = None
    """The column with the value's ``name_key``, for one that is unique without case."""


def value_in(json: ColumnElement[Any], kind: Kind) -> Value:
    """Read a value from a document. One of another type than the schema says is as good as unassigned."""
    text = json.op("#>>", return_type=Text())(literal_column("'{}'"))
    expression: ColumnElement[Any]
    match kind:
        case Kind.BOOLEAN:
            expression = case((func.jsonb_typeof(json) == "boolean", cast(json, Boolean)))
        case Kind.NUMBER:
            expression = case((func.jsonb_typeof(json) == "number", cast(json, Numeric)))
        case Kind.INSTANT:
            # To PostgreSQL "yesterday" and "infinity" are instants, too.
            is_date = and_(text.op("~")(literal("^[0-9]{4}-", Text)), func.pg_input_is_valid(text, "timestamptz"))
            expression = case((is_date, cast(text, _INSTANT)))
        case _:
            expression = text
    return Value(expression, kind, json)


def fold(text: ColumnElement[Any]) -> ColumnElement[Any]:
    """Take the case out of a text."""
    return func.lower(text.collate(UNICODE), type_=Text())


def _exactly(text: ColumnElement[Any]) -> ColumnElement[Any]:
    return text


def is_present(value: Value) -> ColumnElement[bool]:
    """Operator ``pr``: null, an empty text and an empty list are no value (RFC 7643 §2.5)."""
    if value.json is not None:
        return and_(value.json.is_not(None), value.json != all_(_EMPTY))
    if value.kind in {Kind.TEXT, Kind.EXACT}:
        return and_(value.expression.is_not(None), value.expression != literal("", Text))
    return value.expression.is_not(None)


def is_unassigned(value: Value) -> ColumnElement[bool]:
    """``eq null``."""
    if value.json is not None:
        return func.coalesce(func.jsonb_typeof(value.json) == "null", true())
    return value.expression.is_(None)


def compare(value: Value, op: CompareOperator, operand: Operand) -> ColumnElement[bool]:
    """Compare a value with an operand of its type; operands of another type match nothing.

    An unassigned value is unequal to every operand but null, and in no order to any.
    """
    if op is CompareOperator.ne:
        return not_(compare(value, CompareOperator.eq, operand))
    if operand.sample is None:
        return is_unassigned(value) if op is CompareOperator.eq else false()
    condition = _compare(value, op, operand)
    return false() if condition is None else and_(value.expression.is_not(None), condition)


def _compare(value: Value, op: CompareOperator, operand: Operand) -> ColumnElement[bool] | None:
    expression = value.expression
    match value.kind, operand.sample:
        case Kind.ID, str() if op is CompareOperator.eq:
            return expression == operand.bind(Uuid(), _id)
        case ((Kind.TEXT | Kind.EXACT | Kind.ID), str()):
            return _compare_text(value, op, operand)
        case Kind.BOOLEAN, bool():
            return _ordered(expression, op, operand.bind(Boolean()))
        case Kind.NUMBER, (int() | float()) if not isinstance(operand.sample, bool):
            return _ordered(expression, op, operand.bind(Numeric()))
        case Kind.INSTANT, datetime():
            return _ordered(expression, op, operand.bind(_INSTANT, _instant))
        case _:
            return None


def _id(operand: str) -> UUID:
    try:
        wanted = UUID(operand)
    except ValueError:
        return _NOBODY
    return wanted if str(wanted) == operand else _NOBODY


def _instant(operand: datetime) -> datetime:
    return operand if operand.tzinfo else operand.replace(tzinfo=UTC)


def _compare_text(value: Value, op: CompareOperator, operand: Operand) -> ColumnElement[bool] | None:
    if op is CompareOperator.eq and value.key is not None:
        return value.key == operand.bind(Text(), name_key)
    as_it_is = cast(value.expression, Text) if value.kind is Kind.ID else value.expression
    prepared = fold if value.kind is Kind.TEXT else _exactly
    left, right = prepared(as_it_is), prepared(operand.bind(Text()))
    match op:
        case CompareOperator.co:
            return func.strpos(left, right) > 0
        case CompareOperator.sw:
            return func.starts_with(left, right)
        case CompareOperator.ew:
            return func.right(left, func.length(right)) == right
        case CompareOperator.eq:
            return left == right
        case _:
            return _ordered(left.collate(UNICODE), op, right)


def _ordered(
    left: ColumnElement[Any], op: CompareOperator, right: ColumnElement[Any]
) -> ColumnElement[bool] | None:
    match op:
        case CompareOperator.eq:
            return left == right
        case CompareOperator.gt:
            return left > right
        case CompareOperator.ge:
            return left >= right
        case CompareOperator.lt:
            return left < right
        case CompareOperator.le:
            return left <= right
        case _:
            return None
