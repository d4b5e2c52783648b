"""The form of mapping and schema: rows that can be added, taken away and be wrong."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from seatkeeper.core.integrations import EntitlementRule, MappingRules, SchemaAttribute
from seatkeeper.core.schema import STANDARD_SCHEMA
from seatkeeper.operations.checks import Fault, find_rule_faults
from seatkeeper.operations.mapping_previews import MappingPreview, Shown
from seatkeeper.store.texts import check_text
from seatkeeper.web.visits import Visit

TYPES = ("string", "boolean", "integer", "decimal", "dateTime", "reference", "binary", "complex")
FLAGS: Mapping[str, str] = {
    "required": "required",
    "multi_valued": "several values",
    "unique": "unique",
    "sensitive": "sensitive",
    "case_exact": "exact case",
}
"""What may be said of an attribute of the user schema, in words."""

_INDEX = re.compile(r"(attribute|rule|schema)\.(\d{1,4})\.")


@dataclass(frozen=True, slots=True)
class AttributeRow:
    """An attribute of the app and the expression that gives its value."""

    name: str = ""
    expression: str = ""
    required: bool = False
    fault: str = ""
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class RuleRow:
    """An entitlement rule."""

    type: str = ""
    values: str = ""
    per_group: bool = False
    fault: str = ""
    shown: Shown | None = None


@dataclass(frozen=True, slots=True)
class SchemaRow:
    """An attribute people have beyond the standard ones."""

    name: str = ""
    type: str = "string"
    flags: frozenset[str] = frozenset()
    returned: bool = True


@dataclass(frozen=True, slots=True)
class RulesForm:
    """Mapping and schema as they are typed."""

    attributes: tuple[AttributeRow, ...] = ()
    rules: tuple[RuleRow, ...] = ()
    schema: tuple[SchemaRow, ...] = ()
    join: str = ""
    person: str = ""
    faults: tuple[str, ...] = ()
    fresh: str = ""
    """The row that was just added, for the cursor to go to."""

    @property
    def any_fault(self) -> bool:
        """Something is wrong."""
        marked = any(row.fault for row in self.attributes) or any(row.fault for row in self.rules)
        return bool(self.faults) or marked

    def mapping(self) -> MappingRules:
        """Give the mapping; rows where nothing was typed are nothing."""
        typed = [row for row in self.attributes if row.name]
        return MappingRules(
            attributes={row.name: row.expression for row in typed},
            entitlements=tuple(
                EntitlementRule(row.type, row.values, row.per_group) for row in self._typed_rules()
            ),
            join=tuple(name for part in self.join.split(",") if (name := part.strip())),
            required=tuple(row.name for row in typed if row.required),
        )

    def user_schema(self, before: Sequence[SchemaAttribute] = ()) -> tuple[SchemaAttribute, ...]:
        """Give the schema: what was typed, and the standard attributes that ``before`` says something else of."""
        kept = tuple(one for one in before if one.name in _STANDARD)
        return (*kept, *(_attribute(row) for row in self.schema if row.name))

    def _typed_rules(self) -> list[RuleRow]:
        return [row for row in self.rules if row.type or row.values]


_STANDARD = frozenset(each.name for each in STANDARD_SCHEMA)


def show_rules(mapping: MappingRules, schema: Iterable[SchemaAttribute]) -> RulesForm:
    """Show a mapping, and the attributes that its schema adds to the standard ones."""
    return RulesForm(
        tuple(AttributeRow(name, text, name in mapping.required) for name, text in mapping.attributes.items()),
        tuple(RuleRow(rule.type, rule.values, rule.per_group) for rule in mapping.entitlements),
        tuple(_schema_row(one) for one in schema if one.name not in _STANDARD),
        ", ".join(mapping.join),
    )


def read_rules(visit: Visit) -> RulesForm:
    """Read the form as it was typed. Raises ``InvalidValueError`` for what no text can hold."""
    numbers: dict[str, list[int]] = {"attribute": [], "rule": [], "schema": []}
    for name in visit.sent:
        found = _INDEX.match(name)
        if found is not None and int(found[2]) not in numbers[found[1]]:
            numbers[found[1]].append(int(found[2]))
    text = _Reader(visit)
    return RulesForm(
        tuple(text.attribute(f"attribute.{n}") for n in sorted(numbers["attribute"])),
        tuple(text.rule(f"rule.{n}") for n in sorted(numbers["rule"])),
        tuple(text.schema(f"schema.{n}") for n in sorted(numbers["schema"])),
        text("join"),
        text("person"),
    )


def change_rows(form: RulesForm, action: str) -> RulesForm | None:
    """Add or take a row away; None where ``action`` asks for something else."""
    match action.split("."):
        case ["add", kind] if kind in _ROWS:
            name, empty = _ROWS[kind]
            rows = (*getattr(form, name), empty)
            return _with_rows(replace(form, fresh=f"{kind}.{len(rows) - 1}"), name, rows)
        case ["remove", kind, number] if kind in _ROWS and number.isdigit():
            name, _ = _ROWS[kind]
            rows, n = getattr(form, name), int(number)
            return _with_rows(form, name, (*rows[:n], *rows[n + 1 :]))
        case _:
            return None


def _with_rows(form: RulesForm, name: str, rows: tuple[Any, ...]) -> RulesForm:
    changed: dict[str, Any] = {name: rows}
    return replace(form, **changed)


_ROWS: Mapping[str, tuple[str, AttributeRow | RuleRow | SchemaRow]] = {
    "attribute": ("attributes", AttributeRow()),
    "rule": ("rules", RuleRow()),
    "schema": ("schema", SchemaRow()),
}


def check_rules(form: RulesForm, before: Sequence[SchemaAttribute] = ()) -> RulesForm:
    """Give the form back with every fault beside its row."""
    names = [row.name for row in form.attributes]
    attributes = tuple(
        replace(row, fault=_own_fault(row, names[:number])) for number, row in enumerate(form.attributes)
    )
    schema_names = [row.name for row in form.schema if row.name]
    twice = sorted({name for name in schema_names if schema_names.count(name) > 1 or name in _STANDARD})
    own = tuple(f"{name} is there already: an attribute can be declared once." for name in twice)
    return _lay_out(
        replace(form, attributes=attributes, faults=own),
        find_rule_faults(form.mapping(), form.user_schema(before)),
    )


def _own_fault(row: AttributeRow, names_before: Sequence[str]) -> str:
    if not row.name:
        return "Name the attribute of the app that gets this value." if row.expression else ""
    return "This attribute has an expression already." if row.name in names_before else ""


def _lay_out(form: RulesForm, faults: Sequence[Fault]) -> RulesForm:
    at_name: dict[str, str] = {}
    at_rule: dict[int, str] = {}
    others = list(form.faults)
    for fault in faults:
        match fault.where:
            case ("mapping", "attributes", str(name)) if any(row.name == name for row in form.attributes):
                at_name.setdefault(name, _sentence(fault.sentence))
            case ("mapping", "entitlements", int(number)):
                at_rule.setdefault(number, _sentence(fault.sentence))
            case _:
                others.append(_sentence(fault.sentence))
    typed = [number for number, row in enumerate(form.rules) if row.type or row.values]
    at_row = {row: at_rule.get(position, "") for position, row in enumerate(typed)}
    return replace(
        form,
        attributes=tuple(replace(row, fault=row.fault or at_name.get(row.name, "")) for row in form.attributes),
        rules=tuple(replace(row, fault=at_row.get(n, "") or _rule_fault(row)) for n, row in enumerate(form.rules)),
        faults=tuple(others),
    )


def _rule_fault(row: RuleRow) -> str:
    return "Name the type of entitlement, such as role." if row.values and not row.type else ""


def with_preview(form: RulesForm, preview: MappingPreview) -> RulesForm:
    """Put beside each row what it gives for the person of the preview."""
    typed = [number for number, row in enumerate(form.rules) if row.type or row.values]
    rules = dict(zip(typed, preview.entitlements, strict=True))
    return replace(
        form,
        attributes=tuple(replace(row, shown=preview.attributes.get(row.name)) for row in form.attributes),
        rules=tuple(replace(row, shown=rules.get(number)) for number, row in enumerate(form.rules)),
    )


@dataclass(frozen=True, slots=True)
class _Reader:
    visit: Visit

    def __call__(self, name: str) -> str:
        return check_text(self.visit.given(name), "The form")

    def attribute(self, at: str) -> AttributeRow:
        return AttributeRow(self(f"{at}.name"), self(f"{at}.expression"), bool(self(f"{at}.required")))

    def rule(self, at: str) -> RuleRow:
        return RuleRow(self(f"{at}.type"), self(f"{at}.values"), bool(self(f"{at}.per_group")))

    def schema(self, at: str) -> SchemaRow:
        kind = self(f"{at}.type")
        flags = frozenset(name for name in FLAGS if self(f"{at}.{name}"))
        return SchemaRow(self(f"{at}.name"), kind if kind in TYPES else "string", flags, not self(f"{at}.hidden"))


def _attribute(row: SchemaRow) -> SchemaAttribute:
    return SchemaAttribute(row.name, row.type, returned=row.returned, **dict.fromkeys(row.flags, True))


def _schema_row(one: SchemaAttribute) -> SchemaRow:
    flags = frozenset(name for name in FLAGS if getattr(one, name))
    return SchemaRow(one.name, one.type, flags, one.returned)


def _sentence(text: str) -> str:
    plain = text.rstrip(".")
    return f"{plain[:1].upper()}{plain[1:]}."
