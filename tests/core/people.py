"""People and mappings for the examples of this package."""

from typing import Any
from uuid import UUID

from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.integrations import EntitlementRule, MappingRules
from seatkeeper.core.mapping import CompiledMapping, compile_mapping
from seatkeeper.core.schema import ENTERPRISE_USER
from seatkeeper.core.users import Group, User
from tests.strategies import ADA, NOON

FULL: dict[str, Any] = {
    "name": {"givenName": "Zoë", "familyName": "Ødegård"},
    "title": "Analyst",
    "emails": [
        {"value": "zoe@home.example", "type": "home"},
        {"value": "zoe@work.example", "type": "work", "primary": True},
    ],
    "roles": [{"value": "admin"}, {"value": "auditor", "type": "extra"}],
    ENTERPRISE_USER: {"department": "Research", "manager": {"value": "7", "displayName": "Ada"}},
}


def person(document: dict[str, Any] | None = None, *, active: bool = True) -> User:
    """A User with this document."""
    return User(UserId(ADA), "Zoe@Example.org", "00u1", active, document or {}, 1, NOON, NOON)


def group(number: int, name: str, external_id: str | None = None) -> Group:
    """A Group with a recognisable id."""
    return Group(GroupId(UUID(int=number)), name, external_id, {}, 1, NOON, NOON)


def mapping_of(expression: str) -> CompiledMapping:
    """A mapping of one attribute, ``it``."""
    return compile_mapping(MappingRules({"it": expression}))


def work_out(expression: str, document: dict[str, Any] | None = None, groups: tuple[Group, ...] = ()) -> object:
    """What the expression gives for a person with this document."""
    return mapping_of(expression).attributes(person(document), groups)["it"]


def granting(values: str, *, per_group: bool = False) -> CompiledMapping:
    """A mapping of one entitlement rule, of type ``role``."""
    return compile_mapping(MappingRules({}, (EntitlementRule("role", values, per_group),)))
