"""Tasks: what waits for whom, and the answers people give."""

import re

import httpx
import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.integrations import Policy, RemovalLimit
from seatkeeper.core.problems import ProblemCode
from seatkeeper.operations.tasks import hand_over_job
from seatkeeper.spi.errors import RejectedError
from seatkeeper.store.database import Database
from seatkeeper.web.security import CSRF_FIELD, csrf_token
from tests.engine.world import OWNER, Clock, World, open_world
from tests.web.conftest import SignIn
from tests.web.people import Person
from tests.web.reading import text_of


@pytest.fixture
async def world(database: Database) -> World:
    limit = RemovalLimit(count=1, percent=1)
    return await open_world(database, Clock(), policy=Policy(removals=limit))


async def _handed_over(world: World, name: str = "ada") -> str:
    await world.hire(name)
    world.ledger.fail("create", RejectedError("no", code=ProblemCode.NO_SEATS))
    await world.run()
    async with world.database.transaction(OWNER) as tx:
        return f"/integrations/ledger/tasks/{await hand_over_job(tx, (await world.job(name))['id'])}"


async def _ambiguous(world: World) -> str:
    for name in ("ada1", "ada2"):
        world.ledger.add(name, mail="ada@example.org")
    await world.hire("ada")
    await world.run()
    return f"/integrations/ledger/tasks/{await world.task()}"


async def _held(world: World) -> str:
    await world.hire("ada", "bob", "eve")
    await world.run()
    await world.leave("ada", "bob")
    await world.run()
    return f"/integrations/ledger/tasks/{await world.task()}"


async def test_an_account_is_chosen_among_those_that_match(world: World, admin: Person) -> None:
    path = await _ambiguous(world)
    task = (await world.tasks())[0]
    page = (await admin.get(path)).text
    assert "Which account is ada?" in text_of(page)
    assert all(f'value="{uid}"' in page for uid in task.choices)
    refused = await admin.post(f"{path}/choose", {"uid": "stranger"})
    assert refused.status_code == 422
    assert "stranger is not among the accounts" in text_of(refused.text)
    assert (await admin.post(f"{path}/choose", {"uid": task.choices[1]})).status_code == 303
    await world.run()
    assert (await world.account("ada"))["uid"] == task.choices[1]


async def test_a_new_account_is_made_where_none_is_right(world: World, admin: Person) -> None:
    path = await _ambiguous(world)
    await admin.post(f"{path}/choose", {"new": "1"})
    await world.run()
    assert (await world.account("ada"))["uid"] not in (await _closed(world))
    assert (await world.job("ada"))["state"] == "succeeded"


async def _closed(world: World) -> list[str]:
    [row] = await world.rows("SELECT choices FROM tasks")
    return list(row["choices"])


async def test_held_removals_are_shown_by_name_and_approved(world: World, admin: Person) -> None:
    path = await _held(world)
    told = text_of((await admin.get(path)).text)
    assert "May these accounts be removed?" in told
    assert "Remove 2 accounts" in told
    assert "ada" in told
    assert "eve" not in told.partition("Who would be removed")[2]
    await admin.post(f"{path}/approve")
    await world.run()
    assert (await world.job("ada"))["state"] == (await world.job("bob"))["state"] == "succeeded"


async def test_held_removals_are_declined_with_a_reason(world: World, admin: Person) -> None:
    path = await _held(world)
    await admin.post(f"{path}/decline", {"reason": "A mistake <of ours>"})
    assert (await world.job("ada"))["state"] == "cancelled"
    page = (await admin.get(path)).text
    assert "closed now by Ada Lovelace: “A mistake <of ours>”" in text_of(page).replace("0 s ago", "now")
    assert "<of ours>" not in page
    assert (await admin.post(f"{path}/approve")).status_code == 409


async def test_a_note_that_is_too_long_is_refused_and_nothing_happens(world: World, admin: Person) -> None:
    path = await _handed_over(world)
    refused = await admin.post(f"{path}/done", {"note": "x" * 1001})
    assert refused.status_code == 422
    assert "Keep the note within 1000 characters." in refused.text
    assert len(await world.tasks()) == 1


async def test_tasks_are_given_to_those_who_may_answer_them(
    world: World, admin: Person, signed_in: SignIn
) -> None:
    path = await _handed_over(world)
    here = world.integration.id
    manager = await signed_in(WorkspaceRole.MEMBER, on={here: IntegrationRole.MANAGER})
    viewer = await signed_in(WorkspaceRole.MEMBER, on={here: IntegrationRole.VIEWER})
    assert (await admin.post(f"{path}/assign", {"member": str(viewer.member.id)})).status_code == 422
    assert (await admin.post(f"{path}/assign", {"member": "nobody"})).status_code == 422
    await admin.post(f"{path}/assign", {"member": str(manager.member.id)})
    assert path in (await manager.get("/tasks?whose=mine")).text
    assert path not in (await manager.get("/tasks?whose=unassigned")).text
    assert path not in (await admin.get("/tasks?whose=mine")).text
    await manager.post(f"{path}/assign", {"member": ""})
    assert path in (await manager.get("/tasks?whose=unassigned")).text


async def test_everybody_sees_and_counts_the_tasks_of_their_integrations(
    world: World, admin: Person, signed_in: SignIn
) -> None:
    path = await _handed_over(world)
    owner = await signed_in(WorkspaceRole.MEMBER, on={world.integration.id: IntegrationRole.OWNER})
    nobody = await signed_in(WorkspaceRole.MEMBER)
    for person in (admin, owner):
        page = (await person.get("/tasks")).text
        assert path in page
        assert "Tasks 1 open" in text_of(page)
    page = (await nobody.get("/tasks")).text
    assert path not in page
    assert "Nothing waits for a person" in page
    assert (await nobody.get(path)).status_code == 404
    await owner.post(f"{path}/done")
    assert path not in (await owner.get("/tasks")).text
    assert path in (await owner.get("/tasks?closed=1")).text


async def test_who_may_only_look_answers_nothing(world: World, signed_in: SignIn) -> None:
    path = await _handed_over(world)
    viewer = await signed_in(WorkspaceRole.MEMBER, on={world.integration.id: IntegrationRole.VIEWER})
    assert "Only Owners and Managers" in (await viewer.get(path)).text
    for answer in ("choose", "approve", "done", "decline", "assign"):
        assert (await viewer.post(f"{path}/{answer}")).status_code == 403
    assert len(await world.tasks()) == 1


async def test_a_task_of_another_integration_is_not_found(world: World, admin: Person, database: Database) -> None:
    path = await _handed_over(world)
    await world.set_integration("slug = 'books'")
    await open_world(database, Clock())
    assert (await admin.get(path)).status_code == 404
    assert (await admin.post(f"{path}/done")).status_code == 404
    assert len(await world.tasks()) == 1


async def test_many_tasks_are_paged(world: World, admin: Person) -> None:
    await world.rows(
        "INSERT INTO tasks (id, integration_id, kind, state, problem_code, problem_detail, choices, opened_at)"
        " SELECT uuidv7(), %s, 'act_by_hand', 'open', 'person_needed', n::text, '[]', now()"
        " FROM generate_series(1, 60) n RETURNING id",
        world.integration.id,
    )
    first = (await admin.get("/tasks")).text
    assert first.count('<li id="k') == 50
    older = first.partition('rel="next" href="')[2].partition('"')[0].replace("&amp;", "&")
    assert (await admin.get(older)).text.count('<li id="k') == 10


async def test_a_task_says_what_to_do_and_keeps_small_files_as_evidence(world: World, admin: Person) -> None:
    path = await _handed_over(world, "a<b>da")
    page = (await admin.get(path)).text
    assert "Create an account with these values" in page
    assert 'data-copy="a&lt;b&gt;da"' in page
    assert "<b>da" not in page
    picture = b"\x89PNG\r\n\x1a\n" + b"\0" * 100
    refused = {"page.png": b"<script>", "big.png": picture + b"\0" * 950_000, "none.png": b""}
    for name, content in refused.items():
        assert (await _upload(admin, path, name, content)).status_code == 422
    assert (await _upload(admin, path, "..\\seen & <done>.png", picture)).status_code == 303
    [file] = re.findall(
        r'href="([^"]*/files/[^"]*)" download>seen &amp; &lt;done&gt;.png', (await admin.get(path)).text
    )
    given = await admin.get(file)
    assert given.content == picture
    assert given.headers["content-disposition"].startswith("attachment;")
    assert "sandbox" in given.headers["content-security-policy"]


async def _upload(person: Person, path: str, name: str, content: bytes) -> httpx.Response:
    form = {CSRF_FIELD: csrf_token(person.secret)}
    return await person.client.post(f"{path}/files", data=form, files={"file": (name, content, "image/png")})
