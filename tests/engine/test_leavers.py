"""What becomes of the account of a person who leaves, by each rule, and of one who comes back."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.integrations import LeaverRule, Policy
from seatkeeper.engine.sweep import sweep
from tests.engine.ledger import without
from tests.engine.world import World, with_roles

MakeWorld = Callable[..., Awaitable[World]]


async def _world_with_ada(make_world: MakeWorld, rule: LeaverRule) -> World:
    world = await make_world(policy=Policy(leavers=rule, delete_after=timedelta(days=30)))
    await world.hire("ada", "grace")
    await world.run()
    return world


@pytest.mark.parametrize("goes", ["leave", "remove"])
async def test_a_leaver_is_disabled(make_world: MakeWorld, goes: str) -> None:
    world = await _world_with_ada(make_world, LeaverRule.DISABLE)
    await getattr(world, goes)("ada")
    await world.run()
    assert world.ledger.named("ada").active is False
    assert world.ledger.named("grace").active is True
    assert (await world.jobs())[-1]["state"] == "succeeded"
    [account] = await world.rows("SELECT * FROM accounts WHERE name = 'ada'")
    assert account["active"] is False
    assert account["disabled_at"] is not None
    assert account["delete_at"] is None


@pytest.mark.parametrize("goes", ["leave", "remove"])
async def test_a_leaver_is_deleted_where_the_rule_says_so(make_world: MakeWorld, goes: str) -> None:
    world = await _world_with_ada(make_world, LeaverRule.DELETE)
    await getattr(world, goes)("ada")
    await world.run()
    assert world.ledger.names() == ["grace"]
    [account] = await world.rows("SELECT * FROM accounts WHERE user_name_key = 'ada'")
    assert (account["uid"], account["active"]) == (None, None)


async def test_a_leaver_is_disabled_and_deleted_when_the_time_is_up(make_world: MakeWorld) -> None:
    world = await _world_with_ada(make_world, LeaverRule.DISABLE_THEN_DELETE)
    await world.leave("ada")
    await world.run()
    assert world.ledger.named("ada").active is False
    assert await sweep(world.engine) == []
    world.clock.advance(days=29)
    assert await sweep(world.engine) == []
    world.clock.advance(days=2)
    assert await sweep(world.engine) == [world.integration.id]
    await sweep(world.engine)
    await world.run()
    assert world.ledger.names() == ["grace"]
    assert await world.states() == ["succeeded"] * 4
    assert await sweep(world.engine) == []


async def test_a_deletion_that_fails_is_not_asked_for_at_every_sweep(make_world: MakeWorld) -> None:
    world = await _world_with_ada(make_world, LeaverRule.DISABLE_THEN_DELETE)
    await world.leave("ada")
    await world.run()
    world.clock.advance(days=31)
    world.ledger.fail("delete", RuntimeError("no"))
    for _ in range(3):
        await sweep(world.engine)
        await world.run()
    assert await world.states() == ["succeeded", "succeeded", "succeeded", "failed"]


async def test_a_person_who_comes_back_in_time_is_not_deleted(make_world: MakeWorld) -> None:
    world = await _world_with_ada(make_world, LeaverRule.DISABLE_THEN_DELETE)
    await world.leave("ada")
    await world.run()
    await world.come_back("ada")
    await world.run()
    assert (await world.account("ada"))["delete_at"] is None
    world.clock.advance(days=31)
    assert await sweep(world.engine) == []
    assert world.ledger.named("ada").active is True


async def test_a_person_who_is_assigned_again_has_no_date_of_deletion_any_more(make_world: MakeWorld) -> None:
    world = await _world_with_ada(make_world, LeaverRule.DISABLE_THEN_DELETE)
    await world.remove("ada")
    await world.run()
    [left] = await world.rows("SELECT * FROM accounts WHERE user_name_key = 'ada'")
    await world.hire("ada")
    assert left["delete_at"] is not None
    assert (await world.account("ada"))["delete_at"] is None


async def test_a_leaver_is_kept_where_the_rule_says_so(make_world: MakeWorld) -> None:
    world = await _world_with_ada(make_world, LeaverRule.KEEP)
    world.ledger.calls.clear()
    await world.leave("ada")
    await world.run()
    assert world.ledger.named("ada").active is True
    assert (await world.job("ada"))["state"] == "unchanged"
    assert world.ledger.calls == []


async def test_a_return_finds_attributes_and_roles(make_world: MakeWorld) -> None:
    world = await make_world(mapping=with_roles())
    await world.hire("ada", title="Countess", roles=[{"value": "editor"}])
    await world.run()
    await world.leave("ada")
    await world.run()
    assert world.ledger.named("ada").entitlements == {Entitlement("role", "editor")}
    world.ledger.calls.clear()
    await world.come_back("ada")
    await world.run()
    assert world.ledger.writes() == ["enable 1"]
    assert world.ledger.named("ada").active is True


async def test_a_person_who_was_removed_gets_the_old_account_back(world: World) -> None:
    await world.hire("ada")
    await world.run()
    await world.remove("ada")
    await world.run()
    await world.hire("ada", title="Countess")
    await world.run()
    assert world.ledger.names() == ["ada"]
    assert world.ledger.named("ada").active is True
    assert (await world.account("ada"))["uid"] == "1"


async def test_a_person_who_returns_under_another_name_takes_over_the_old_account(world: World) -> None:
    await world.hire("ada")
    await world.run()
    await world.remove("ada")
    await world.run()
    await world.hire("ada.king", emails=[{"value": "ada@example.org"}])
    await world.run()
    assert world.ledger.names() == ["ada.king"]
    assert world.ledger.named("ada.king").active is True
    assert (await world.account("ada.king"))["uid"] == "1"
    [left] = await world.rows("SELECT * FROM accounts WHERE user_id IS NULL")
    assert left["uid"] is None
    assert "account.adopted" in await world.events()


async def test_a_person_who_returns_while_the_removal_is_due_ends_up_with_access(world: World) -> None:
    await world.hire("ada")
    await world.run()
    world.ledger.delay = 0.01
    await world.remove("ada")
    await world.hire("ada.king", emails=[{"value": "ada@example.org"}])
    await world.run()
    assert world.ledger.named("ada.king").active is True
    assert (await world.account("ada.king"))["uid"] == "1"


async def test_leavers_go_before_joiners(make_world: MakeWorld) -> None:
    world = await make_world(policy=Policy(concurrency=1))
    await world.hire("ada", "bob")
    await world.run()
    world.ledger.calls.clear()
    await world.hire("carl", "dora")
    await world.leave("ada", "bob")
    await world.run()
    assert world.ledger.writes() == ["disable 1", "disable 2", "create carl", "create dora"]


async def test_a_leaver_who_never_had_an_account_leaves_no_trace(world: World) -> None:
    await world.hire("ada")
    await world.leave("ada")
    await world.run()
    assert world.ledger.names() == []
    assert (await world.job("ada"))["state"] == "unchanged"


async def test_an_app_that_cannot_tell_who_is_active_is_told_and_not_believed(world: World) -> None:
    world.ledger.unknown_activity = True
    await world.hire("ada")
    await world.run()
    await world.leave("ada")
    await world.run()
    assert world.ledger.named("ada").active is False
    job = await world.job("ada")
    assert job["state"] == "unverified"
    await world.remove("ada")
    await world.run()
    assert (await world.jobs())[-1]["state"] == "unverified"


async def test_what_the_app_cannot_do_becomes_a_task(make_world: MakeWorld) -> None:
    world = await _world_with_ada(make_world, LeaverRule.DELETE)
    world.ledger.abilities = without(world.ledger.abilities, deletes=False)
    await world.leave("ada")
    await world.run()
    assert world.ledger.named("ada").active is False
    job = await world.job("ada")
    assert (job["state"], job["problem_code"]) == ("waiting", "not_supported")
    [task] = await world.tasks()
    assert (task.kind, task.job_id, task.target) == ("act_by_hand", job["id"], "ada")
    assert (await world.events())[-2:] == ["job.waiting", "task.opened"]


async def test_a_person_who_is_hired_removed_and_hired_within_one_run_ends_up_with_access(world: World) -> None:
    async def go_and_return(call: str) -> None:
        if call == "read":
            world.ledger.before_call = None
            await world.remove("ada")
            await world.hire("ada.king", emails=[{"value": "ada@example.org"}])

    world.ledger.before_call = go_and_return
    await world.hire("ada")
    await world.run()
    assert world.ledger.names() == ["ada.king"]
    assert world.ledger.named("ada.king").active is True
    assert (await world.account("ada.king"))["uid"] == "1"
