"""Going live: a dry run says what would be done, over everybody who is assigned, and changes nothing."""

from collections.abc import Iterator
from datetime import timedelta

import httpx
import pytest
from psycopg.types.json import Jsonb

from lab.scim2_server import SCIM2Server, scim2_server
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.dry_runs import DryRunState, Finding
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.dry_runs import begin_dry_run
from seatkeeper.operations.integrations import create_integration
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.dry_runs import find_dry_run
from seatkeeper.store.queries.integrations import get_integration
from seatkeeper.web.house import House
from seatkeeper.web.pages.going_live import WORDS
from tests.web.conftest import SignIn
from tests.web.people import SETUP, Person

BASE = "/integrations/crm/go-live"


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SCIM2Server]:
    with scim2_server(tmp_path_factory.mktemp("scim2-server")) as server:
        yield server


async def made(database: Database, house: House, address: str, token: str) -> Integration:
    settings = {"base_url": address, "token": token}
    draft = IntegrationDraft(slug="crm", name="CRM", connector="scim", settings=settings)
    async with database.transaction(SETUP) as tx:
        return await create_integration(tx, draft, house.connectors, house.keyring)


async def assigned(tx: Transaction, integration: Integration, name: str, *, active: bool = True) -> None:
    user_id, document = new_id(), Jsonb({"name": {"givenName": "Ada", "familyName": name}})
    await tx.connection.execute(
        "INSERT INTO users (id, integration_id, user_name, user_name_key, active, document, created_at,"
        " updated_at) VALUES (%s, %s, %s, %s, %s, %s, %s, %s)",
        [user_id, integration.id, name, name, active, document, tx.now, tx.now],
    )
    await tx.connection.execute(
        "INSERT INTO accounts (id, integration_id, user_id, user_name_key, created_at)"
        " VALUES (%s, %s, %s, %s, %s)",
        [new_id(), integration.id, user_id, name, tx.now],
    )


def test_every_finding_has_words() -> None:
    assert {finding for finding, *_ in WORDS} == set(Finding)


@pytest.mark.live
async def test_a_dry_run_counts_right_and_changes_nothing(
    app: SCIM2Server, database: Database, house: House, admin: Person
) -> None:
    address = app.base_url("dry")
    crm = await made(database, house, address, app.token)
    headers = {"Authorization": f"Bearer {app.token}"}
    async with httpx.AsyncClient(headers=headers) as client:
        for name in ("there", "leaver"):
            body = {"schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"], "userName": name, "active": True}
            (await client.post(f"{address}/Users", json=body)).raise_for_status()
    async with database.transaction(SETUP) as tx:
        for number in range(5):
            await assigned(tx, crm, f"new{number}")
        await assigned(tx, crm, "there")
        await assigned(tx, crm, "leaver", active=False)
    before = app.resources("dry", "Users")
    assert (await admin.post(f"{BASE}/dry-run")).status_code == 303
    await house.work.idle()
    page = (await admin.get(BASE)).text
    async with database.read() as reader:
        run = await find_dry_run(reader, crm.id)
    assert run is not None
    assert run.state is DryRunState.DONE
    assert run.findings.counts == {Finding.CREATED: 5, Finding.ADOPTED: 1, Finding.DISABLED: 1}
    assert run.findings.adopted_changed == 1
    assert "7 people were looked at" in page
    assert app.resources("dry", "Users") == before


@pytest.mark.live
async def test_those_who_lack_something_are_counted_with_the_reason(
    app: SCIM2Server, database: Database, house: House, admin: Person
) -> None:
    crm = await made(database, house, app.base_url("lacking"), app.token)
    async with database.transaction(SETUP) as tx:
        for number in range(2):
            await assigned(tx, crm, f"new{number}")
        mapping = {**crm.mapping.attributes, "title": "user.title + 1", "userName": "user.nickName"}
        document = Jsonb({"attributes": mapping, "join": ["userName"], "required": ["userName"]})
        await tx.connection.execute("UPDATE integrations SET mapping = %s", [document])
    await admin.post(f"{BASE}/dry-run")
    await house.work.idle()
    page = (await admin.get(BASE)).text
    assert "This person lacks values that the app needs" in page
    assert "2 people:" in page


@pytest.mark.live
async def test_of_many_people_some_are_looked_at_and_that_is_said(
    app: SCIM2Server, database: Database, house: House, admin: Person
) -> None:
    crm = await made(database, house, app.base_url("many"), app.token)
    async with database.transaction(SETUP) as tx:
        for number in range(7):
            await assigned(tx, crm, f"new{number}")
        begun = await begin_dry_run(tx, crm, at_most=3)
    assert len(begun.ids) == 3
    page = (await admin.get(BASE)).text
    assert "This is a sample:" in page
    assert "3 people chosen by lot out of 7" in page


async def test_an_app_that_cannot_be_reached_ends_the_dry_run_with_a_remedy(
    database: Database, house: House, admin: Person
) -> None:
    crm = await made(database, house, "http://127.0.0.1:9", "x")
    async with database.transaction(SETUP) as tx:
        await assigned(tx, crm, "new")
    await admin.post(f"{BASE}/dry-run")
    await house.work.idle()
    page = (await admin.get(BASE)).text
    assert "The dry run ended early. The app cannot be reached" in page
    assert "Check the address" in page


async def test_a_second_dry_run_waits_and_an_interrupted_one_is_told(
    database: Database, house: House, admin: Person
) -> None:
    crm = await made(database, house, "http://127.0.0.1:9", "x")
    async with database.transaction(SETUP) as tx:
        await begin_dry_run(tx, crm)
    assert "Looked at 0 of 0 people" in (await admin.get(f"{BASE}/progress", fragment=True)).text
    assert (await admin.post(f"{BASE}/dry-run")).status_code == 409
    async with database.transaction(SETUP) as tx:
        await tx.connection.execute("UPDATE dry_runs SET updated_at = updated_at - %s", [timedelta(minutes=5)])
    assert "was interrupted" in (await admin.get(BASE)).text
    assert (await admin.post(f"{BASE}/dry-run")).status_code == 303
    await house.work.idle()


async def test_an_owner_sets_it_live_and_a_manager_does_not(
    database: Database, house: House, signed_in: SignIn
) -> None:
    crm = await made(database, house, "http://127.0.0.1:9", "x")
    manager = await signed_in(WorkspaceRole.MEMBER, on={crm.id: IntegrationRole.MANAGER})
    owner = await signed_in(WorkspaceRole.MEMBER, on={crm.id: IntegrationRole.OWNER})
    assert (await manager.post(f"{BASE}/start")).status_code == 403
    assert (await manager.post(f"{BASE}/dry-run")).status_code == 403
    assert (await owner.post(f"{BASE}/start")).headers["location"] == "/integrations/crm"
    async with database.read() as reader:
        assert (await get_integration(reader, crm.id)).state is IntegrationState.LIVE
