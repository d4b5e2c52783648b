"""From a User and its Groups to the attributes and entitlements wanted in the app.

A mapping expression sees ``user`` (the SCIM document with ``id``, ``userName``, ``externalId`` and ``active``;
``user.enterprise`` is short for the enterprise extension) and ``groups`` (maps with ``id``, ``displayName`` and
``externalId``); an entitlement rule *per group* also sees that ``group``. What may be called stands in
``core.functions``.

Whatever the schema names may be read: what a person does not have is null, a list is empty, and ``has()`` is
false for both. What cannot be worked out for want of such a value is itself unassigned; for an entitlement that
is a failure instead, because a stumble must never take access away.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seatkeeper.core.bindings import (
    GROUP,
    GROUPS,
    View,
    is_sensitive,
    lacks,
    only_read,
    user_part,
    view_group,
    view_user,
)
from seatkeeper.core.cel_runtime import cel
from seatkeeper.core.entitlements import USER_SOURCE, Entitlement, Grant, group_source
from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.expressions import EvaluationError, Expression, NothingThereError, compile_expression
from seatkeeper.core.functions import CALLABLES, is_assigned
from seatkeeper.core.integrations import EntitlementRule, MappingRules, SchemaAttribute
from seatkeeper.core.reading import ExpressionInvalidError, Part
from seatkeeper.core.users import Group, User
from seatkeeper.core.values import Attributes, AttributeValue


class MappingInvalidError(InvalidValueError):
    """A mapping was refused when it was saved; ``problems`` has one sentence for each fault."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


class MappingFailedError(Exception):
    """A rule cannot be worked out for one person. ``reason`` never holds a value of theirs."""

    def __init__(self, attribute: str, reason: str) -> None:
        super().__init__(f"{attribute}: {reason}")
        self.attribute = attribute
        self.reason = reason


@dataclass(frozen=True, slots=True)
class _Person:
    """A User and its Groups, bound for the expressions of one mapping."""

    view: View
    groups: Sequence[Group]
    context: cel.Context


@dataclass(frozen=True, slots=True)
class CompiledMapping:
    """A mapping that was found good, ready for any number of people. Made by ``compile_mapping``."""

    join: tuple[str, ...]
    required: tuple[str, ...]
    uses_groups: bool
    """Whether the person's Groups are needed; when not, none need be given."""
    sensitive: frozenset[str]
    """App attributes whose expression reads a sensitive attribute: their values are never shown."""
    _attributes: Mapping[str, Expression]
    _entitlements: tuple[tuple[EntitlementRule, Expression], ...]
    _user: Part
    _functions: dict[str, Callable[..., Any]]

    def attributes(self, user: User, groups: Sequence[Group]) -> Attributes:
        """Work out every mapped attribute; None is unassigned. Raises ``MappingFailedError``."""
        return self._attributes_of(self._bind(user, groups))

    def grants(self, user: User, groups: Sequence[Group]) -> frozenset[Grant]:
        """Work out what the person is to hold, each with its source. Raises ``MappingFailedError``."""
        return self._grants_of(self._bind(user, groups))

    def work_out(self, user: User, groups: Sequence[Group]) -> tuple[Attributes, frozenset[Grant]]:
        """Work out both, binding the person once. Raises ``MappingFailedError``."""
        person = self._bind(user, groups)
        return self._attributes_of(person), self._grants_of(person)

    def _bind(self, user: User, groups: Sequence[Group]) -> _Person:
        view = view_user(user, self._user)
        shown = [view_group(group) for group in groups] if self.uses_groups else []
        try:
            return _Person(view, groups, cel.Context({"user": view, "groups": shown}, self._functions))
        except Exception:  # noqa: BLE001 - the engine's reason may repeat the value
            raise MappingFailedError("user", "a value of this person cannot be read by an expression") from None

    def _attributes_of(self, person: _Person) -> Attributes:
        done: dict[int, AttributeValue | None] = {}
        worked_out: dict[str, AttributeValue | None] = {}
        for name, expression in self._attributes.items():
            key = id(expression)  # attributes with the same source share one
            if key not in done:
                done[key] = _attribute(name, expression, person)
            worked_out[name] = done[key]
        return worked_out

    def _grants_of(self, person: _Person) -> frozenset[Grant]:
        grants: set[Grant] = set()
        for rule, expression in self._entitlements:
            if not rule.per_group:
                grants |= _granted(rule.type, expression, person, USER_SOURCE)
                continue
            for group in person.groups:
                person.context.add_variable("group", view_group(group))
                grants |= _granted(rule.type, expression, person, group_source(group.id))
        return frozenset(grants)


def user_variables(schema: Sequence[SchemaAttribute]) -> Mapping[str, Part]:
    """Give what every expression over people of this schema may read; a rule per group also sees ``group``."""
    return {"user": user_part(schema), "groups": GROUPS}


def compile_mapping(rules: MappingRules, schema: Sequence[SchemaAttribute] = ()) -> CompiledMapping:
    """Compile a mapping against the integration's user schema, which adds to the standard one.

    Raises ``MappingInvalidError`` that names every fault: the attribute, the position and the reason.
    """
    variables = user_variables(schema)
    faults = _unmapped("join", rules.join, rules) + _unmapped("required", rules.required, rules)
    attributes: dict[str, Expression] = {}
    entitlements: list[tuple[EntitlementRule, Expression]] = []
    by_source: dict[str, Expression] = {}
    for name, source in rules.attributes.items():
        for good in [by_source[source]] if source in by_source else _compiled(name, source, variables, faults):
            attributes[name] = by_source[source] = good
    for number, rule in enumerate(rules.entitlements, start=1):
        label, seen = f"entitlement rule {number} ({rule.type})", _seen_by(rule, variables)
        entitlements.extend((rule, good) for good in _compiled(label, rule.values, seen, faults))
    if faults:
        raise MappingInvalidError(tuple(faults))
    return _assemble(rules, variables["user"], attributes, tuple(entitlements))


def _unmapped(list_name: str, names: Sequence[str], rules: MappingRules) -> list[str]:
    return [
        f"{name}: is named under {list_name}, but has no expression"
        for name in names
        if name not in rules.attributes
    ]


def _seen_by(rule: EntitlementRule, variables: Mapping[str, Part]) -> Mapping[str, Part]:
    return {**variables, "group": GROUP} if rule.per_group else variables


def _compiled(label: str, source: str, variables: Mapping[str, Part], faults: list[str]) -> Iterator[Expression]:
    try:
        yield compile_expression(source, variables)
    except ExpressionInvalidError as error:
        faults.append(f"{label}: {error}")


def _assemble(
    rules: MappingRules,
    user: Part,
    attributes: Mapping[str, Expression],
    entitlements: tuple[tuple[EntitlementRule, Expression], ...],
) -> CompiledMapping:
    expressions = [*attributes.values(), *(expression for _, expression in entitlements)]
    called = frozenset().union(*(expression.functions for expression in expressions))
    return CompiledMapping(
        join=rules.join,
        required=rules.required,
        uses_groups=any(rule.per_group for rule, _ in entitlements)
        or any("groups" in expression.variables for expression in expressions),
        sensitive=frozenset(
            name
            for name, expression in attributes.items()
            if any(path.root == "user" and is_sensitive(user, path) for path in expression.paths)
        ),
        _attributes=attributes,
        _entitlements=entitlements,
        _user=only_read(user, (path for expression in expressions for path in expression.paths)),
        _functions={name: body for name, body in CALLABLES.items() if name.rpartition(".")[2] in called},
    )


def _attribute(name: str, expression: Expression, person: _Person) -> AttributeValue | None:
    try:
        return _value(expression.evaluate(person.context))
    except NothingThereError:
        return None
    except EvaluationError as error:
        if _lacking(expression, person):
            return None
        raise MappingFailedError(name, str(error)) from None


def _granted(kind: str, expression: Expression, person: _Person, source: str) -> frozenset[Grant]:
    try:
        value = _value(expression.evaluate(person.context))
    except EvaluationError as error:
        lacking = _lacking(expression, person)
        hint = f"; this person has no {lacking[0]}: say with has() what holds without it" if lacking else ""
        raise MappingFailedError(f"entitlement {kind}", f"{error}{hint}") from None
    if value is None:
        return frozenset()
    values = value if isinstance(value, tuple) else (_text(value),)
    return frozenset(Grant(Entitlement(kind, each), source) for each in values)


def _lacking(expression: Expression, person: _Person) -> list[str]:
    return [path.text for path in expression.paths if lacks(person.view, path)]


def _value(result: Any) -> AttributeValue | None:
    """Make an attribute value of a result; "" and [] become None, as all three are unassigned."""
    match result:
        case str():  # nearly every value is one
            return result or None
        case None:
            return None
        case bool() | int():
            return result
        case cel.OptionalValue():
            return _value(result.value()) if result.has_value() else None
        case float() if result.is_integer():
            return int(result)
        case list():
            return tuple(dict.fromkeys(_text(item) for item in result if is_assigned(item))) or None
        case _:
            raise EvaluationError(_unfit(result))


def _text(item: Any) -> str:
    match item:
        case bool():
            return "true" if item else "false"
        case str() | int():
            return str(item)
        case float() if item.is_integer():
            return str(int(item))
        case _:
            raise EvaluationError(_unfit(item))


def _unfit(result: object) -> str:
    match result:
        case float():
            return "it gives a number with a fraction; string(…) makes it a text"
        case list():
            return "it gives a list within a list; flatten() makes them one"
        case Mapping():
            return "it gives a whole object; name one of its attributes"
        case _:
            return f"it gives a {type(result).__name__}; string(…) makes it a text"
