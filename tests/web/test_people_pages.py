"""The people of an integration: views, searches and pages, and the page that tells why somebody has an account."""

import re
from html import unescape

import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.ids import AccountId
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError
from seatkeeper.store.database import Database
from seatkeeper.store.queries.roster import RosterQuery, View, list_roster
from seatkeeper.web.house import House
from tests.engine.world import Clock, World, open_world, with_roles
from tests.web.conftest import SignIn
from tests.web.people import Person
from tests.web.reading import link_named
from tests.web.worlds import BASE, Onlooker, house_of


@pytest.fixture
async def world(database: Database) -> World:
    return await open_world(database, Clock(), mapping=with_roles())


@pytest.fixture
def house(world: World, database: Database) -> House:
    return house_of(world, database)


@pytest.fixture
def onlooker(admin: Person) -> Onlooker:
    return Onlooker(admin)


def _names(page: str) -> list[str]:
    rows = re.findall(r'<tr id="a[^"]+">(.*?)</tr>', page, re.DOTALL)
    return [unescape(re.findall(r"<bdi>(.*?)</bdi>", row, re.DOTALL)[1]) for row in rows]


async def _everybody(world: World, onlooker: Onlooker) -> None:
    """One person in each state."""
    await world.hire("done", "gone", "removed", "broken")
    await world.run()
    world.ledger.fail("update", RejectedError("No such title.", code=ProblemCode.REJECTED_VALUE))
    await world.change("broken", title="Countess")
    await world.run()
    await world.leave("gone")
    await world.remove("removed")
    await world.run()
    await world.hire("waits")


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("all", {"broken", "done", "gone", "removed", "waits"}),
        ("awaiting", {"waits"}),
        ("ongoing", set()),
        ("failed", {"broken"}),
        ("onboarded", {"broken", "done"}),
        ("removed", {"gone", "removed"}),
    ],
)
async def test_a_view_holds_those_it_says(view: str, names: set[str], world: World, onlooker: Onlooker) -> None:
    await _everybody(world, onlooker)
    for query in (f"?state={view}", *(f"?state={view}&q={name[:3].upper()}" for name in names)):
        found = await _found(world, view, query)
        expected = names if "q=" not in query else {name for name in names if name.startswith(query[-3:].lower())}
        assert found == expected, query


async def _found(world: World, view: str, query: str) -> set[str]:
    search = query.partition("q=")[2]
    async with world.database.read() as reader:
        page = await list_roster(reader, world.integration.id, RosterQuery(View(view), search))
    rows = await world.rows("SELECT user_name_key FROM accounts WHERE id = ANY(%s)", list(page.ids))
    return {row["user_name_key"] for row in rows}


async def test_each_person_is_told_in_the_words_people_know(world: World, onlooker: Onlooker) -> None:
    await _everybody(world, onlooker)
    told = await onlooker.reads("/users")
    for words in ("Onboarded", "Removed", "Update failed", "Provisioning awaiting"):
        assert words in told


@pytest.mark.parametrize("view", [View.ALL, View.AWAITING, View.ONBOARDED, View.REMOVED, View.FAILED])
@pytest.mark.parametrize("search", ["", "p"])
async def test_paging_neither_loses_nor_repeats_anybody(view: View, search: str, world: World) -> None:
    names = [f"p{number}" for number in range(23)]
    await world.hire(*names)
    if view is not View.AWAITING:
        if view is View.FAILED:
            world.ledger.fail("create", *(RejectedError("No.", code=ProblemCode.NO_SEATS) for _ in names))
        await world.run()
    if view is View.REMOVED:
        await world.leave(*names[:12])
        await world.remove(*names[12:])
    seen: list[AccountId] = []
    after = ""
    while True:
        async with world.database.read() as reader:
            page = await list_roster(reader, world.integration.id, RosterQuery(view, search, after, 5))
        seen.extend(page.ids)
        if page.next is None:
            break
        after = page.next
    assert len(seen) == len(set(seen)) == 23


async def test_the_pages_of_users_lead_to_one_another(world: World, onlooker: Onlooker) -> None:
    await world.hire(*(f"p{number:02}" for number in range(60)))
    first = await onlooker.html("/users")
    assert len(_names(first)) == 50
    path = link_named(first, "next")
    assert path is not None
    second = await onlooker.html(path.removeprefix(BASE))
    assert sorted(_names(first) + _names(second)) == [f"p{number:02}" for number in range(60)]


async def test_a_search_finds_user_names_and_display_names_by_how_they_begin(
    world: World, onlooker: Onlooker
) -> None:
    await world.hire("u1", displayName="Ødegård, Åse")
    await world.hire("ødipus", displayName="Somebody")
    await world.hire("other", displayName="Nobody")
    assert sorted(_names(await onlooker.html("/users?q=ØD"))) == ["u1", "ødipus"]
    assert "Nobody is found" in await onlooker.reads("/users?q=%25")


async def test_names_cannot_bring_html_into_a_page(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada", displayName="<script>alert(1)</script>", title='"><img src=x>')
    await world.run()
    for path in ("/users", f"/users/{world.users['ada']}", "/users?q=<script>"):
        page = await onlooker.html(path)
        assert "<script>alert" not in page
        assert "<img" not in page.replace('<img src="/static', "")
    assert "<script>alert(1)</script>" in await onlooker.reads(f"/users/{world.users['ada']}")


async def test_a_page_tells_why_somebody_has_an_account(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada", title="Countess", roles=[{"value": "admin"}])
    await world.form("Staff", "ada")
    await world.run()
    await world.run()
    told = await onlooker.reads(f"/users/{world.users['ada']}")
    assert "Assigned and active" in told
    assert "Created by Okta" in told
    assert "Groups Staff" in told
    assert "an active account" in told
    assert re.search(r"title Expression user\.title Wanted Countess As last seen Countess The same", told)
    assert "role Value admin Through the person's own attributes Given" in told
    assert "Okta assigned ada" in told


async def test_what_differs_from_what_was_last_seen_is_marked(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada", title="Countess")
    await world.run()
    await world.change("ada", title="Duchess")
    told = await onlooker.reads(f"/users/{world.users['ada']}")
    assert "Wanted Duchess As last seen Countess Differs" in told
    assert "It is next in the queue." in told


async def test_a_sensitive_value_is_on_no_page_of_a_person(world: World, onlooker: Onlooker) -> None:
    await world.set_integration("""schema = '[{"name": "title", "sensitive": true}]'::jsonb""")
    await world.hire("ada", title="topsecret")
    await world.run()
    path = f"/users/{world.users['ada']}"
    assert "topsecret" not in await onlooker.html(path)
    answer = await onlooker.person.post(f"{BASE}{path}/preview")
    assert answer.status_code == 200
    assert "topsecret" not in answer.text


async def test_a_preview_tells_the_plan_and_changes_nothing(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada", title="Countess")
    before = await world.jobs()
    answer = await onlooker.person.post(f"{BASE}/users/{world.users['ada']}/preview")
    assert "Create the account with" in answer.text
    assert "Countess" in answer.text
    assert await world.jobs() == before
    assert world.ledger.names() == []


async def test_provisioning_now_makes_a_job_that_is_due(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada")
    await world.run()
    told = await onlooker.does(f"/users/{world.users['ada']}/provision")
    assert "A job looks at this account now." in told
    assert "Update awaiting" in told
    assert "Ada Lovelace asked to bring the account of ada in line now." in told
    await world.run()
    assert (await world.job("ada"))["state"] == "unchanged"


async def test_a_failed_job_is_retried_from_the_page(world: World, onlooker: Onlooker) -> None:
    world.ledger.fail("create", RejectedError("All taken.", code=ProblemCode.NO_SEATS))
    await world.hire("ada")
    await world.run()
    path = f"/users/{world.users['ada']}"
    assert "Buy seats or free one" in await onlooker.reads(path)
    assert "The failed job is tried again." in await onlooker.does(f"{path}/retry")
    await world.run()
    assert "Onboarded" in await onlooker.reads(path)
    answer = await onlooker.person.post(f"{BASE}{path}/retry")
    assert answer.status_code == 409


async def test_a_removed_person_can_still_be_looked_up(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada")
    await world.run()
    user_id, account = world.users["ada"], (await world.account("ada"))["id"]
    await world.remove("ada")
    await world.run()
    for called in (user_id, account):
        told = await onlooker.reads(f"/users/{called}")
        assert "In the identity provider Removed" in told
        assert "Okta removed ada" in told
        assert "Okta assigned ada" in told


async def test_whoever_is_not_there_is_not_found(world: World, onlooker: Onlooker) -> None:
    for called in ("0198c0de-0000-7000-8000-000000000000", "ada", "%00"):
        assert (await onlooker.person.get(f"{BASE}/users/{called}")).status_code == 404


async def test_a_viewer_reads_and_may_press_nothing(world: World, signed_in: SignIn) -> None:
    viewer = await signed_in(WorkspaceRole.MEMBER, on={world.integration.id: IntegrationRole.VIEWER})
    await world.hire("ada")
    path = f"{BASE}/users/{world.users['ada']}"
    assert "Provision now" not in (await viewer.get(path)).text
    for button in ("preview", "provision", "retry"):
        assert (await viewer.post(f"{path}/{button}")).status_code == 403
