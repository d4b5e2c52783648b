"""What a mapping that is being written gives for one person: every expression on its own, right or wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.integrations import EntitlementRule, MappingRules, SchemaAttribute
from seatkeeper.core.mapping import MappingFailedError, MappingInvalidError, compile_mapping
from seatkeeper.core.schema import CORE_USER, ENTERPRISE_USER
from seatkeeper.core.users import Group, User
from seatkeeper.core.values import AttributeValue, is_unassigned
from seatkeeper.core.wording import show_value


@dataclass(frozen=True, slots=True)
class Shown:
    """What one expression gives: the value as text and its kind, or why there is none."""

    text: str
    kind: str = ""
    fault: bool = False


@dataclass(frozen=True, slots=True)
class MappingPreview:
    """What each attribute and each entitlement rule gives, and which required attributes stay empty."""

    attributes: Mapping[str, Shown] = field(default_factory=dict)
    entitlements: tuple[Shown, ...] = ()
    missing: tuple[str, ...] = ()


def preview_mapping(
    rules: MappingRules, schema: tuple[SchemaAttribute, ...], user: User, groups: Sequence[Group]
) -> MappingPreview:
    """Work a mapping out for one person, as far as each expression can be. Sensitive values stay hidden."""
    attributes = {
        name: _attribute(name, source, schema, (user, groups)) for name, source in rules.attributes.items()
    }
    missing = tuple(
        name
        for name in rules.required
        if name in attributes and attributes[name].kind == "" and not attributes[name].fault
    )
    return MappingPreview(
        attributes, tuple(_rule(rule, schema, (user, groups)) for rule in rules.entitlements), missing
    )


_Person = tuple[User, Sequence[Group]]


def _attribute(name: str, source: str, schema: tuple[SchemaAttribute, ...], person: _Person) -> Shown:
    try:
        mapping = compile_mapping(MappingRules({name: source}), schema)
        value = mapping.attributes(*person)[name]
    except MappingInvalidError as error:
        return Shown(_without_name(error.problems[0], name), fault=True)
    except MappingFailedError as error:
        return Shown(error.reason, fault=True)
    return Shown(show_value(name, value, mapping.sensitive), _kind(value))


def _rule(rule: EntitlementRule, schema: tuple[SchemaAttribute, ...], person: _Person) -> Shown:
    try:
        grants = compile_mapping(MappingRules({}, (rule,)), schema).grants(*person)
    except MappingInvalidError as error:
        return Shown(error.problems[0].partition("): ")[2] or error.problems[0], fault=True)
    except MappingFailedError as error:
        return Shown(error.reason, fault=True)
    values = sorted({grant.entitlement.value for grant in grants})
    return Shown(", ".join(values) or "nothing", "list" if values else "")


def _without_name(problem: str, name: str) -> str:
    return problem.removeprefix(f"{name}: ")


def _kind(value: AttributeValue | None) -> str:
    if is_unassigned(value):
        return ""
    match value:
        case bool():
            return "yes or no"
        case int():
            return "number"
        case tuple():
            return "list"
        case _:
            return "text"


_BORN = datetime(2026, 1, 1, tzinfo=UTC)

SAMPLE_USER = User(
    id=UserId(UUID("0198c0de-0000-7000-8000-00000000ada0")),
    user_name="ada.lovelace@example.com",
    external_id="00u1a2b3c4",
    active=True,
    document={
        "schemas": [CORE_USER, ENTERPRISE_USER],
        "name": {"givenName": "Ada", "familyName": "Lovelace", "formatted": "Ada Lovelace"},
        "displayName": "Ada Lovelace",
        "nickName": "Ada",
        "title": "Engineer",
        "userType": "Employee",
        "preferredLanguage": "en-GB",
        "locale": "en-GB",
        "timezone": "Europe/London",
        "emails": [{"value": "ada.lovelace@example.com", "type": "work", "primary": True}],
        "phoneNumbers": [{"value": "+44 20 7946 0000", "type": "work"}],
        "addresses": [{"locality": "London", "country": "GB", "type": "work"}],
        ENTERPRISE_USER: {
            "employeeNumber": "1815",
            "department": "Engineering",
            "costCenter": "4711",
            "organization": "Analytical Engines",
            "division": "Research",
            "manager": {"value": "00u9z8y7x6", "displayName": "Charles Babbage"},
        },
    },
    version=1,
    created_at=_BORN,
    updated_at=_BORN,
)
"""Nobody: a person who has everything an identity provider usually sends."""

SAMPLE_GROUPS = (
    Group(GroupId(UUID("0198c0de-0000-7000-8000-0000000e0e00")), "Engineering", "00g1", {}, 1, _BORN, _BORN),
)
