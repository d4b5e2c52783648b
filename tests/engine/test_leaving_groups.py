"""An app that keeps the ids of deleted accounts in its groups keeps none of ours."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from seatkeeper.core.integrations import LeaverRule, Policy, RemovalLimit, RetryRule
from seatkeeper.engine.sweep import sweep
from seatkeeper.spi.errors import RejectedError, TransientError
from tests.engine.ledger import without
from tests.engine.world import World

MakeWorld = Callable[..., Awaitable[World]]


async def _world(make_world: MakeWorld, rule: LeaverRule = LeaverRule.DELETE) -> World:
    """Ada, Bob and Carl are in *ops*, of an app without referential integrity."""
    retries = RetryRule(first=timedelta(milliseconds=1), ceiling=timedelta(milliseconds=2))
    world = await make_world(policy=Policy(leavers=rule, removals=RemovalLimit(count=100), retries=retries))
    world.ledger.forgets_members = False
    await world.hire("ada", "bob", "carl")
    await world.form("ops", "ada", "bob", "carl")
    await world.run()
    world.ledger.calls.clear()
    return world


@pytest.mark.parametrize("goes", ["leave", "remove"])
async def test_a_leaver_is_taken_out_of_the_groups_before_the_account_is_deleted(
    make_world: MakeWorld, goes: str
) -> None:
    world = await _world(make_world)
    await getattr(world, goes)("ada")
    await world.run()
    assert world.ledger.group("ops") == {"bob", "carl"}
    assert world.ledger.names() == ["bob", "carl"]
    assert world.ledger.writes() == ["change_members g4 +0 -1", "delete 1"]


async def test_a_disabled_leaver_stays_in_the_groups_until_the_account_is_deleted(make_world: MakeWorld) -> None:
    world = await _world(make_world, LeaverRule.DISABLE_THEN_DELETE)
    await world.leave("ada")
    await world.run()
    assert world.ledger.group("ops") == {"ada", "bob", "carl"}
    world.clock.advance(days=31)
    await sweep(world.engine)
    await world.run()
    assert world.ledger.group("ops") == {"bob", "carl"}


async def test_leavers_of_one_group_leave_it_one_after_the_other(make_world: MakeWorld) -> None:
    world = await _world(make_world)
    world.ledger.delay = 0.002
    await world.leave("ada", "bob", "carl")
    await world.run()
    assert world.ledger.group("ops") == set()
    assert world.ledger.names() == []


@pytest.mark.parametrize("late", [False, True])
@pytest.mark.parametrize("call", ["change_members", "delete"])
async def test_what_is_cut_off_in_the_middle_leaves_nobody_behind(
    make_world: MakeWorld, call: str, late: bool
) -> None:
    world = await _world(make_world)
    await world.remove("ada")
    world.ledger.fail(call, TransientError("away"), late=late)
    await world.run()
    world.clock.advance(minutes=1)
    await world.run()
    assert world.ledger.group("ops") == {"bob", "carl"}
    assert world.ledger.names() == ["bob", "carl"]
    assert (await world.job("ada"))["state"] in {"succeeded", "unchanged"}


async def test_a_member_who_was_to_be_taken_out_by_a_job_that_failed_is_taken_out(make_world: MakeWorld) -> None:
    world = await _world(make_world)
    world.ledger.fail("change_members", RejectedError("not today"))
    await world.regroup("ops", remove=["ada"])
    await world.run()
    assert (await world.job("ops"))["state"] == "failed"
    await world.leave("ada")
    await world.run()
    assert world.ledger.group("ops") == {"bob", "carl"}
    assert world.ledger.names() == ["bob", "carl"]


async def test_a_leaver_whom_a_group_does_not_let_go_is_disabled_meanwhile(make_world: MakeWorld) -> None:
    world = await _world(make_world)
    world.ledger.fail("change_members", RejectedError("The group is frozen."))
    await world.leave("ada")
    await world.run()
    assert world.ledger.named("ada").active is False
    job = await world.job("ada")
    assert (job["state"], job["problem_detail"]) == ("failed", "The group is frozen.")


@pytest.mark.slow
async def test_a_group_that_keeps_a_member_against_its_word_is_no_success(make_world: MakeWorld) -> None:
    async def keep(call: str) -> None:
        if call == "read_group":
            for group in world.ledger.groups.values():
                group.members.add(ada)

    world = await _world(make_world)
    ada = next(uid for uid, account in world.ledger.accounts.items() if account.name == "ada")
    world.ledger.before_call = keep
    await world.leave("ada")
    await world.run()
    assert world.ledger.named("ada").active is False
    job = await world.job("ada")
    assert (job["state"], job["problem_code"]) == ("failed", "not_as_wanted")
    assert job["problem_detail"] == "members of the group ops"


async def test_an_app_that_shows_no_members_is_asked_to_take_the_account_out(make_world: MakeWorld) -> None:
    world = await _world(make_world)
    world.ledger.abilities = without(world.ledger.abilities, reads_members=False)
    await world.leave("ada")
    await world.run()
    assert world.ledger.group("ops") == {"bob", "carl"}


async def test_a_group_that_vanished_keeps_nobody(make_world: MakeWorld) -> None:
    world = await _world(make_world)
    world.ledger.groups.clear()
    await world.leave("ada")
    await world.run()
    assert world.ledger.names() == ["bob", "carl"]
    assert (await world.job("ada"))["state"] == "succeeded"
