"""What the app's connector cannot do is done by people, in the same job, and looked at afterwards."""

import json
from dataclasses import replace
from typing import Any

import pytest

from seatkeeper.connectors.manual import connector as manual
from seatkeeper.core.errors import NotAllowedError
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.handwork import HandValue
from seatkeeper.core.ids import JobId, TaskId
from seatkeeper.core.tasks import TaskKind
from seatkeeper.engine.sweep import sweep
from seatkeeper.operations.tasks import complete_task, decline_task, hand_over_job
from seatkeeper.spi.errors import RejectedError
from tests.engine.ledger import without
from tests.engine.world import OWNER, World

_MAPPING = {
    "attributes": {"login": "user.userName", "title": "user.title"},
    "entitlements": [{"type": "role", "values": "user.roles.map(role, role.value)", "per_group": False}],
    "join": ["login"],
    "required": ["login"],
}
_SETTING_UP = "connector = 'manual', settings = %s::jsonb, mapping = %s::jsonb"
BOB = Origin(ActorKind.PERSON, "bob", "req-3")


async def test_an_account_made_by_hand_is_found_and_the_job_goes_on_with_it(world: World) -> None:
    world.ledger.abilities = without(world.ledger.abilities, creates=False)
    await world.hire("ada", title="Countess")
    await world.run()
    [task] = await world.tasks()
    [work] = task.work
    assert HandValue("title", "Countess") in work.values
    await world.done(task.id)
    await world.run()
    [again] = await world.tasks()
    assert (again.problem.code, again.problem.detail) == ("not_done", "olga, account")
    world.ledger.add("ada")
    await world.done(again.id)
    await world.run()
    assert await world.states() == ["succeeded"]
    assert world.ledger.named("ada").attributes["title"] == "Countess"
    [event] = await world.rows("SELECT details FROM events WHERE kind = 'job.succeeded'")
    assert event["details"]["by"] == "olga"


async def test_a_newer_wish_forgets_what_was_said_of_an_older_one(world: World) -> None:
    world.ledger.abilities = without(world.ledger.abilities, updates=False)
    await world.hire("ada", title="Analyst")
    await world.run()
    await world.change("ada", title="Countess")
    await world.run()
    await world.done(await world.task())
    await world.change("ada", title="Countess of Lovelace")
    await world.run()
    [task] = await world.tasks()
    assert task.problem.code == "not_supported"
    assert HandValue("title", "Countess of Lovelace", "Analyst") in task.work[0].values


async def test_a_failed_job_done_by_hand_stays_one_job_and_says_what_is_to_be_done(world: World) -> None:
    world.ledger.fail("create", *[RejectedError("no seats left")] * 2)
    await world.hire("ada", title="Countess")
    await world.run()
    job_id = JobId((await world.job("ada"))["id"])
    async with world.database.transaction(OWNER) as tx:
        task_id = await hand_over_job(tx, job_id)
    [task] = await world.tasks()
    assert HandValue("title", "Countess") in task.work[0].values
    await world.done(task_id)
    await world.run()
    [task] = await world.tasks()
    assert task.problem.code == "not_done"
    world.ledger.add("ada", title="Countess", mail="ada@example.org", display="Ada")
    await world.done(task.id)
    await world.run()
    assert await world.states() == ["succeeded"]
    assert world.ledger.writes() == ["create ada", "create ada"]


async def test_where_nobody_can_look_a_persons_word_is_taken_with_their_name(world: World) -> None:
    world.ledger.fail("find", *[RejectedError("you may not read")] * 9)
    await world.hire("ada")
    await world.run()
    job_id = JobId((await world.job("ada"))["id"])
    async with world.database.transaction(OWNER) as tx:
        task_id = await hand_over_job(tx, job_id)
    await world.done(task_id)
    await world.run()
    assert await world.states() == ["unverified"]
    [event] = await world.rows("SELECT details FROM events WHERE kind = 'job.unverified'")
    assert event["details"]["by"] == "olga"


async def _by_hand(world: World, **settings: Any) -> None:
    world.engine = replace(world.engine, connectors={"manual": manual})
    await world.set_integration(
        "connector = 'manual', settings = %s::jsonb, mapping = %s::jsonb",
        json.dumps(settings),
        json.dumps(_MAPPING),
    )


async def test_an_app_without_any_interface_is_administered_by_people(world: World) -> None:
    await _by_hand(world, creating="Enter ${account.login} under *Staff*", due_after_days=1)
    await world.hire("a_da*", title="Analyst", roles=[{"value": "admin"}])
    await world.run()
    [task] = await world.tasks()
    create, give = task.work
    assert (create.what, give.what) == (
        "Create an account with these values",
        "Give the account what is named here",
    )
    assert task.work[0].text == r"Enter a\_da\* under *Staff*"
    world.clock.advance(hours=25)
    await sweep(world.engine)
    await sweep(world.engine)
    assert (await world.events()).count("task.overdue") == 1
    await world.done(task.id)
    await world.run()
    assert (await world.account("a_da*"))["uid"] == "a_da*"
    await world.change("a_da*", title="Countess")
    await world.run()
    [task] = await world.tasks()
    assert task.work[0].values == (HandValue("account", "a_da*"), HandValue("title", "Countess", "Analyst"))
    await world.done(task.id)
    await world.run()
    await world.leave("a_da*")
    await world.run()
    await world.done(await world.task())
    await world.run()
    assert await world.states() == ["unverified"] * 3
    assert (await world.account("a_da*"))["active"] is False


async def test_with_two_pairs_of_eyes_it_counts_once_another_person_has_looked(world: World) -> None:
    await _by_hand(world, check="second-person")
    await world.hire("ada")
    await world.run()
    await world.done(await world.task())
    [task] = await world.tasks()
    assert (task.kind, task.problem.detail) == (TaskKind.CONFIRM, "olga")
    with pytest.raises(NotAllowedError):
        await world.done(task.id)
    async with world.database.transaction(BOB) as tx:
        await decline_task(tx, task.id, "the name is misspelt")
    [task] = await world.tasks()
    assert (task.kind, task.problem.detail) == (TaskKind.ACT_BY_HAND, "the name is misspelt")
    await world.done(task.id)
    async with world.database.transaction(BOB) as tx:
        await complete_task(tx, TaskId((await world.tasks())[0].id))
    await world.run()
    assert await world.states() == ["unverified"]
    [event] = await world.rows("SELECT details FROM events WHERE kind = 'job.unverified'")
    assert event["details"]["by"] == "olga, confirmed by bob"
