"""What a script may try, plan, change and take back of an integration's configuration."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.integrations import create_integration, read_secrets
from seatkeeper.operations.members import add_member
from seatkeeper.store.database import Database
from seatkeeper.store.queries.integrations import get_integration
from seatkeeper.web.house import House
from tests.operations.integrations_at_hand import user_with_account_in
from tests.web.callers import caller_with, token_of
from tests.web.people import SETUP

SECRET = "s3cret-that-nobody-may-see"
HERE = "/integrations/crm"
SETTINGS = {"base_url": "https://localhost:1/scim/v2"}
BODY: dict[str, Any] = {"name": "CRM", "connector": "scim", "settings": SETTINGS}


@pytest.fixture
async def crm(database: Database, house: House) -> Integration:
    draft = IntegrationDraft(slug="crm", name="CRM", connector="scim", settings={**SETTINGS, "token": SECRET})
    async with database.transaction(SETUP) as tx:
        return await create_integration(tx, draft, house.connectors, house.keyring)


@pytest.fixture
async def script(
    crm: Integration, database: Database, transport: httpx.ASGITransport
) -> AsyncIterator[httpx.AsyncClient]:
    token = await token_of(database, WorkspaceRole.MEMBER, on={crm.id: IntegrationRole.OWNER})
    async with caller_with(transport, token) as caller:
        yield caller


async def test_a_change_is_planned_saved_compared_and_taken_back(
    script: httpx.AsyncClient, crm: Integration, database: Database, house: House
) -> None:
    async with database.transaction(SETUP) as tx:
        await user_with_account_in(tx, crm.id)
    before = (await script.get(HERE)).json()
    changed = {**BODY, "mapping": {"attributes": {"nickName": "user.userName"}}, "version": before["version"]}
    planned = (await script.post(f"{HERE}/plan", json=changed)).json()
    assert [one["field"] for one in planned["differences"]] == ["mapping.attributes.nickName"]
    assert planned["blast_radius"]["by_name"] == {"nickName": 1}
    assert (await script.get(HERE)).json()["version"] == before["version"], "a plan changes nothing"

    saved = await script.put(HERE, json=changed)
    assert saved.json()["changed"] == ["mapping.attributes.nickName"]
    late = await script.put(HERE, json={**changed, "name": "Late"})
    assert late.status_code == 412
    assert late.json()["type"] == "urn:seatkeeper:problem:changed-meanwhile"

    first, newest = before["version"], before["version"] + 1
    versions = (await script.get(f"{HERE}/versions", params={"limit": 1})).json()
    assert ([one["number"] for one in versions["items"]], versions["next"]) == ([newest], str(newest))
    assert "nickName" in (await script.get(f"{HERE}/versions/{newest}")).json()["mapping"]["attributes"]
    differing = await script.get(f"{HERE}/versions/{first}/differences", params={"to": newest})
    assert [(one["before"], one["after"]) for one in differing.json()] == [
        (before["mapping"]["attributes"].get("nickName"), "user.userName")
    ]
    back = await script.post(f"{HERE}/versions/{first}/plan")
    assert back.json()["blast_radius"]["changed"] == 1
    restored = await script.post(f"{HERE}/versions/{first}/restore", json={"version": newest})
    assert restored.status_code == 200, restored.text
    assert (await script.get(HERE)).json()["mapping"] == before["mapping"]
    async with database.read() as reader:
        now = await get_integration(reader, crm.id)
        assert await read_secrets(reader, now, house.keyring) == {"token": SECRET}
    for path in ("", "/versions/1", "/versions/1/differences", "/versions"):
        assert SECRET not in (await script.get(HERE + path)).text


async def test_things_are_tried_before_they_count(script: httpx.AsyncClient) -> None:
    tried = (await script.post(f"{HERE}/test-connection")).json()
    assert tried["problem"]["code"] == "app_unreachable"
    assert tried["stages"][0]["passed"] is True
    new = {"connector": "scim", "settings": {"base_url": "nowhere", "token": SECRET}}
    refused = await script.post("/test-connection", json=new)
    assert refused.json()["problem"]["code"] == "settings_invalid"
    assert SECRET not in refused.text
    assert (await script.post("/test-connection", json={"connector": "telex"})).status_code == 422
    rules = {"attributes": {"nickName": "user.nickName", "title": "user."}}
    told = (await script.post(f"{HERE}/preview-mapping", json={"mapping": rules})).json()
    assert told["attributes"]["nickName"]["text"] == "Ada"
    assert told["attributes"]["title"]["fault"] is True
    starts = (await script.get("/starting-points", params={"search": "scim"})).json()
    assert "base_url" in starts[0]["settings_schema"]["properties"]
    assert (await script.get(f"{HERE}/dry-run")).status_code == 404
    assert (await script.post(f"{HERE}/dry-run")).status_code == 202
    assert (await script.get(f"{HERE}/dry-run")).json()["accounts"] == 0


async def test_a_token_is_replaced_with_an_overlap_and_its_use_is_told(
    script: httpx.AsyncClient, crm: Integration
) -> None:
    made = (await script.post(f"{HERE}/tokens", json={"name": "okta"})).json()
    replaced = await script.post(f"{HERE}/tokens/{made['id']}/replace", json={"overlap": "1d"})
    assert replaced.status_code == 201
    assert replaced.json()["secret"] != made["secret"]
    old, new = (await script.get(f"{HERE}/tokens")).json()
    assert (old["expires_at"] is None, new["expires_at"]) == (False, None)
    listed = await script.get(f"{HERE}/tokens")
    assert replaced.json()["secret"] not in listed.text
    endpoint = (await script.get(f"{HERE}/endpoint")).json()
    assert endpoint["url"] == f"http://seatkeeper.test/scim/v2/{crm.slug}"
    assert endpoint["heard"] is None
    assert "userName" in endpoint["read"]


async def test_an_owner_gives_roles_by_address_and_sees_what_deletion_forgets(
    script: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction(SETUP) as tx:
        await add_member(tx, "grace@example.org", "Grace", WorkspaceRole.MEMBER)
    given = await script.post(f"{HERE}/roles", json={"email": "grace@example.org", "role": "viewer"})
    assert given.status_code == 201
    assert {one["role"] for one in (await script.get(f"{HERE}/roles")).json()} == {"owner", "viewer"}
    nobody = await script.post(f"{HERE}/roles", json={"email": "nobody@example.org", "role": "viewer"})
    assert nobody.status_code == 422
    assert (await script.get(f"{HERE}/holdings")).json()["users"] == 0
    assert (await script.get("/integrations", params={"search": "CR", "health": "draft"})).json()[0][
        "slug"
    ] == "crm"
    assert (await script.get("/integrations", params={"connector": "ldap"})).json() == []


async def test_a_recording_is_begun_read_and_forgotten(script: httpx.AsyncClient) -> None:
    begun = await script.post(f"{HERE}/recordings", json={"requests": 5, "kept": ["title"]})
    assert begun.status_code == 201, begun.text
    assert (await script.post(f"{HERE}/recordings", json={})).status_code == 409, "one runs already"
    path = f"{HERE}/recordings/{begun.json()['id']}"
    assert (await script.get(f"{path}/exchanges")).json() == {"items": [], "next": None}
    assert (await script.post(f"{path}/replay")).status_code == 409, "it still runs"
    assert (await script.post(f"{path}/stop")).json()["end_reason"] == "stopped"
    assert (await script.get(f"{path}/replays")).json() == []
    assert (await script.delete(path)).status_code == 204
    assert (await script.get(f"{HERE}/recordings")).json() == []


async def test_scripts_make_credentials_and_say_from_where_they_may_be_used(
    script: httpx.AsyncClient, crm: Integration
) -> None:
    made = (await script.post(f"{HERE}/credentials", json={"kind": "oauth", "name": "entra"})).json()
    [listed] = (await script.get(f"{HERE}/tokens")).json()
    assert (listed["id"], listed["kind"], listed["client_id"]) == (made["id"], "oauth", made["client_id"])
    assert made["secret"] not in str(listed)
    assert made["token_path"] == "/scim/v2/crm/oauth/token"
    assert (await script.get(f"{HERE}/networks")).json() == {"networks": [], "last_address": None}
    put = await script.put(f"{HERE}/networks", json={"networks": ["192.0.2.0/24", "::ffff:10.0.0.1"]})
    assert put.json()["networks"] == ["192.0.2.0/24", "10.0.0.1/32"]
    assert (await script.put(f"{HERE}/networks", json={"networks": ["192.0.2.7/24"]})).status_code == 422
    assert (await script.get(f"{HERE}/networks")).json()["networks"] == put.json()["networks"]
