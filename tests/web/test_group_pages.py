"""Groups and entitlements: what is pushed, what the app offers, who holds it, and the same as a file."""

import csv
from io import StringIO

import pytest

from seatkeeper.core.users import MembersChange
from seatkeeper.operations.groups import change_members
from seatkeeper.spi.errors import TransientError
from seatkeeper.store.database import Database
from seatkeeper.web.house import House
from tests.engine.world import IDP, Clock, World, open_world, with_roles
from tests.web.people import Person
from tests.web.reading import text_of
from tests.web.worlds import BASE, Onlooker, house_of


@pytest.fixture
async def world(database: Database) -> World:
    return await open_world(database, Clock(), mapping=with_roles(per_group=True))


@pytest.fixture
def house(world: World, database: Database) -> House:
    return house_of(world, database)


@pytest.fixture
def onlooker(admin: Person) -> Onlooker:
    return Onlooker(admin)


async def _settle(world: World) -> None:
    await world.run()
    await world.run()


async def _table(onlooker: Onlooker) -> list[dict[str, str]]:
    answer = await onlooker.person.get(f"{BASE}/groups.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="entitlements-ledger.csv"'
    assert answer.text.count("\r\n") == answer.text.count("\n")
    return list(csv.DictReader(StringIO(answer.text, newline="")))


async def test_without_groups_the_page_says_what_to_do(onlooker: Onlooker) -> None:
    assert "No group is pushed yet" in await onlooker.reads("/groups")


async def test_groups_are_listed_with_their_members_and_how_they_stand(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada", "bob")
    await world.form("Staff", "ada", "bob")
    assert "Members 2 Group update awaiting" in await onlooker.reads("/groups")
    await _settle(world)
    assert "Staff Name in the app Staff Members 2 Group up to date" in await onlooker.reads("/groups")
    told = await onlooker.reads(f"/groups/{world.groups['Staff']}")
    assert "ada" in told
    assert "bob" in told


async def test_the_pages_of_groups_show_each_group_once(world: World, onlooker: Onlooker) -> None:
    names = [f"Group {number:02}" for number in range(30)]
    for name in names:
        await world.form(name)
    first = await onlooker.reads("/groups")
    rest = await onlooker.reads("/groups?after=group+24")
    assert [name for name in names if name in first] == names[:25]
    assert [name for name in names if name in rest] == names[25:]


async def test_a_group_tells_of_groups_within_and_around_it_and_of_whom_it_waits_for(
    world: World, onlooker: Onlooker
) -> None:
    await world.form("Staff")
    await world.form("Engineers")
    engineers = world.groups["Engineers"]
    async with world.database.transaction(IDP) as tx:
        change = MembersChange(frozenset([engineers]), add_named=frozenset(["grace@example.org", "<b>"]))
        await change_members(tx, world.integration, world.groups["Staff"], change)
    told = await onlooker.reads(f"/groups/{world.groups['Staff']}")
    assert "Groups within this group Whoever is in one of them belongs to this group, too. Engineers" in told
    assert "named 2 members whom it has not assigned yet" in told
    assert "grace@example.org named" in told
    assert "Member of Staff" in await onlooker.reads(f"/groups/{engineers}")
    assert "<b>" not in (await onlooker.html(f"/groups/{world.groups['Staff']}")).replace("&lt;b&gt;", "")


async def test_the_app_is_asked_once_what_it_offers_and_the_answer_is_kept(
    world: World, onlooker: Onlooker
) -> None:
    assert "The app was never asked what it offers." in await onlooker.reads("/groups")
    part = await onlooker.person.get(f"{BASE}/groups/offered", fragment=True)
    assert "The app was asked" in text_of(part.text)
    offered = await world.rows("SELECT entitlements FROM offers")
    assert len(offered) == 1
    told = await onlooker.reads("/groups")
    for kind, value in offered[0]["entitlements"]:
        assert f"Type {kind} {value}" in told


async def test_an_app_that_does_not_tell_is_told_with_its_remedy(world: World, onlooker: Onlooker) -> None:
    world.ledger.fail("list_entitlements", *(TransientError("It is away.") for _ in range(9)))
    answer = await onlooker.person.post(f"{BASE}/groups/read")
    assert answer.status_code == 502
    assert "The app did not tell what it offers. The app cannot be reached: It is away." in text_of(answer.text)


async def test_who_holds_an_entitlement_is_told_with_the_group_it_came_through(
    world: World, onlooker: Onlooker
) -> None:
    await world.hire("ada")
    await world.form("admin", "ada")
    await world.change("ada", title="Countess")
    await _settle(world)
    told = await onlooker.reads("/entitlement?type=role&value=admin")
    assert "ada Name in the app ada Through admin" in told
    assert 'data-copy="admin"' in await onlooker.html("/groups")
    assert "Nobody was given it." in await onlooker.reads("/entitlement?type=role&value=%3Cb%3E")


async def test_the_download_holds_every_membership_and_every_grant(world: World, onlooker: Onlooker) -> None:
    await world.hire("ada", "bob")
    await world.form("admin", "ada")
    await world.form("Empty")
    await _settle(world)
    rows = await _table(onlooker)
    assert [(row["kind"], row["value"], row["user_name"], row["through"]) for row in rows] == [
        ("group", "admin", "ada", "admin"),
        ("entitlement", "admin", "ada", "admin"),
    ]


async def test_nothing_in_the_download_is_taken_for_a_formula(world: World, onlooker: Onlooker) -> None:
    await world.hire("+ada", "=cmd|' /C calc'!A0")
    await world.form("@SUM(1,2)", "+ada", "=cmd|' /C calc'!A0")
    rows = await _table(onlooker)
    assert {row["user_name"] for row in rows} == {"'+ada", "'=cmd|' /C calc'!A0"}
    assert {row["value"] for row in rows} == {"'@SUM(1,2)"}


async def test_a_groups_name_cannot_bring_html_into_a_page(world: World, onlooker: Onlooker) -> None:
    await world.form("<img src=x>")
    for path in ("/groups", f"/groups/{world.groups['<img src=x>']}"):
        assert "<img src=x>" not in await onlooker.html(path)


async def test_a_group_of_nowhere_is_not_found(onlooker: Onlooker) -> None:
    for called in ("0198c0de-0000-7000-8000-000000000000", "staff"):
        assert (await onlooker.person.get(f"{BASE}/groups/{called}")).status_code == 404
