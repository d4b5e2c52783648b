"""A person who is assigned gets an account, once, and it is proven by reading it back."""

import pytest

from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import TransientError
from tests.engine.world import World


async def test_a_joiner_gets_an_account_that_was_read_back(world: World) -> None:
    await world.hire("ada", title="Countess")
    ended = await world.run()
    account = world.ledger.named("ada")
    assert account.attributes == {
        "login": "ada",
        "mail": "ada@example.org",
        "display": "Ada",
        "title": "Countess",
    }
    job = await world.job("ada")
    assert (job["state"], job["kind"], job["attempts"], job["problem_code"]) == ("succeeded", "provision", 1, None)
    assert world.ledger.calls[-1] == "read 1"
    assert await world.events() == ["job.succeeded"]
    assert (ended.again, ended.next_due_at) == (False, None)


async def test_what_the_app_showed_is_kept(world: World) -> None:
    await world.hire("ada")
    await world.run()
    account = await world.account("ada")
    assert (account["uid"], account["name"], account["active"]) == ("1", "ada", True)
    assert account["attributes"] == {"login": "ada", "mail": "ada@example.org", "display": "Ada"}
    [attempt] = await world.attempts("ada")
    [line] = attempt["steps"]
    assert (attempt["outcome"], attempt["number"]) == ("succeeded", 1)
    assert (line["kind"], line["after"]["mail"]) == ("create", "ada@example.org")


async def test_many_joiners_are_carried_out_a_few_at_a_time(world: World) -> None:
    names = [f"person{number}" for number in range(60)]
    world.ledger.delay = 0.002
    await world.hire(*names)
    await world.run()
    assert world.ledger.names() == sorted(names)
    assert set(await world.states()) == {"succeeded"}
    assert world.ledger.busiest == world.integration.policy.concurrency


async def test_a_person_the_app_lacks_values_of_is_told_and_nobody_waits_for_it(world: World) -> None:
    await world.set_integration("mapping = jsonb_set(mapping, '{required}', '[\"login\", \"title\"]')")
    await world.hire("ada")
    await world.hire("grace", title="Admiral")
    await world.run()
    job = await world.job("ada")
    assert (job["state"], job["problem_code"], job["problem_detail"]) == ("failed", "required_missing", "title")
    assert (await world.job("grace"))["state"] == "succeeded"
    assert world.ledger.names() == ["grace"]


async def test_nothing_is_done_for_what_is_as_wanted_already(world: World) -> None:
    await world.hire("ada")
    await world.run()
    world.ledger.calls.clear()
    await world.change("ada", nickName="Addie")
    await world.run()
    assert (await world.job("ada"))["state"] == "unchanged"
    assert world.ledger.calls == ["read 1"]
    assert (await world.events())[-1] == "job.unchanged"


async def test_a_lost_answer_to_a_create_makes_no_second_account(world: World) -> None:
    world.ledger.fail("create", TransientError("The connection broke."), late=True)
    await world.hire("ada")
    await world.run()
    assert (await world.job("ada"))["state"] == "retrying"
    world.clock.advance(minutes=1)
    await world.run()
    assert world.ledger.names() == ["ada"]
    assert (await world.job("ada"))["state"] == "unchanged"
    assert (await world.account("ada"))["uid"] == "1"


async def test_a_leaver_is_found_although_the_answer_to_its_create_was_lost(world: World) -> None:
    world.ledger.fail("create", TransientError("The connection broke."), late=True)
    await world.hire("ada")
    await world.run()
    await world.remove("ada")
    await world.run()
    assert world.ledger.named("ada").active is False


async def test_an_account_that_vanished_is_made_again(world: World) -> None:
    await world.hire("ada")
    await world.run()
    del world.ledger.accounts[Uid("1")]
    await world.change("ada", title="Countess")
    await world.run()
    assert (await world.job("ada"))["state"] == "succeeded"
    assert (await world.account("ada"))["uid"] == "2"


async def test_an_id_that_was_given_out_again_leads_to_nobody_else(world: World) -> None:
    await world.hire("ada")
    await world.run()
    world.ledger.accounts.clear()
    world.ledger.add("bob", uid="1", mail="bob@example.org")
    await world.change("ada", title="Countess")
    await world.run()
    assert world.ledger.accounts[Uid("1")].attributes == {"login": "bob", "mail": "bob@example.org"}
    assert world.ledger.named("ada").attributes["title"] == "Countess"


@pytest.mark.slow
async def test_an_id_that_came_to_another_person_of_ours_leaves_the_first_one_to_be_made_anew(
    world: World,
) -> None:
    await world.hire("ada")
    await world.run()
    world.ledger.accounts.clear()
    world.ledger.next_uid = 1
    await world.hire("bob")
    await world.run()
    assert (await world.account("bob"))["uid"] == "1"
    assert world.ledger.names() == ["ada", "bob"]
    assert (await world.account("ada"))["uid"] == "2"
