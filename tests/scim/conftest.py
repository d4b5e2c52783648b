"""The SCIM face in this process, on a real database, with one integration and its token."""

import itertools
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import httpx
import pytest
from starlette.applications import Starlette
from starlette.routing import Mount

from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import (
    Integration,
    IntegrationState,
    MappingRules,
    Policy,
    SchemaAttribute,
)
from seatkeeper.core.schema import STANDARD_SCHEMA
from seatkeeper.operations.tokens import create_token
from seatkeeper.scim.calls import SCIMSettings
from seatkeeper.scim.routes import scim_app
from seatkeeper.store.changes import Changes
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.integrations import insert_integration
from tests.databases import Databases
from tests.scim.idp import CUSTOM, IdP

_counter = itertools.count()

ADMIN = Origin(ActorKind.PERSON, "grace", "setup")

CUSTOM_SCHEMA = (
    SchemaAttribute(f"{CUSTOM}:tag"),
    SchemaAttribute(f"{CUSTOM}:vip", "boolean"),
    SchemaAttribute(f"{CUSTOM}:colors", multi_valued=True),
    SchemaAttribute(f"{CUSTOM}:badge.number"),
    SchemaAttribute(f"{CUSTOM}:salary", "integer", sensitive=True),
    SchemaAttribute(f"{CUSTOM}:since", "dateTime"),
)


@pytest.fixture(scope="module")
def database_url(databases: Databases) -> Iterator[str]:
    """One database for the tests of a module; each test has an integration of its own."""
    with databases.fresh() as url:
        yield url


def an_integration(state: IntegrationState = IntegrationState.LIVE) -> Integration:
    number = next(_counter)
    return Integration(
        id=IntegrationId(new_id()),
        slug=f"crm-{number}",
        name=f"CRM {number}",
        connector="scim",
        settings={},
        schema=(*STANDARD_SCHEMA, *CUSTOM_SCHEMA),
        mapping=MappingRules({"userName": "user.userName"}),
        policy=Policy(),
        state=state,
    )


async def opened(database: Database, integration: Integration, expires_at: datetime | None = None) -> str:
    """Store an integration and return a token for it."""
    async with database.transaction(ADMIN) as tx:
        await insert_integration(tx, integration, None)
        return (await create_token(tx, integration.id, "okta", expires_at)).secret


def client_of(
    database: Database,
    slug: str,
    token: str,
    settings: SCIMSettings | None = None,
    *,
    changes: Changes | None = None,
) -> httpx.AsyncClient:
    """Make a client of one integration's endpoint."""
    app = scim_app(database, clock=lambda: datetime.now(UTC), settings=settings, changes=changes)
    return httpx.AsyncClient(
        transport=httpx.ASGITransport(Starlette(routes=[Mount("/scim/v2", app)])),
        base_url=f"http://seatkeeper.test/scim/v2/{slug}",
        headers={"Authorization": f"Bearer {token}", "Accept": "application/scim+json"},
    )


@pytest.fixture
def integration() -> Integration:
    return an_integration()


@pytest.fixture
async def token(database: Database, integration: Integration) -> str:
    return await opened(database, integration)


@pytest.fixture
async def idp(database: Database, integration: Integration, token: str) -> AsyncIterator[IdP]:
    async with client_of(database, integration.slug, token) as client:
        yield IdP(client)
