"""Accounts that do not arrive at once: the job stays open until the person has followed, and is no failure."""

from collections.abc import Awaitable, Callable

import pytest

from seatkeeper.core.accounts import Arrival
from tests.engine.ledger import without
from tests.engine.world import World, with_roles


async def _inviting(make_world: Callable[..., Awaitable[World]], **abilities: bool) -> World:
    world = await make_world(mapping=with_roles())
    more = {"withdraws_invitations": True, **abilities}
    world.ledger.abilities = without(world.ledger.abilities, arrival=Arrival.BY_INVITATION, **more)
    return world


@pytest.mark.parametrize("shows_invitations", [True, False])
async def test_a_person_is_invited_once_and_given_roles_once_they_have_joined(
    make_world: Callable[..., Awaitable[World]], shows_invitations: bool
) -> None:
    world = await _inviting(make_world, shows_invitations=shows_invitations)
    await world.hire("ada", roles=[{"value": "admin"}])
    await world.run()
    job, account = await world.job("ada"), await world.account("ada")
    assert (job["state"], job["problem_code"]) == ("retrying", "invited")
    assert (account["standing"], account["uid"]) == ("invited", "1")
    world.clock.advance(hours=7)
    await world.change("ada", title="Countess")
    await world.run()
    assert world.ledger.writes() == ["create ada"]
    world.ledger.accept("ada")
    world.clock.advance(hours=7)
    await world.run()
    job, account = await world.job("ada"), await world.account("ada")
    assert (job["state"], account["standing"], account["uid"]) == ("succeeded", None, "2")
    assert [grant.value for grant in world.ledger.named("ada").entitlements] == ["admin"]
    assert "account.adopted" not in await world.events()


async def test_whoever_does_not_accept_becomes_a_task_in_the_same_job(
    make_world: Callable[..., Awaitable[World]],
) -> None:
    world = await _inviting(make_world)
    await world.hire("ada")
    await world.run()
    world.clock.advance(days=15)
    await world.run()
    [task] = await world.tasks()
    assert (task.problem.code, task.job_id) == ("invited", (await world.job("ada"))["id"])
    assert len(await world.jobs()) == 1


@pytest.mark.parametrize("withdraws_invitations", [True, False])
async def test_a_leaver_who_is_only_invited_cannot_join_any_more(
    make_world: Callable[..., Awaitable[World]], withdraws_invitations: bool
) -> None:
    world = await _inviting(make_world, withdraws_invitations=withdraws_invitations)
    await world.hire("ada")
    await world.run()
    await world.leave("ada")
    await world.run()
    if withdraws_invitations:
        assert not world.ledger.invitations
        assert (await world.job("ada"))["state"] == "succeeded"
    else:
        [task] = await world.tasks()
        assert [each.what for each in task.work] == ["Take the invitation back"]


async def test_an_invitation_by_link_is_handed_on_by_a_person_first(
    make_world: Callable[..., Awaitable[World]],
) -> None:
    world = await _inviting(make_world, needs_forwarding=True)
    await world.hire("ada")
    await world.run()
    assert (await world.job("ada"))["state"] == "waiting"
    await world.done(await world.task())
    await world.run()
    assert (await world.job("ada"))["problem_code"] == "invited"


async def test_an_account_the_app_makes_at_the_first_sign_in_is_prepared_until_then(world: World) -> None:
    world.ledger.abilities = without(world.ledger.abilities, creates=False, arrival=Arrival.AT_FIRST_SIGN_IN)
    await world.hire("ada", title="Countess")
    await world.run()
    assert (await world.job("ada"))["problem_code"] == "prepared"
    assert world.ledger.writes() == []
    world.ledger.add("ada")
    world.clock.advance(hours=1)
    await world.run()
    assert (await world.job("ada"))["state"] == "succeeded"
    assert world.ledger.named("ada").attributes["title"] == "Countess"
