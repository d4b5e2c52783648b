"""Connecting an identity provider: what it is given, and that its first request is seen."""

import asyncio
import re

import httpx
import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.integrations import Integration, SchemaAttribute
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.integrations import create_integration
from seatkeeper.scim.routes import scim_app
from seatkeeper.store.database import Database
from seatkeeper.web.house import House
from tests.web.conftest import SignIn
from tests.web.people import SETUP, Person

BASE = "/integrations/crm/connect"
BADGE = "urn:example:params:scim:schemas:extension:office:2.0:User:badge"


@pytest.fixture
async def crm(database: Database, house: House) -> Integration:
    draft = IntegrationDraft(
        slug="crm",
        name="CRM",
        connector="scim",
        settings={"base_url": "https://crm.example.com", "token": "x"},
        schema=(SchemaAttribute(BADGE, required=True),),
    )
    async with database.transaction(SETUP) as tx:
        return await create_integration(tx, draft, house.connectors, house.keyring)


async def test_each_identity_provider_has_its_own_steps(crm: Integration, admin: Person) -> None:
    okta, entra = (await admin.get(BASE)).text, (await admin.get(f"{BASE}?idp=entra")).text
    other = (await admin.get(f"{BASE}?idp=<script>")).text
    assert "Browse App Catalog" in okta
    assert "Tenant URL" in entra
    assert "bearer token" in other
    for page in (okta, entra, other):
        assert "http://seatkeeper.test/scim/v2/crm" in page
        assert "badge" in page
    assert "urn:example:params:scim:schemas:extension:office:2.0:User<" in okta
    assert f"{BADGE}<" in entra
    assert "name.givenName" in okta


async def test_the_light_turns_green_with_the_first_request(
    crm: Integration, admin: Person, database: Database, house: House
) -> None:
    assert "cannot connect yet" in (await admin.get(BASE)).text
    made = await admin.post(BASE, {"name": "okta", "days": "365"})
    [secret] = set(re.findall(r"skt_[\w-]{20,}", made.text))
    assert "Nothing has come" in (await admin.get(f"{BASE}/light", fragment=True)).text
    endpoint = httpx.ASGITransport(scim_app(database, clock=house.clock))
    async with httpx.AsyncClient(transport=endpoint, base_url="http://seatkeeper.test") as idp:
        answer = await idp.get("/crm/Users?count=1", headers={"Authorization": f"Bearer {secret}"})
        assert answer.status_code == 200, answer.text
    light = (await admin.get(f"{BASE}/light", fragment=True)).text
    assert "is connected" in light
    assert "GET /Users" in light
    assert secret not in light


async def test_a_token_is_made_by_owners_only(crm: Integration, signed_in: SignIn) -> None:
    manager = await signed_in(WorkspaceRole.MEMBER, on={crm.id: IntegrationRole.MANAGER})
    assert (await manager.post(BASE, {"name": "okta", "days": "365"})).status_code == 403
    page = (await manager.get(BASE)).text
    assert "Create the token" not in page


async def test_the_first_use_of_a_token_is_told_to_whoever_watches(
    crm: Integration, admin: Person, house: House, database_url: str
) -> None:
    made = await admin.post(BASE, {"name": "okta", "days": "365"})
    [secret] = set(re.findall(r"skt_[\w-]{20,}", made.text))
    touched: list[frozenset[object]] = []
    listening = Database(database_url, size=2, clock=house.clock, after_commit=touched.append)
    await listening.open()
    try:
        endpoint = httpx.ASGITransport(scim_app(listening, clock=house.clock))
        async with httpx.AsyncClient(transport=endpoint, base_url="http://seatkeeper.test") as idp:
            headers = {"Authorization": f"Bearer {secret}"}
            await asyncio.gather(*(idp.get("/crm/ServiceProviderConfig", headers=headers) for _ in range(3)))
    finally:
        await listening.close()
    assert touched == [frozenset({crm.id})]
