"""The page of a job: what asked for it, what was tried, what it came to, and what a person may do."""

import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError
from seatkeeper.store.database import Database
from tests.engine.world import Clock, World, open_world
from tests.web.conftest import SignIn
from tests.web.people import Person
from tests.web.reading import text_of


@pytest.fixture
async def world(database: Database) -> World:
    return await open_world(database, Clock())


async def _path(world: World, name: str = "ada") -> str:
    return f"/integrations/ledger/jobs/{(await world.job(name))['id']}"


async def _text(person: Person, path: str) -> str:
    answer = await person.get(path)
    assert answer.status_code == 200, answer.text
    return text_of(answer.text)


async def _fail(world: World, told: str = "All 50 seats are taken.") -> str:
    await world.hire("ada")
    world.ledger.fail("create", RejectedError(told, code=ProblemCode.NO_SEATS))
    await world.run()
    return await _path(world)


async def test_a_job_is_told_from_the_request_to_the_proof(world: World, admin: Person) -> None:
    await world.hire("ada", title="Countess")
    await world.run()
    await world.change("ada", title="<b>Dr.</b>")
    await world.run()
    page = (await admin.get(await _path(world))).text
    told = text_of(page)
    assert "Okta changed ada: title." in told
    assert "in the request req-1" in told
    assert "Attempt 1" in told
    assert "title Countess <b>Dr.</b>" in told
    assert "<b>Dr." not in page
    assert "The app was read back and holds what was wanted." in told
    assert told.index("Okta changed ada") < told.index("Attempt 1") < told.index("the app proves it")


async def test_sensitive_values_are_on_no_page(database: Database, admin: Person) -> None:
    world = await open_world(database, Clock())
    await world.set_integration("""schema = '[{"name": "title", "sensitive": true}]'::jsonb""")
    await world.hire("ada", title="topsecret-1")
    await world.run()
    await world.change("ada", title="topsecret-2")
    await world.run()
    pages = [(await admin.get(f"/integrations/ledger/jobs/{job['id']}")).text for job in await world.jobs("ada")]
    assert not any("topsecret" in page for page in pages)
    assert "title (hidden) (hidden)" in text_of(pages[-1])
    assert "topsecret" not in (await admin.get("/integrations/ledger/activity?every=1")).text


async def test_a_failure_has_its_sentence_its_code_its_remedy_and_the_detail_folded(
    world: World, admin: Person
) -> None:
    path = await _fail(world)
    told = await _text(admin, path)
    assert "The app has no free seat: All 50 seats are taken. Buy seats or free one in the app" in told
    assert "no_seats" in told
    assert "Technical detail no_seats: All 50 seats are taken." in told


async def test_a_failed_job_is_tried_again(world: World, admin: Person) -> None:
    path = await _fail(world)
    answer = await admin.post(f"{path}/retry")
    assert (answer.status_code, answer.headers["location"]) == (303, path)
    assert (await world.job("ada"))["state"] == "queued"
    await world.run()
    told = await _text(admin, path)
    assert "Onboarded: ada" in told
    assert "Attempt 2" in told
    assert (await admin.post(f"{path}/retry")).status_code == 409


async def test_a_waiting_job_is_cancelled(world: World, admin: Person) -> None:
    await world.hire("ada")
    path = await _path(world)
    assert "Cancel the job of ada" in await _text(admin, path)
    await admin.post(f"{path}/cancel")
    assert (await world.job("ada"))["state"] == "cancelled"


async def test_a_job_done_by_hand_is_one_job_all_the_while_and_is_proven(world: World, admin: Person) -> None:
    path = await _fail(world)
    await admin.post(f"{path}/by-hand")
    [task] = await world.tasks()
    assert (task.kind.value, task.job_id) == ("act_by_hand", (await world.job("ada"))["id"])
    assert (await world.job("ada"))["state"] == "waiting"
    told = await _text(admin, path)
    assert "A person has to do this by hand in the app: The app has no free seat: All 50 seats are taken." in told
    await world.run()
    assert (await world.job("ada"))["state"] == "waiting"
    task_path = f"/integrations/ledger/tasks/{task.id}"
    await admin.post(f"{task_path}/done", {"note": "Freed Bob's seat"})
    await world.run()
    assert len(await world.jobs("ada")) == 1
    assert (await world.job("ada"))["state"] == "succeeded"
    told = await _text(admin, path)
    assert "Ada Lovelace did the task about ada: “Freed Bob's seat”." in told


async def test_only_a_failed_job_without_a_newer_one_is_handed_over(world: World, admin: Person) -> None:
    path = await _fail(world)
    await world.change("ada", title="Countess")
    assert (await admin.post(f"{path}/by-hand")).status_code == 409
    assert (await admin.post(f"{await _path(world)}/by-hand")).status_code == 409
    assert await world.tasks() == []


async def test_who_may_only_look_is_shown_no_button_and_let_do_nothing(world: World, signed_in: SignIn) -> None:
    path = await _fail(world)
    viewer = await signed_in(WorkspaceRole.MEMBER, on={world.integration.id: IntegrationRole.VIEWER})
    told = await _text(viewer, path)
    assert "Retry the job" not in told
    assert "Do it by hand" not in told.replace("Do it by hand in the app", "")
    for action in ("retry", "cancel", "by-hand"):
        assert (await viewer.post(f"{path}/{action}")).status_code == 403
    assert (await world.job("ada"))["state"] == "failed"
    manager = await signed_in(WorkspaceRole.MEMBER, on={world.integration.id: IntegrationRole.MANAGER})
    assert (await manager.post(f"{path}/retry")).status_code == 303


async def test_a_job_of_another_integration_is_not_found(world: World, admin: Person, database: Database) -> None:
    path = await _fail(world)
    await world.set_integration("slug = 'books'")
    other = await open_world(database, Clock())
    job = path.rpartition("/")[2]
    assert (await admin.get(f"/integrations/{other.integration.slug}/jobs/{job}")).status_code == 404
    assert (await admin.post(f"/integrations/{other.integration.slug}/jobs/{job}/retry")).status_code == 404
    assert (await admin.get("/integrations/books/jobs/nonsense")).status_code == 404
    assert (await admin.get(f"/integrations/books/jobs/{job}")).status_code == 200


async def test_the_part_that_is_read_anew_is_the_job_alone(world: World, admin: Person) -> None:
    path = await _fail(world)
    part = (await admin.get(path, fragment=True)).text
    assert "<html" not in part
    assert part.lstrip().startswith('<div id="job"')
