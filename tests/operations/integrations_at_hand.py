"""Integrations to test with, written straight to the store."""

from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import (
    Integration,
    IntegrationState,
    MappingRules,
    Policy,
    SchemaAttribute,
)
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.integrations import insert_integration

ADMIN = Origin(ActorKind.PERSON, "ada", "req-1")


def an_integration(slug: str = "crm", state: IntegrationState = IntegrationState.LIVE) -> Integration:
    return Integration(
        id=IntegrationId(new_id()),
        slug=slug,
        name=slug.upper(),
        connector="scim",
        settings={"url": "https://crm.example.com/scim/v2"},
        schema=(SchemaAttribute("userName", required=True, unique=True),),
        mapping=MappingRules({"userName": "user.userName"}, join=("userName",), required=("userName",)),
        policy=Policy(),
        state=state,
    )


async def stored(tx: Transaction, integration: Integration | None = None) -> Integration:
    integration = integration or an_integration()
    await insert_integration(tx, integration, None)
    return integration
