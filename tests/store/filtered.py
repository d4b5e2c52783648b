"""A population to filter, as rows and as the resources scim2-models filters in memory."""

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any

import psycopg
from psycopg.rows import dict_row
from scim2_models import URN, CaseExact, Extension, Resource
from scim2_models.path import ScimFilter
from sqlalchemy import Table, select

from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.integrations import Integration
from seatkeeper.core.users import User as UserRow
from seatkeeper.core.values import Json
from seatkeeper.operations.groups import create_group
from seatkeeper.operations.users import create_user
from seatkeeper.scim.models import EnterpriseUser, Group, User
from seatkeeper.store.database import Database
from seatkeeper.store.queries.filters import compile_group_filter, compile_user_filter
from seatkeeper.store.queries.listing import INTEGRATION, Condition
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import groups, users
from tests.operations.directory_at_hand import group_draft, user_draft
from tests.operations.integrations_at_hand import an_integration, stored

NOON = datetime(2026, 9, 1, 12, tzinfo=UTC)
IDP = Origin(ActorKind.IDP, "Okta", "req-1")
ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"
BADGE = "urn:example:badge"


class Badge(Extension):
    """One attribute of every type."""

    __schema__ = URN(BADGE)

    code: Annotated[str | None, CaseExact.true] = None
    floor: int | None = None
    weight: float | None = None
    valid: bool | None = None
    since: datetime | None = None
    tags: list[str] | None = None


MODEL: Any = User[EnterpriseUser | Badge]

DOCUMENTS: Sequence[Mapping[str, Json]] = (
    {"userName": "Ada", "externalId": "Z1", "title": "Countess", "name": {"givenName": "Ada"}},
    {
        "userName": "grace",
        "externalId": "z1",
        "displayName": "GRACÉ",
        "name": {"givenName": "Grace", "familyName": "Hopper"},
        "emails": [
            {"type": "work", "value": "Grace@x", "primary": True},
            {"type": "home", "value": "ada@x"},
        ],
        ENTERPRISE: {"department": "Navy", "manager": {"value": "M1"}},
    },
    {
        "userName": "alan%_\\",
        "displayName": "gracé",
        "title": 'a "quoted" title',
        "emails": [{"type": "work", "value": "ada@x"}, {"type": "other"}],
        BADGE: {"code": "Ab", "floor": 3, "weight": 1.5, "valid": True, "tags": ["red", "Blue"]},
    },
    {
        "userName": "ΣΊΣΥΦΟΣ",
        "active": False,
        "title": "σίσυφος",
        "emails": [{"value": "home"}],
        BADGE: {"code": "aB", "floor": -1, "valid": False, "since": "2026-09-01T12:00:00Z"},
    },
    {
        "userName": "İpek",
        "title": "ada\ncountess",
        BADGE: {"since": "2026-09-01T14:30:00+02:00", "tags": ["blue"]},
    },
    {"userName": "zoë", "roles": [{"value": "admin", "primary": True}, {"value": "Admin"}], BADGE: {"floor": 0}},
    {"userName": "adam", "title": "grace", "phoneNumbers": [{"type": "work", "value": "+1"}]},
)
"""Made so that every condition there is holds for some and not for others."""


class Population:
    """Users and groups of one integration, in both forms."""

    def __init__(self, url: str, integration: Integration) -> None:
        self.url = url
        self.integration = integration
        self.users: dict[str, Resource[Any]] = {}
        self.groups: dict[str, Group] = {}

    def users_in_sql(self, text: str) -> set[str]:
        """Select users with the compiled filter."""
        return self._select(users, compile_user_filter(ScimFilter(text).ast, MODEL))

    def users_in_memory(self, text: str) -> set[str]:
        """Select users with scim2-models' own evaluation."""
        return {name for name, user in self.users.items() if ScimFilter[MODEL](text).match(user)}

    def groups_in_sql(self, text: str) -> set[str]:
        """Select groups with the compiled filter."""
        return self._select(groups, compile_group_filter(ScimFilter(text).ast, Group))

    def groups_in_memory(self, text: str) -> set[str]:
        """Select groups with scim2-models' own evaluation."""
        return {name for name, group in self.groups.items() if ScimFilter[Group](text).match(group)}

    def _select(self, table: Table, condition: Condition) -> set[str]:
        names = {"users": "user_name", "groups": "display_name"}
        statement = prepare(
            select(table.c[names[table.name]].label("name")).where(
                table.c.integration_id == INTEGRATION, condition.expression
            )
        )
        parameters = statement.values({"integration_id": self.integration.id, **condition.values})
        with psycopg.connect(self.url, row_factory=dict_row) as connection:
            return {row["name"] for row in connection.execute(statement.sql, parameters)}


async def populate(url: str) -> Population:
    """Store the population; each of it is an hour younger than the one before."""
    integration = an_integration()
    instants = iter([NOON + timedelta(hours=number) for number in range(100)])
    database = Database(url, size=2, clock=lambda: next(instants))
    await database.open()
    try:
        async with database.transaction(IDP) as tx:
            await stored(tx, integration)
        population = Population(url, integration)
        await _fill(database, population)
    finally:
        await database.close()
    return population


async def _fill(database: Database, population: Population) -> None:
    people: dict[str, UserRow] = {}
    entries: dict[str, list[Json]] = {}
    for document in DOCUMENTS:
        async with database.transaction(IDP) as tx:
            draft = user_draft(str(document["userName"]), **_rest(document))
            people[draft.user_name] = await create_user(tx, population.integration, draft)
    for name, members in {"Navy": ("Ada", "grace"), "écoles": ("grace",), "Empty": ()}.items():
        async with database.transaction(IDP) as tx:
            ids = frozenset(people[member].id for member in members)
            draft_of_group = group_draft(name, externalId=f"G-{name}")
            group = await create_group(tx, population.integration, draft_of_group, ids)
        shown = [_member(people[member]) for member in members]
        population.groups[name] = Group.model_validate(
            {**group.document, **_meta("Group", group), **({"members": shown} if shown else {})}
        )
        for member in members:
            entries.setdefault(member, []).append({"value": str(group.id), "display": name, "type": "direct"})
    for name, user in people.items():
        in_groups = {"groups": entries[name]} if name in entries else {}
        population.users[name] = MODEL.model_validate({**user.document, **_meta("User", user), **in_groups})


def _member(user: UserRow) -> dict[str, Json]:
    display = user.document.get("displayName", user.user_name)
    return {"value": str(user.id), "display": display, "type": "User"}


def _rest(document: Mapping[str, Json]) -> dict[str, Any]:
    return {name: value for name, value in document.items() if name != "userName"}


def _meta(resource_type: str, resource: Any) -> dict[str, Any]:
    return {
        "id": str(resource.id),
        "meta": {
            "resourceType": resource_type,
            "created": resource.created_at,
            "lastModified": resource.updated_at,
        },
    }
