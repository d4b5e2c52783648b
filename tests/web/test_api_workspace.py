"""What a script of an Admin manages: providers, notifications, members, tokens; and what it never learns."""

from collections.abc import AsyncIterator

import httpx
import pytest

from seatkeeper.core.access import Scope, WorkspaceRole
from seatkeeper.store.database import Database
from seatkeeper.store.records.integrations import insert_integration
from tests.receiver import Receiver, receiving
from tests.scim.conftest import an_integration
from tests.web.callers import caller_with, token_of
from tests.web.people import SETUP

SECRET = "s3cret-that-nobody-may-see"
PROVIDER = {
    "name": "Okta",
    "issuer": "https://login.example.org",
    "client_id": "seatkeeper",
    "role_rules": [{"value": "it", "role": "admin"}],
}


@pytest.fixture
async def script(database: Database, transport: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    async with caller_with(transport, await token_of(database)) as caller:
        yield caller


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as listening:
        yield listening


async def test_a_providers_secret_goes_in_and_never_comes_out(script: httpx.AsyncClient) -> None:
    made = await script.post("/providers", json={**PROVIDER, "client_secret": SECRET})
    assert made.status_code == 201, made.text
    path = f"/providers/{made.json()['id']}"
    kept = await script.put(path, json={**PROVIDER, "name": "Okta 2", "default_role": "member"})
    assert (kept.json()["name"], kept.json()["default_role"]) == ("Okta 2", "member")
    moved = await script.put(path, json={**PROVIDER, "issuer": "https://elsewhere.example.org"})
    assert moved.status_code == 422, "another issuer needs its own secret"
    listed = await script.get("/providers")
    assert listed.json() == [kept.json()] == [(await script.get(path)).json()]
    told = await script.get("/audit", params={"topic": "workspace"})
    assert [one["kind"] for one in told.json()["items"]][:2] == ["provider.changed", "provider.added"]
    assert all(SECRET not in answer.text for answer in (made, kept, moved, listed, told))
    assert (await script.delete(path)).status_code == 204
    tried = (await script.post("/test-issuer", json={"issuer": "ftp://login.example.org"})).json()
    assert "as its address" in tried["problem"]


async def test_a_notification_is_made_tried_changed_and_forgotten(
    script: httpx.AsyncClient, database: Database, receiver: Receiver
) -> None:
    integration = an_integration()
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
    address = f"{receiver.url}/{SECRET}"
    for base in ("/notifications", f"/integrations/{integration.slug}/notifications"):
        body = {"name": "Ops", "topics": ["failures", "tasks"]}
        made = await script.post(base, json={**body, "channel": "webhook", "address": address})
        assert made.status_code == 201, made.text
        assert made.json()["secret"].startswith("whsec_")
        path = f"{base}/{made.json()['rule']['id']}"
        assert (await script.post(f"{path}/test")).json() == {"problem": None}
        assert receiver.received.pop().path == f"/{SECRET}"
        changed = await script.put(path, json={**body, "topics": ["done"], "enabled": False})
        assert (changed.json()["topics"], changed.json()["enabled"]) == (["done"], False)
        renewed = await script.post(f"{path}/secret")
        assert renewed.json()["secret"] not in {None, made.json()["secret"]}
        listed = await script.get(base)
        assert [one["name"] for one in listed.json()] == ["Ops"]
        assert all(SECRET not in answer.text for answer in (made, changed, renewed, listed))
        assert made.json()["secret"] not in listed.text
        assert (await script.delete(path)).status_code == 204
        assert (await script.get(path)).status_code == 404
    unknown = {"name": "Ops", "topics": ["members"], "channel": "webhook", "address": address}
    refused = await script.post(f"/integrations/{integration.slug}/notifications", json=unknown)
    assert refused.status_code == 422, "of members an integration tells nothing"
    assert SECRET not in refused.text


async def test_members_tokens_and_health_are_told_and_tokens_revoked(
    script: httpx.AsyncClient, database: Database, transport: httpx.ASGITransport
) -> None:
    me = (await script.get("/me")).json()
    assert (me["role"], set(me["scopes"])) == ("admin", set(Scope))
    whole = (await script.get(f"/members/{me['id']}")).json()
    assert (whole["api_tokens"], whole["passkeys"], whole["integrations"]) == (1, 0, [])
    other = await token_of(database, WorkspaceRole.MEMBER, scopes=[Scope.READ])
    tokens = (await script.get("/api-tokens")).json()
    [theirs] = [one for one in tokens if one["member"]["id"] != me["id"]]
    assert theirs["scopes"] == ["read"]
    async with caller_with(transport, other) as colleague:
        assert (await colleague.get("/me")).status_code == 200
        assert (await colleague.get("/me/sessions")).status_code == 403, "it has not the scope admin"
        assert (await script.delete(f"/api-tokens/{theirs['id']}")).status_code == 204
        assert (await colleague.get("/me")).status_code == 401
    assert [one["is_good"] for one in (await script.get("/api-tokens", params={"every": True})).json()] == [
        False,
        True,
    ]
    health = (await script.get("/health")).json()
    assert {one["check"] for one in health["findings"]} >= {"workers", "queue", "tables", "disk"}
    assert health["database_facts"]["version"].startswith("18")


async def test_one_ends_ones_sessions_and_revokes_ones_tokens(script: httpx.AsyncClient) -> None:
    [session] = (await script.get("/me/sessions")).json()
    assert (await script.delete(f"/me/sessions/{session['id']}")).status_code == 204
    assert (await script.delete(f"/me/sessions/{session['id']}")).status_code == 404
    assert (await script.delete("/me/sessions")).json() == {"ended": 0}
    [token] = (await script.get("/me/tokens")).json()
    assert (await script.delete(f"/me/tokens/{token['id']}")).status_code == 204
    assert (await script.get("/me")).status_code == 401
