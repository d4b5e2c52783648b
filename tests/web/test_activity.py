"""Activity: one row for a job, whatever becomes of it; pages that neither lose nor repeat; filters; files."""

import csv
import itertools
from io import StringIO

import httpx
import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.events import EventKind
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.topics import TOPICS, WORKSPACE_TOPICS
from seatkeeper.operations.jobs import cancel_job, retry_job
from seatkeeper.spi.errors import RejectedError
from seatkeeper.store.database import Database
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.web.asking import PAGE
from tests.engine.world import OWNER, Clock, World, open_world
from tests.scim.conftest import an_integration
from tests.web.conftest import SignIn
from tests.web.people import Person
from tests.web.reading import link_named, rows_of

PATH = "/integrations/ledger/activity"


@pytest.fixture
async def world(database: Database) -> World:
    return await open_world(database, Clock())


def test_every_kind_of_event_is_under_exactly_one_topic() -> None:
    kinds = list(itertools.chain.from_iterable(topic.kinds for topic in ({**TOPICS, **WORKSPACE_TOPICS}).values()))
    assert sorted(kinds) == sorted(EventKind)


async def test_a_job_is_one_row_that_changes_state(world: World, admin: Person) -> None:
    await world.hire("ada")
    [asked] = rows_of((await admin.get(PATH)).text)
    assert (asked.who, asked.what, asked.about, asked.state) == ("Okta", "Okta assigned ada.", "ada", "Requested")
    await world.run()
    [done] = rows_of((await admin.get(PATH)).text)
    assert (done.id, done.what, done.state) == (asked.id, asked.what, "Done")
    assert done.link == f"/integrations/ledger/jobs/{(await world.job('ada'))['id']}"


async def test_a_job_in_progress_is_seen(world: World, admin: Person) -> None:
    states: list[str] = []

    async def look(_call: str) -> None:
        states.extend(row.state for row in rows_of((await admin.get(PATH)).text))

    world.ledger.before_call = look
    await world.hire("ada")
    await world.run()
    assert set(states) == {"In progress"}


async def test_what_people_do_about_a_job_folds_into_its_row_too(world: World, admin: Person) -> None:
    await world.hire("ada")
    world.ledger.fail("create", RejectedError("no", code=ProblemCode.NO_SEATS))
    await world.run()
    [failed] = rows_of((await admin.get(PATH)).text)
    assert failed.state == "Failed"
    assert "The app has no free seat: no. Buy seats" in failed.what
    job_id = (await world.job("ada"))["id"]
    async with world.database.transaction(OWNER) as tx:
        await retry_job(tx, job_id)
    async with world.database.transaction(OWNER) as tx:
        await cancel_job(tx, job_id)
    [cancelled] = rows_of((await admin.get(PATH)).text)
    assert (cancelled.id, cancelled.state) == (failed.id, "Cancelled")


async def test_two_wishes_for_one_job_are_two_rows_of_the_same_state(world: World, admin: Person) -> None:
    await world.hire("ada")
    await world.change("ada", title="Countess")
    await world.run()
    rows = rows_of((await admin.get(PATH)).text)
    assert [(row.what, row.state) for row in rows] == [
        ("Okta changed ada: title.", "Done"),
        ("Okta assigned ada.", "Done"),
    ]
    assert rows[0].link == rows[1].link


async def test_what_happens_to_a_job_nobody_told_of_stands_alone(world: World, admin: Person) -> None:
    await world.hire("ada")
    await world.run()
    await world.rows("DELETE FROM events RETURNING id")
    await world.rows("UPDATE jobs SET state = 'queued', ended_at = NULL RETURNING id")
    await world.run()
    [alone] = rows_of((await admin.get(PATH)).text)
    assert (alone.what, alone.state) == ("Provisioning of ada had nothing to do.", "Nothing to do")


async def test_every_event_is_a_row_of_its_own_when_asked_for(world: World, admin: Person) -> None:
    await world.hire("ada")
    await world.run()
    assert [row.what for row in rows_of((await admin.get(f"{PATH}?every=1")).text)] == [
        "Provisioning of ada is done, and the app proves it.",
        "Okta assigned ada.",
    ]
    assert [row.who for row in rows_of((await admin.get(f"{PATH}?actor=seatkeeper")).text)] == ["Seatkeeper"]
    assert len(rows_of((await admin.get(f"{PATH}?topic=done")).text)) == 1


async def _many(world: World, count: int) -> list[str]:
    """Record so many events, and give the ids, the newest first."""
    ids = []
    for number in range(count):
        async with world.database.transaction(OWNER) as tx:
            kind = EventKind.USER_CHANGED if number % 3 else EventKind.USER_ASSIGNED
            ids.append(await record_event(tx, Happening(world.integration.id, kind, f"person{number:03}")))
    return [str(each) for each in reversed(ids)]


async def test_pages_neither_lose_nor_repeat_a_row_while_new_ones_arrive(world: World, admin: Person) -> None:
    expected = await _many(world, 2 * PAGE + 7)
    page, seen = (await admin.get(PATH)).text, []
    while True:
        seen += [row.id for row in rows_of(page)]
        older = link_named(page, "next")
        if older is None:
            break
        await _many(world, 1)
        page = (await admin.get(older)).text
    assert seen == expected


async def test_newer_leads_back_over_the_same_pages(world: World, admin: Person) -> None:
    await _many(world, 2 * PAGE + 7)
    first = (await admin.get(PATH)).text
    second = (await admin.get(str(link_named(first, "next")))).text
    third = (await admin.get(str(link_named(second, "next")))).text
    back = (await admin.get(str(link_named(third, "prev")))).text
    assert [row.id for row in rows_of(back)] == [row.id for row in rows_of(second)]
    to_the_top = await admin.client.get(str(link_named(back, "prev")), follow_redirects=True)
    assert (to_the_top.url.path, to_the_top.url.query) == (PATH, b"")
    assert [row.id for row in rows_of(to_the_top.text)] == [row.id for row in rows_of(first)]


async def test_while_somebody_reads_rows_stay_and_new_ones_are_counted(world: World, admin: Person) -> None:
    await world.hire("ada")
    [row] = rows_of((await admin.get(PATH)).text)
    await _many(world, 3)
    await world.run()
    held = (await admin.get(f"{PATH}?seen={row.id}&hold=1", fragment=True)).text
    assert [(each.id, each.state) for each in rows_of(held)] == [(row.id, "Done")]
    assert "3 new</a>" in held
    fresh = (await admin.get(f"{PATH}?seen={row.id}", fragment=True)).text
    assert len(rows_of(fresh)) == 4
    assert 'id="activity-new" href="/integrations/ledger/activity" hidden' in fresh


async def test_an_older_page_tells_of_what_is_new(world: World, admin: Person) -> None:
    ids = await _many(world, PAGE + 5)
    older = (await admin.get(f"{PATH}?before={ids[PAGE - 1]}")).text
    await _many(world, 2)
    [url] = [part.split('"')[0].replace("&amp;", "&") for part in older.split('data-holds hx-get="')[1:]]
    again = (await admin.get(url, fragment=True)).text
    assert [row.id for row in rows_of(again)] == ids[PAGE:]
    assert "2 new</a>" in again


async def test_filters_combine(world: World, admin: Person) -> None:
    await world.hire("ada", "adam", "bob")
    world.ledger.fail("create", RejectedError("no", code=ProblemCode.NO_SEATS))
    await world.run()
    await world.leave("adam")

    async def found(query: str) -> list[str]:
        answer = await admin.get(f"{PATH}?{query}")
        assert answer.status_code == 200, answer.text
        return [row.what.split(".")[0] for row in rows_of(answer.text)]

    assert await found("person=ADA") == ["Okta deactivated adam", "Okta assigned adam", "Okta assigned ada"]
    assert await found("person=ada&topic=joiners") == ["Okta assigned adam", "Okta assigned ada"]
    assert await found("state=failed&person=ada&actor=idp&topic=joiners") == ["Okta assigned ada"]
    assert await found("state=failed&person=bob") == []
    today = world.clock().strftime("%Y-%m-%d")
    assert len(await found(f"from={today}&to={today}&state=queued")) == 1
    assert await found("to=2020-01-01") == []
    assert await found(f"from={today}&topic=settings") == []
    assert await found("person=100%25_'--") == []


@pytest.mark.parametrize("query", ["before=x", "from=yesterday", "state=done", "topic=x", "actor=x", "person=%00"])
async def test_what_cannot_be_asked_is_refused_in_a_sentence(query: str, world: World, admin: Person) -> None:
    answer = await admin.get(f"{PATH}?{query}")
    assert answer.status_code == 422
    assert "Something is not right" in answer.text


async def test_names_are_shown_and_never_run(world: World, admin: Person) -> None:
    name = "<script>alert(1)</script> \u202eevil 👩‍🚀"
    async with world.database.transaction(OWNER) as tx:
        await record_event(tx, Happening(world.integration.id, EventKind.USER_ASSIGNED, name))
    page = (await admin.get(PATH)).text
    assert "<script>alert" not in page
    [row] = rows_of(page)
    assert row.about == name


async def test_the_download_holds_every_row_that_passes_and_no_formula(world: World, admin: Person) -> None:
    ids = await _many(world, PAGE + 5)
    names = ["=cmd|' /C calc'!A0", '@"SUM(1)"', "line\nbreak, and comma", "\uff1d1+1"]
    async with world.database.transaction(OWNER) as tx:
        for name in names:
            await record_event(tx, Happening(world.integration.id, EventKind.USER_REMOVED, name))
    answer = await admin.get(f"{PATH}.csv")
    assert answer.headers["content-disposition"] == 'attachment; filename="activity-ledger.csv"'
    assert answer.text.count("\r\n") == len(ids) + len(names) + 1
    rows = list(csv.DictReader(StringIO(answer.text, newline="")))
    assert [row["target"] for row in rows[: len(names)]] == [
        "'\uff1d1+1",
        "line\nbreak, and comma",
        '\'@"SUM(1)"',
        "'=cmd|' /C calc'!A0",
    ]
    assert [row["event_id"] for row in rows[len(names) :]] == ids
    some = list(csv.DictReader(StringIO((await admin.get(f"{PATH}.csv?topic=joiners")).text)))
    assert {row["event"] for row in some} == {"user.assigned"}


async def test_across_integrations_everybody_sees_their_own(
    world: World, database: Database, admin: Person, signed_in: SignIn
) -> None:
    other = an_integration()
    async with database.transaction(OWNER) as tx:
        await insert_integration(tx, other, None)
        await record_event(tx, Happening(other.id, EventKind.USER_ASSIGNED, "bob"))
    await world.hire("ada")
    viewer = await signed_in(WorkspaceRole.MEMBER, on={other.id: IntegrationRole.VIEWER})
    nobody = await signed_in(WorkspaceRole.MEMBER)

    async def about(person: Person) -> list[str]:
        return [row.about for row in rows_of((await person.get("/activity")).text)]

    assert await about(admin) == ["ada", "bob"]
    assert await about(viewer) == ["bob"]
    assert await about(nobody) == []
    assert len((await nobody.get("/activity.csv")).text.splitlines()) == 1
    assert (await viewer.get(PATH)).status_code == 404
    assert (await viewer.get(f"{PATH}.csv")).status_code == 404


async def test_a_page_without_anything_says_what_to_expect(world: World, admin: Person) -> None:
    answer: httpx.Response = await admin.get(PATH)
    assert "Nothing has happened yet" in answer.text
    assert "Nothing like that happened" in (await admin.get(f"{PATH}?person=zz")).text
