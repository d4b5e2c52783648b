"""An Owner records what the identity provider sends, reads it with nobody in it, and replays it into a copy."""

import json
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
from starlette.routing import Mount, Router

from seatkeeper.bootstrap.recording import Recorder, tidy
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.core.recordings import Bounds, read_file
from seatkeeper.operations.recordings import Wish, start_recording
from seatkeeper.operations.switches import activate_integration
from seatkeeper.scim.routes import scim_app
from seatkeeper.store.database import Database
from seatkeeper.store.queries.integrations import list_integrations
from seatkeeper.store.queries.recordings import Recording, list_recordings
from seatkeeper.web.house import House
from tests.scim.conftest import an_integration, opened
from tests.scim.idp import ENTERPRISE, IdP
from tests.web.conftest import SignIn
from tests.web.people import SETUP, Person
from tests.web.reading import text_of

PERSONAL = ("ada", "lovelace", "grace", "hopper", "acme", "navy", "hunter2")


@pytest.fixture
def house(house: House) -> House:
    return replace(house, scim=scim_app(house.database, clock=house.clock))


@pytest.fixture
def integration() -> Integration:
    return an_integration(IntegrationState.LIVE)


@pytest.fixture
async def idp(house: House, integration: Integration, database: Database) -> AsyncIterator[IdP]:
    """The identity provider, whose requests come through a recorder that has looked for nothing yet."""
    token = await opened(database, integration)
    recorder = Recorder(house.scim, database, house.clock)
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(Router([Mount("/scim/v2", recorder)])),
        base_url=f"http://seatkeeper.test/scim/v2/{integration.slug}",
        headers={"Authorization": f"Bearer {token}", "User-Agent": "Okta SCIM Client 1.0.0"},
    ) as client:
        yield IdP(client)


@pytest.fixture
async def owner(idp: IdP, signed_in: SignIn, integration: Integration) -> Person:
    return await signed_in(WorkspaceRole.MEMBER, on={integration.id: IntegrationRole.OWNER})


async def latest(database: Database, integration_id: IntegrationId) -> Recording:
    async with database.read() as reader:
        return (await list_recordings(reader, integration_id))[0]


async def live_through(idp: IdP, before: dict[str, str]) -> None:
    """Somebody joins, moves and leaves; ``before`` was there before the recording."""
    assert await idp.find("Users", 'userName eq "Grace.Hopper@Acme.com"') != []
    assert await idp.find("Users", 'userName eq "ada.lovelace@acme.com"') == []
    ada = await idp.user(
        "ada.lovelace@acme.com",
        externalId="00uADA",
        name={"givenName": "Ada", "familyName": "Lovelace"},
        password="hunter2",
        **{ENTERPRISE: {"department": "Navy"}},
    )
    again = {"schemas": ada["schemas"], "userName": "ADA.Lovelace@acme.com"}
    assert (await idp.send("POST", "/Users", again)).status_code == 409
    group = await idp.group("Engineering", ada, before)
    remove = {"op": "Remove", "path": "members", "value": [{"$ref": None, "value": before["id"]}]}
    assert (await idp.patch(group, remove)).status_code == 200
    assert (await idp.patch(ada, {"op": "Replace", "path": "active", "value": "False"})).status_code == 200
    assert (await idp.send("DELETE", idp.path_of(before))).status_code == 204
    assert (await idp.get(idp.path_of(before))).status_code == 404
    assert (await idp.send("POST", "/Users", b"{Ada")).status_code == 400
    assert (await idp.get("/Users", Authorization="Bearer wrong")).status_code == 401
    await idp.client.post("/Users", data={"client_secret": "hunter2"})


async def test_a_recording_is_begun_read_replayed_and_deleted(
    owner: Person, idp: IdP, integration: Integration, database: Database, house: House
) -> None:
    home = f"/integrations/{integration.slug}/settings/scim"
    before = await IdP(direct(house, idp)).user("Grace.Hopper@acme.com", title="Navy")
    await owner.post(f"{home}/recordings", {"requests": "100", "minutes": "15", "kept": "department"})
    assert "Recording. 0 requests so far" in text_of((await owner.get(home)).text)
    await live_through(idp, before)
    running = await latest(database, integration.id)
    assert running.requests == 10
    page = f"{home}/recordings/{running.id}"
    assert (await owner.post(f"{page}/stop")).headers["location"] == page
    await nobody_is_in(database, idp)
    shown = text_of((await owner.get(page)).text)
    assert "POST /Users" in shown
    exchanges = read_file((await owner.get(f"{page}/download")).content.splitlines())
    assert [each.status for each in exchanges] == [200, 200, 201, 409, 201, 200, 200, 204, 404, 400]
    await replayed_into_a_copy(owner, page, house, database)
    await owner.post(f"{page}/delete")
    assert "Nothing has been recorded yet" in text_of((await owner.get(home)).text)
    async with database.read() as reader:
        told = await reader.connection.execute("SELECT kind FROM events WHERE kind LIKE 'recording%' ORDER BY id")
        kinds = [row["kind"].partition(".")[2] for row in await told.fetchall()]
    assert kinds == ["started", "stopped", "downloaded", "replayed", "deleted"]


def direct(house: House, idp: IdP) -> httpx.AsyncClient:
    """Make a client that nobody records."""
    transport = httpx.ASGITransport(Router([Mount("/scim/v2", house.scim)]))
    return httpx.AsyncClient(transport=transport, base_url=idp.client.base_url, headers=idp.client.headers)


async def nobody_is_in(database: Database, idp: IdP) -> None:
    """Neither people nor the token, nor the key that leads to them, are in the store of recordings."""
    async with database.read() as reader:
        rows = await reader.connection.execute("SELECT exchange FROM recorded_requests ORDER BY number")
        exchanges = [row["exchange"] for row in await rows.fetchall()]
        [key] = await (await reader.connection.execute("SELECT mask_key FROM recordings")).fetchall()
    text = "\n".join(exchanges)
    # As words: among the random letters of stand-ins and ids three of them come together by chance.
    assert (set(PERSONAL) - {"navy"}) & set(re.findall("[a-z0-9]+", text.lower())) == set()
    assert idp.client.headers["Authorization"].split()[1] not in text
    assert key == {"mask_key": None}
    created = json.loads(exchanges[2])
    assert created["body"][ENTERPRISE] == {"department": "Navy"}
    assert created["headers"]["user-agent"] == "Okta SCIM Client 1.0.0"


async def replayed_into_a_copy(owner: Person, page: str, house: House, database: Database) -> None:
    place = (await owner.post(f"{page}/replay")).headers["location"]
    await house.work.idle()
    told = text_of((await owner.get(place)).text)
    assert "every one was answered as it was then" in told
    assert "1 user or group who was there before" in told
    assert "1 request was recorded without the body" in told
    async with database.read() as reader:
        [copy] = [one for one in await list_integrations(reader) if "-replay-" in one.slug]
        users = await reader.connection.execute(
            "SELECT count(*) AS n, bool_or(active) AS active FROM users WHERE integration_id = %s", [copy.id]
        )
        assert await users.fetchone() == {"n": 1, "active": False}
        tokens = await reader.connection.execute(
            "SELECT revoked_at IS NULL AS good FROM scim_tokens WHERE integration_id = %s", [copy.id]
        )
        assert await tokens.fetchall() == [{"good": False}]
    assert copy.state is IntegrationState.DRAFT
    async with database.transaction(SETUP) as tx:
        with pytest.raises(NotPossibleNowError, match="never goes live"):
            await activate_integration(tx, copy.slug)


async def test_a_changed_mapping_shows_what_it_would_do(
    owner: Person, idp: IdP, integration: Integration, database: Database, house: House
) -> None:
    home = f"/integrations/{integration.slug}/settings/scim"
    await owner.post(f"{home}/recordings", {"requests": "2", "minutes": "15"})
    await idp.user("ada@acme.com", title="Engineer")
    await idp.user("grace@acme.com")
    assert (await latest(database, integration.id)).end_reason == "full"
    page = f"{home}/recordings/{(await latest(database, integration.id)).id}"
    place = (await owner.post(f"{page}/replay")).headers["location"]
    await house.work.idle()
    told = text_of((await owner.get(place)).text)
    assert "2 would be created" in told
    assert "0 would fail" in told
    assert (await owner.get(f"{place}/progress", fragment=True)).status_code == 200


async def test_a_recording_ends_by_itself(
    owner: Person, idp: IdP, integration: Integration, database: Database
) -> None:
    async with database.transaction(SETUP) as tx:
        await start_recording(tx, integration, Wish(Bounds(requests=2)))
    for number in range(4):
        await idp.user(f"person{number}@acme.com")
    first = await latest(database, integration.id)
    assert (first.requests, first.end_reason) == (2, "full")
    async with database.transaction(SETUP) as tx:
        await start_recording(tx, integration, Wish(Bounds(lasts=timedelta(minutes=5))))
    later = Database(database.url, size=1, clock=lambda: datetime.now(UTC) + timedelta(minutes=6))
    await later.open()
    await tidy(later)
    assert (await latest(database, integration.id)).end_reason == "over"
    await later.close()
    forgetful = Database(database.url, size=1, clock=lambda: datetime.now(UTC) + timedelta(days=40))
    await forgetful.open()
    await tidy(forgetful)
    await forgetful.close()
    async with database.read() as reader:
        assert await list_recordings(reader, integration.id) == []


async def test_what_cannot_be_recorded_is_told_beside_the_form(
    owner: Person, idp: IdP, integration: Integration, database: Database
) -> None:
    home = f"/integrations/{integration.slug}/settings/scim"
    wrong = await owner.post(f"{home}/recordings", {"requests": "100", "minutes": "15", "kept": "user.title!"})
    assert wrong.status_code == 422
    assert "is not the name of an attribute" in text_of(wrong.text)
    assert 'value="user.title!"' in wrong.text
    await owner.post(f"{home}/recordings", {"requests": "100", "minutes": "15"})
    twice = await owner.post(f"{home}/recordings", {"requests": "100", "minutes": "15"})
    assert "runs already" in text_of(twice.text)
    running = await latest(database, integration.id)
    early = await owner.post(f"{home}/recordings/{running.id}/replay")
    assert early.headers["location"] == f"{home}/recordings/{running.id}"
    assert (await owner.get(f"{home}/recordings/no-such-recording")).status_code == 404


async def test_only_owners_see_that_there_are_recordings(
    idp: IdP, owner: Person, signed_in: SignIn, integration: Integration
) -> None:
    home = f"/integrations/{integration.slug}/settings/scim"
    manager = await signed_in(WorkspaceRole.MEMBER, on={integration.id: IntegrationRole.MANAGER})
    assert "Recordings" in text_of((await owner.get(home)).text)
    assert "Recordings" not in text_of((await manager.get(home)).text)


@pytest.mark.parametrize(
    "bounds",
    [Bounds(requests=0), Bounds(requests=10_001), Bounds(bytes=10**9), Bounds(lasts=timedelta(days=8))],
)
def test_no_recording_is_without_bounds(bounds: Bounds) -> None:
    with pytest.raises(InvalidValueError):
        bounds.check()
