"""An account that was there before is found by the join attributes, and taken over only when it is sure."""

import pytest

from seatkeeper.core.errors import NotPossibleNowError
from seatkeeper.core.ids import Uid
from seatkeeper.operations.tasks import choose_account, make_new_account
from seatkeeper.spi.errors import AccountExistsError, TransientError
from tests.engine.world import OWNER, World


async def test_the_one_account_that_matches_is_adopted_and_updated(world: World) -> None:
    world.ledger.add("a.lovelace", mail="ADA@example.org", display="Old")
    await world.hire("ada")
    await world.run()
    assert world.ledger.names() == ["ada"]
    assert world.ledger.named("ada").attributes["display"] == "Ada"
    assert (await world.account("ada"))["uid"] == "1"
    assert await world.events() == ["account.adopted", "job.succeeded"]


async def test_join_attributes_are_tried_in_order(world: World) -> None:
    world.ledger.add("ada", mail="other@example.org")
    world.ledger.add("a.lovelace", mail="ada@example.org")
    await world.hire("ada")
    await world.run()
    assert (await world.account("ada"))["uid"] == "1"
    assert world.ledger.accounts[Uid("2")].name == "a.lovelace"


async def test_several_matches_wait_for_a_person_and_none_is_touched(world: World) -> None:
    world.ledger.add("one", mail="ada@example.org")
    world.ledger.add("two", mail="ada@example.org")
    await world.hire("ada")
    await world.run()
    assert world.ledger.names() == ["one", "two"]
    job = await world.job("ada")
    assert (job["state"], job["problem_code"]) == ("waiting", "ambiguous_match")
    [task] = await world.tasks()
    assert (task.kind, task.choices) == ("choose_account", ("1", "2"))


async def test_the_account_a_person_chose_is_the_one(world: World) -> None:
    world.ledger.add("one", mail="ada@example.org")
    world.ledger.add("two", mail="ada@example.org")
    await world.hire("ada")
    await world.run()
    async with world.database.transaction(OWNER) as tx:
        await choose_account(tx, await world.task(), "2")
    await world.run()
    assert world.ledger.accounts[Uid("2")].name == "ada"
    assert world.ledger.accounts[Uid("1")].name == "one"
    assert (await world.job("ada"))["state"] == "succeeded"
    assert await world.tasks() == []


async def test_a_new_account_is_made_where_a_person_says_that_none_fits(world: World) -> None:
    world.ledger.add("one", mail="ada@example.org")
    world.ledger.add("two", mail="ada@example.org")
    await world.hire("ada")
    await world.run()
    async with world.database.transaction(OWNER) as tx:
        await make_new_account(tx, await world.task())
    await world.run()
    assert world.ledger.names() == ["ada", "one", "two"]
    assert (await world.account("ada"))["uid"] == "3"
    assert (await world.job("ada"))["state"] == "succeeded"
    assert await world.tasks() == []


async def test_the_new_account_is_found_again_when_its_answer_was_lost(world: World) -> None:
    world.ledger.add("one", mail="ada@example.org")
    world.ledger.add("two", mail="ada@example.org")
    await world.hire("ada")
    await world.run()
    async with world.database.transaction(OWNER) as tx:
        await make_new_account(tx, await world.task())
    world.ledger.fail("create", TransientError("away"), late=True)
    await world.run()
    world.clock.advance(minutes=1)
    await world.run()
    assert world.ledger.names() == ["ada", "one", "two"]
    assert (await world.account("ada"))["uid"] == "3"


async def test_there_is_no_second_group_of_a_name(world: World) -> None:
    world.ledger.add_group("ops")
    world.ledger.add_group("ops")
    await world.form("ops")
    await world.run()
    [task] = await world.tasks()
    async with world.database.transaction(OWNER) as tx:
        with pytest.raises(NotPossibleNowError, match="choose one"):
            await make_new_account(tx, task.id)


async def test_an_ambiguity_that_clears_up_closes_its_task(world: World) -> None:
    world.ledger.add("one", mail="ada@example.org")
    world.ledger.add("two", mail="ada@example.org")
    await world.hire("ada")
    await world.run()
    del world.ledger.accounts[Uid("2")]
    await world.change("ada", title="Countess")
    await world.run()
    assert (await world.job("ada"))["state"] == "succeeded"
    assert await world.tasks() == []
    [task] = await world.rows("SELECT state FROM tasks")
    assert task["state"] == "obsolete"


async def test_asking_twice_opens_one_task(world: World) -> None:
    world.ledger.add("one", mail="ada@example.org")
    world.ledger.add("two", mail="ada@example.org")
    await world.hire("ada")
    await world.run()
    await world.change("ada", title="Countess")
    await world.run()
    assert len(await world.tasks()) == 1
    assert (await world.events()).count("task.opened") == 1


async def test_an_account_of_somebody_else_is_not_taken(world: World) -> None:
    await world.hire("ada")
    await world.run()
    await world.hire("eve", emails=[{"value": "ada@example.org"}])
    await world.run()
    job = await world.job("eve")
    assert (job["state"], job["problem_code"]) == ("failed", "account_taken")
    assert job["problem_detail"] == "The account ada belongs to ada."
    assert world.ledger.names() == ["ada"]


async def test_an_account_made_by_another_between_look_and_create_is_adopted(world: World) -> None:
    async def be_faster(call: str) -> None:
        if call == "create":
            world.ledger.before_call = None
            world.ledger.add("ada", mail="ada@example.org")

    world.ledger.before_call = be_faster
    await world.hire("ada")
    await world.run()
    assert world.ledger.names() == ["ada"]
    assert (await world.job("ada"))["state"] == "succeeded"
    assert (await world.account("ada"))["uid"] == "1"


async def test_a_name_that_is_taken_and_never_found_fails_with_the_reason(world: World) -> None:
    taken = AccountExistsError("The name ada is reserved.")
    world.ledger.fail("create", taken, taken, taken)
    await world.hire("ada")
    await world.run()
    job = await world.job("ada")
    assert (job["state"], job["problem_code"]) == ("failed", "account_exists")
    assert job["problem_detail"] == "The name ada is reserved."


@pytest.mark.parametrize("first", ["adopt", "create"])
async def test_two_people_never_get_the_same_account_within_a_run(world: World, first: str) -> None:
    if first == "adopt":
        world.ledger.add("shared", mail="shared@example.org")
    world.ledger.delay = 0.005
    await world.hire("ada", "eve", emails=[{"value": "shared@example.org"}])
    await world.run()
    world.clock.advance(hours=1)
    await world.run()
    uids = [row["uid"] for row in await world.rows("SELECT uid FROM accounts WHERE uid IS NOT NULL")]
    assert len(uids) == len(set(uids))
    assert all(account.name in {"ada", "eve"} for account in world.ledger.accounts.values())
    assert len({job["state"] for job in await world.jobs()} & {"succeeded"}) == 1
