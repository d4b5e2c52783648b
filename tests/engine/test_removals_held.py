"""No surprise removals: above the limit they wait for an Owner, and joiners keep flowing."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from seatkeeper.core.integrations import LeaverRule, Policy, RemovalLimit
from seatkeeper.engine.guard import exceeds
from seatkeeper.operations.tasks import approve_removals, decline_task
from seatkeeper.store.queries.due_jobs import Removals
from tests.engine.world import OWNER, World

MakeWorld = Callable[..., Awaitable[World]]

PEOPLE = [f"person{number}" for number in range(10)]
LIMIT = RemovalLimit(count=2, percent=20, window=timedelta(hours=1))


async def _company(make_world: MakeWorld, rule: LeaverRule = LeaverRule.DISABLE) -> World:
    world = await make_world(policy=Policy(leavers=rule, removals=LIMIT))
    await world.hire(*PEOPLE)
    await world.run()
    return world


def _active(world: World) -> int:
    return sum(account.active for account in world.ledger.accounts.values())


async def test_removals_above_the_limit_are_held_and_joiners_are_not(make_world: MakeWorld) -> None:
    world = await _company(make_world)
    await world.leave(*PEOPLE[:3])
    await world.hire("ada")
    ended = await world.run()
    assert _active(world) == 11
    assert (await world.job("ada"))["state"] == "succeeded"
    held = [job for job in await world.jobs() if job["held"]]
    assert [(job["state"], job["problem_code"]) for job in held] == [("waiting", "removals_held")] * 3
    [task] = await world.tasks()
    assert (task.kind, task.job_id, task.problem.code) == ("approve_removals", None, "removals_held")
    assert (await world.events()).count("removals.held") == 1
    assert not ended.again


async def test_removals_within_the_limit_are_carried_out(make_world: MakeWorld) -> None:
    world = await _company(make_world)
    await world.leave(*PEOPLE[:2])
    await world.run()
    assert _active(world) == 8
    assert await world.tasks() == []


async def test_removals_that_come_one_by_one_add_up_within_the_window(make_world: MakeWorld) -> None:
    world = await _company(make_world)
    for name in PEOPLE[:4]:
        await world.leave(name)
        await world.run()
    assert _active(world) == 8
    assert len(await world.tasks()) == 1
    assert (await world.events()).count("removals.held") == 1


async def test_removals_long_ago_do_not_count(make_world: MakeWorld) -> None:
    world = await _company(make_world)
    for name in PEOPLE[:4]:
        await world.leave(name)
        await world.run()
        world.clock.advance(hours=2)
    assert _active(world) == 6


async def test_held_removals_go_ahead_once_approved(make_world: MakeWorld) -> None:
    world = await _company(make_world)
    await world.leave(*PEOPLE[:5])
    await world.run()
    async with world.database.transaction(OWNER) as tx:
        assert await approve_removals(tx, await world.task()) == 5
    await world.run()
    assert _active(world) == 5
    assert await world.tasks() == []
    await world.leave(PEOPLE[5])
    await world.run()
    assert _active(world) == 4


async def test_held_removals_that_are_declined_are_not_carried_out(make_world: MakeWorld) -> None:
    world = await _company(make_world)
    await world.leave(*PEOPLE[:5])
    await world.run()
    async with world.database.transaction(OWNER) as tx:
        assert await decline_task(tx, await world.task()) == 5
    await world.run()
    assert _active(world) == 10


async def test_the_hold_ends_by_itself_when_everybody_comes_back(make_world: MakeWorld) -> None:
    world = await _company(make_world)
    await world.leave(*PEOPLE[:3])
    await world.run()
    for name in PEOPLE[:3]:
        await world.come_back(name)
    await world.run()
    await world.run()
    assert await world.tasks() == []
    assert _active(world) == 10


async def test_keeping_leavers_is_no_removal(make_world: MakeWorld) -> None:
    world = await _company(make_world, LeaverRule.KEEP)
    await world.leave(*PEOPLE)
    await world.run()
    assert await world.tasks() == []
    assert _active(world) == 10


async def test_removing_people_without_access_is_no_removal(make_world: MakeWorld) -> None:
    world = await _company(make_world)
    for name in PEOPLE[:3]:
        await world.leave(name)
        await world.run()
        world.clock.advance(hours=2)
    await world.remove(*PEOPLE[:3])
    await world.run()
    assert await world.tasks() == []
    assert (await world.states())[-3:] == ["unchanged"] * 3


async def test_an_account_somebody_enabled_by_hand_is_counted_before_it_is_disabled(make_world: MakeWorld) -> None:
    world = await _company(make_world)
    for name in PEOPLE[:3]:
        await world.leave(name)
        await world.run()
        world.clock.advance(hours=2)
    for name in PEOPLE[:3]:
        world.ledger.named(name).active = True
    await world.remove(*PEOPLE[:3])
    await world.run()
    assert _active(world) == 10
    assert len(await world.tasks()) == 1


@pytest.mark.parametrize(
    ("removals", "active", "above"),
    [(2, 5, False), (3, 5, True), (3, 15, False), (3, 14, True)],
)
def test_both_figures_of_the_limit_must_be_passed(removals: int, active: int, above: bool) -> None:
    counted = Removals(due=removals, running=0, held=0, done=0, active=active)
    assert exceeds(LIMIT, counted) is above
