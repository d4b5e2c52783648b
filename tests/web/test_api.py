"""What scripts rely on: documents, pages of lists, repeats that are carried out once, and a pace that is told."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Database
from seatkeeper.store.queries.tokens import list_tokens
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.web.app import web_app
from seatkeeper.web.house import House
from tests.scim.conftest import an_integration
from tests.web.callers import caller_with, token_of
from tests.web.people import SETUP


@pytest.fixture
async def integration(database: Database) -> Integration:
    made = replace(an_integration(), slug="crm")
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, made, None)
    return made


@pytest.fixture
async def script(
    database: Database, transport: httpx.ASGITransport, integration: Integration
) -> AsyncIterator[httpx.AsyncClient]:
    token = await token_of(database, WorkspaceRole.MEMBER, on={integration.id: IntegrationRole.OWNER})
    async with caller_with(transport, token) as caller:
        yield caller


async def _count_tokens(database: Database, integration: Integration) -> int:
    async with database.read() as reader:
        return len(await list_tokens(reader, integration.id))


async def test_a_list_holds_only_what_the_caller_may_see(script: httpx.AsyncClient, database: Database) -> None:
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, replace(an_integration(), slug="hidden"), None)
    listed = (await script.get("/integrations")).json()
    assert [one["slug"] for one in listed] == ["crm"]
    assert listed[0]["role"] == "owner"
    assert (await script.get("/integrations/hidden")).status_code == 404


async def test_a_repeated_write_is_carried_out_once_and_answered_alike(
    script: httpx.AsyncClient, database: Database, integration: Integration
) -> None:
    headers = {"Idempotency-Key": "wish 1"}
    first = await script.post("/integrations/crm/tokens", json={"name": "okta"}, headers=headers)
    again = await script.post("/integrations/crm/tokens", json={"name": "okta"}, headers=headers)
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json()
    assert again.headers["idempotent-replayed"] == "true"
    assert await _count_tokens(database, integration) == 1


async def test_writes_repeated_at_once_are_carried_out_once(
    script: httpx.AsyncClient, database: Database, integration: Integration
) -> None:
    headers = {"Idempotency-Key": "wish 2"}
    answers = await asyncio.gather(
        *(script.post("/integrations/crm/tokens", json={"name": "okta"}, headers=headers) for _ in range(5))
    )
    assert {answer.status_code for answer in answers} <= {201, 409}
    assert await _count_tokens(database, integration) == 1


async def test_a_key_belongs_to_one_request(script: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "wish 3"}
    await script.post("/integrations/crm/tokens", json={"name": "okta"}, headers=headers)
    other = await script.post("/integrations/crm/tokens", json={"name": "entra"}, headers=headers)
    assert other.status_code == 409
    assert other.json()["type"] == "urn:seatkeeper:problem:already-exists"


async def test_a_refused_write_is_refused_alike_when_repeated(script: httpx.AsyncClient) -> None:
    headers = {"Idempotency-Key": "wish 4"}
    past = {"name": "okta", "expires_at": "2001-01-01T00:00:00Z"}
    first = await script.post("/integrations/crm/tokens", json=past, headers=headers)
    again = await script.post("/integrations/crm/tokens", json=past, headers=headers)
    assert first.status_code == again.status_code == 422
    assert first.headers["content-type"] == again.headers["content-type"] == "application/problem+json"
    assert first.json()["detail"] == again.json()["detail"]


async def test_an_answer_with_a_secret_is_kept_sealed(script: httpx.AsyncClient, database: Database) -> None:
    made = await script.post("/integrations/crm/tokens", json={"name": "okta"}, headers={"Idempotency-Key": "5"})
    async with database.read() as reader:
        cursor = await reader.connection.execute("SELECT body FROM idempotency_keys")
        [row] = await cursor.fetchall()
    assert made.json()["secret"].encode() not in bytes(row["body"])


async def test_a_fault_names_the_place_and_never_the_value(script: httpx.AsyncClient) -> None:
    body = {
        "slug": "hr",
        "name": "New",
        "connector": "scim",
        "settings": {"base_url": "not a url", "token": "s3cret-value"},
    }
    refused = await script.post("/integrations", json=body)
    assert refused.status_code == 422
    assert any(fault["where"].startswith("settings.") for fault in refused.json()["errors"])
    assert "s3cret-value" not in refused.text
    assert "not a url" not in refused.text


async def test_what_a_caller_makes_is_theirs(script: httpx.AsyncClient) -> None:
    body = {
        "slug": "hr",
        "name": "New",
        "connector": "scim",
        "settings": {"base_url": "https://app.example.org/scim", "token": "s3cret-value"},
    }
    made = await script.post("/integrations", json=body)
    assert made.status_code == 201, made.text
    assert made.json()["role"] == "owner"
    assert "s3cret-value" not in made.text
    assert "s3cret-value" not in (await script.get("/integrations/hr")).text
    kept = {name: value for name, value in body.items() if name != "slug"} | {"name": "Newer"}
    kept["settings"] = {"base_url": "https://app.example.org/scim"}
    changed = await script.put("/integrations/hr", json=kept)
    assert changed.json()["changed"] == ["name"], "a secret that is left out is kept"
    assert (await script.delete("/integrations/hr")).status_code == 204
    assert (await script.get("/integrations/hr")).status_code == 404


async def test_a_list_goes_on_where_its_part_ended(script: httpx.AsyncClient) -> None:
    for number in range(5):
        await script.post("/integrations/crm/tokens", json={"name": f"token {number}"})
    seen, after = [], None
    while True:
        query = {"limit": 2} | ({} if after is None else {"after": after})
        part = (await script.get("/integrations/crm/events", params=query)).json()
        assert len(part["items"]) <= 2
        seen += [event["target"] for event in part["items"]]
        after = part["next"]
        if after is None:
            break
    assert seen == [f"token {number}" for number in reversed(range(5))]


async def test_the_pace_is_told_and_kept(database: Database, house: House, integration: Integration) -> None:
    slow = replace(house, settings=replace(house.settings, api_per_minute=3), engine=house.engine)
    now = house.clock()
    slow = replace(slow, engine=replace(house.engine, clock=lambda: now))
    token = await token_of(database)
    async with caller_with(httpx.ASGITransport(web_app(slow)), token) as caller:
        answers = [await caller.get("/integrations") for _ in range(4)]
    assert [answer.status_code for answer in answers] == [200, 200, 200, 429]
    assert [answer.headers["ratelimit-remaining"] for answer in answers] == ["2", "1", "0", "0"]
    assert answers[-1].headers["retry-after"] == "20"
    assert integration.slug == "crm"


async def test_a_path_that_is_nobodys_is_told_in_a_document(script: httpx.AsyncClient) -> None:
    answer = await script.get("/nowhere")
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"
    wrong = await script.post("/integrations/crm/jobs", json={})
    assert wrong.status_code == 405
    assert wrong.headers["allow"] == "GET"
