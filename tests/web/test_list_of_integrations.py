"""The list of integrations: what there is, how each stands, and what the filters leave of it."""

from dataclasses import replace

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.spi.errors import RejectedError
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.integrations import insert_integration
from tests.engine.world import Clock, open_world
from tests.operations.integrations_at_hand import an_integration
from tests.web.conftest import SignIn
from tests.web.people import SETUP, Person
from tests.web.reading import text_of


async def _stored(
    database: Database, slug: str, name: str, state: IntegrationState = IntegrationState.LIVE
) -> Integration:
    made = replace(an_integration(slug, state), id=IntegrationId(new_id()), name=name)
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, made, None)
    return made


async def _read(person: Person, path: str = "/") -> str:
    answer = await person.get(path)
    assert answer.status_code == 200
    return text_of(answer.text)


async def test_nobody_has_connected_an_app_and_whoever_may_is_led_to_it(admin: Person, signed_in: SignIn) -> None:
    assert 'href="/integrations/new"' in (await admin.get("/")).text
    assert "No app is connected yet" in await _read(admin)
    auditor = await signed_in(WorkspaceRole.AUDITOR)
    assert 'href="/integrations/new"' not in (await auditor.get("/")).text
    assert "There is nothing to see yet" in await _read(auditor)


async def test_filters_are_in_the_address_and_leave_what_passes_them_all(
    database: Database, admin: Person, signed_in: SignIn
) -> None:
    crm = await _stored(database, "crm", "Customers")
    await _stored(database, "wiki", "Wiki", IntegrationState.PAUSED)
    owner = await signed_in(WorkspaceRole.MEMBER, on={crm.id: IntegrationRole.OWNER})
    for query in ("q=CUST", "status=validating", f"owner={owner.member.id}", "q=crm&connector=scim"):
        told = await _read(admin, f"/?{query}")
        assert "Customers" in told
        assert "/integrations/wiki" not in (await admin.get(f"/?{query}")).text, query
    told = await _read(admin, "/?q=cust&status=paused")
    assert "None of the 2 integrations you can see passes these filters." in told
    assert "Wiki" not in await _read(owner)


async def test_a_row_says_how_an_integration_stands(database: Database, admin: Person) -> None:
    world = await open_world(database, Clock())
    await world.hire("ada", "bob")
    await world.run()
    world.ledger.fail("update", RejectedError("No such title."))
    await world.change("ada", title="Countess")
    await world.run()
    await world.hire("cem")
    told = await _read(admin)
    assert "Needs attention" in told
    assert "Users 3 Open jobs 1 Failed 1 Tasks 0" in told


async def test_a_name_cannot_bring_html_into_the_list(database: Database, admin: Person) -> None:
    await _stored(database, "odd", "<img src=x onerror=alert(1)>")
    page = (await admin.get("/")).text
    assert "<img src=x" not in page
    assert "&lt;img src=x" in page


async def test_what_is_asked_for_by_the_page_itself_is_only_the_rows(database: Database, admin: Person) -> None:
    await _stored(database, "crm", "Customers")
    part = (await admin.get("/?q=cust", fragment=True)).text
    assert part.lstrip().startswith('<div id="integration-rows"')
    assert "<html" not in part
