"""Green means done: a job succeeds only when the account was read back and is as wanted."""

import pytest

from tests.engine.ledger import without
from tests.engine.world import World


async def test_an_app_that_shows_changes_a_little_later_is_read_until_it_does(world: World) -> None:
    world.ledger.lag = 2
    await world.hire("ada")
    await world.run()
    assert (await world.job("ada"))["state"] == "succeeded"
    assert world.ledger.calls.count("read 1") == 3


@pytest.mark.slow
async def test_a_value_the_app_ignores_is_named_and_never_a_success(world: World) -> None:
    world.ledger.ignored = {"title"}
    await world.hire("ada", title="Countess")
    await world.run()
    job = await world.job("ada")
    assert (job["state"], job["problem_code"], job["problem_detail"]) == ("retrying", "not_as_wanted", "title")
    for _ in range(2):
        world.clock.advance(minutes=1)
        await world.run()
    job = await world.job("ada")
    assert (job["state"], job["problem_code"], job["attempts"]) == ("failed", "not_as_wanted", 3)
    assert (await world.account("ada"))["uid"] == "1"


async def test_what_cannot_be_read_back_is_done_unverified(world: World) -> None:
    world.ledger.abilities = without(world.ledger.abilities, write_only=frozenset({"title"}))
    await world.hire("ada", title="Countess")
    await world.run()
    assert (await world.job("ada"))["state"] == "unverified"
    [event] = await world.rows("SELECT details FROM events WHERE kind = 'job.unverified'")
    assert event["details"]["unread"] == ["title"]


async def test_an_app_that_cannot_be_read_is_written_to_and_remembered(world: World) -> None:
    world.ledger.abilities = without(world.ledger.abilities, reads_back=False)
    await world.hire("ada", title="Analyst")
    await world.run()
    await world.change("ada", title="Countess")
    await world.run()
    await world.change("ada", nickName="Addie")
    await world.run()
    await world.leave("ada")
    await world.run()
    assert world.ledger.calls == ["create ada", "update 1 title", "disable 1"]
    assert await world.states() == ["unverified", "unverified", "unchanged", "unverified"]
    assert (await world.account("ada"))["active"] is False
