"""The app's groups mirror those of the identity provider: its name, our people, and strangers stay."""

from collections.abc import Awaitable, Callable

import pytest

from seatkeeper.core.integrations import LeaverRule, Policy
from seatkeeper.spi.errors import AccountExistsError, TransientError
from tests.engine.ledger import without
from tests.engine.world import World

MakeWorld = Callable[..., Awaitable[World]]


async def test_a_group_is_made_with_its_members_in_one_call(world: World) -> None:
    await world.hire("ada", "bob", "carl")
    await world.form("ops", "ada", "bob")
    await world.run()
    assert world.ledger.group("ops") == {"ada", "bob"}
    assert [call for call in world.ledger.calls if call.startswith("change_members")] == [
        "change_members g4 +2 -0"
    ]
    assert (await world.job("ops"))["state"] == "succeeded"


async def test_members_are_added_once_they_have_an_account(world: World) -> None:
    world.ledger.fail("create", TransientError("Later."))
    await world.hire("ada")
    await world.form("ops", "ada")
    await world.run()
    assert world.ledger.group("ops") == set()
    world.clock.advance(minutes=1)
    await world.run()
    assert world.ledger.group("ops") == {"ada"}


async def test_a_group_that_was_there_is_adopted_and_strangers_stay(world: World) -> None:
    stranger = world.ledger.add("stranger")
    world.ledger.add_group("ops", stranger)
    await world.hire("ada")
    await world.form("ops", "ada")
    await world.run()
    assert world.ledger.group("ops") == {"ada", "stranger"}
    assert len(world.ledger.groups) == 1


async def test_members_come_and_go(world: World) -> None:
    await world.hire("ada", "bob", "carl")
    await world.form("ops", "ada", "bob")
    await world.run()
    await world.regroup("ops", add=["carl"], remove=["ada"])
    await world.run()
    assert world.ledger.group("ops") == {"bob", "carl"}
    assert world.ledger.calls[-2] == "change_members g4 +1 -1"


async def test_a_renamed_group_keeps_its_members(world: World) -> None:
    await world.hire("ada")
    await world.form("ops", "ada")
    await world.run()
    await world.regroup("ops", now_called="operations")
    await world.run()
    assert world.ledger.group("operations") == {"ada"}
    assert len(world.ledger.groups) == 1


async def test_a_group_made_here_goes_with_the_group(world: World) -> None:
    await world.hire("ada")
    await world.form("ops", "ada")
    await world.run()
    await world.disband("ops")
    await world.run()
    assert world.ledger.groups == {}
    assert world.ledger.names() == ["ada"]


async def test_a_group_that_was_there_before_is_only_emptied_of_our_people(world: World) -> None:
    stranger = world.ledger.add("stranger")
    world.ledger.add_group("ops", stranger)
    await world.hire("ada")
    await world.form("ops", "ada")
    await world.run()
    await world.disband("ops")
    await world.run()
    assert world.ledger.group("ops") == {"stranger"}
    await world.form("ops", "ada")
    await world.run()
    assert world.ledger.group("ops") == {"ada", "stranger"}


async def test_a_group_that_is_formed_again_is_made_again(world: World) -> None:
    await world.hire("ada")
    await world.form("ops", "ada")
    await world.run()
    await world.disband("ops")
    await world.form("ops", "ada")
    await world.run()
    assert world.ledger.group("ops") == {"ada"}
    assert len(world.ledger.groups) == 1


async def test_a_disabled_person_stays_a_member_for_a_return(world: World) -> None:
    await world.hire("ada")
    await world.form("ops", "ada")
    await world.run()
    await world.leave("ada")
    await world.regroup("ops", now_called="operations")
    await world.run()
    assert world.ledger.group("operations") == {"ada"}


async def test_a_removed_person_leaves_the_group(make_world: MakeWorld) -> None:
    world = await make_world(policy=Policy(leavers=LeaverRule.DISABLE))
    await world.hire("ada", "bob")
    await world.form("ops", "ada", "bob")
    await world.run()
    await world.remove("ada")
    await world.run()
    assert world.ledger.group("ops") == {"bob"}
    assert world.ledger.named("ada").active is False


async def test_a_group_that_vanished_is_made_again(world: World) -> None:
    await world.hire("ada", "bob")
    await world.form("ops", "ada")
    await world.run()
    world.ledger.groups.clear()
    await world.regroup("ops", add=["bob"])
    await world.run()
    assert world.ledger.group("ops") == {"ada", "bob"}


async def test_a_group_under_another_name_is_somebody_elses(world: World) -> None:
    await world.hire("ada", "bob")
    await world.form("ops", "ada")
    await world.run()
    [uid] = world.ledger.groups
    world.ledger.groups[uid].name, world.ledger.groups[uid].members = "board", set()
    await world.regroup("ops", add=["bob"])
    await world.run()
    assert world.ledger.group("board") == set()
    assert world.ledger.group("ops") == {"ada", "bob"}


async def test_several_groups_of_the_name_wait_for_a_person(world: World) -> None:
    world.ledger.add_group("ops")
    world.ledger.add_group("ops")
    await world.hire("ada")
    await world.form("ops", "ada")
    await world.run()
    job = await world.job("ops")
    assert (job["state"], job["problem_code"]) == ("waiting", "ambiguous_match")
    [task] = await world.tasks()
    assert task.choices == ("g1", "g2")


async def test_a_group_made_by_another_between_look_and_create_is_adopted(world: World) -> None:
    async def be_faster(call: str) -> None:
        if call == "create_group":
            world.ledger.before_call = None
            world.ledger.add_group("ops")

    world.ledger.before_call = be_faster
    await world.hire("ada")
    await world.form("ops", "ada")
    await world.run()
    assert world.ledger.group("ops") == {"ada"}


async def test_a_group_name_that_is_taken_and_never_found_fails(world: World) -> None:
    world.ledger.fail("create_group", AccountExistsError("The name ops is reserved."))
    await world.form("ops")
    await world.run()
    job = await world.job("ops")
    assert (job["state"], job["problem_code"]) == ("failed", "account_exists")


async def test_an_app_without_groups_is_left_alone(world: World) -> None:
    world.ledger.abilities = without(world.ledger.abilities, groups=False)
    await world.hire("ada")
    await world.form("ops", "ada")
    await world.run()
    assert world.ledger.groups == {}
    assert (await world.job("ops"))["state"] == "unchanged"


async def test_members_that_cannot_be_seen_are_set_and_said_to_be_unverified(world: World) -> None:
    world.ledger.abilities = without(world.ledger.abilities, reads_members=False)
    await world.hire("ada", "bob")
    await world.form("ops", "ada", "bob")
    await world.run()
    await world.regroup("ops", remove=["ada"])
    await world.run()
    assert world.ledger.group("ops") == {"bob"}
    assert (await world.job("ops"))["state"] == "unverified"


async def test_a_name_that_cannot_be_changed_is_left_to_a_person(world: World) -> None:
    await world.hire("ada", "bob")
    await world.form("ops", "ada")
    await world.run()
    world.ledger.abilities = without(world.ledger.abilities, renames_groups=False)
    await world.regroup("ops", add=["bob"], now_called="operations")
    await world.run()
    assert world.ledger.group("ops") == {"ada", "bob"}
    assert (await world.job("operations"))["state"] == "waiting"


@pytest.mark.slow
async def test_a_change_of_members_that_does_not_stick_is_no_success(world: World) -> None:
    async def forget(call: str) -> None:
        if call == "read_group":
            for group in world.ledger.groups.values():
                group.members.clear()

    await world.hire("ada")
    await world.form("ops", "ada")
    world.ledger.before_call = forget
    await world.run()
    job = await world.job("ops")
    assert (job["state"], job["problem_detail"]) == ("retrying", "members")


async def test_accounts_and_groups_are_never_worked_on_at_once(world: World) -> None:
    """A group that is read while a member is renamed looks as if that member were not in it."""
    people = [f"person{number:02}" for number in range(12)]
    await world.hire(*people)
    await world.form("ops", *people)
    await world.form("all", *people)
    await world.run()
    world.ledger.delay = 0.002
    for name in people[:6]:
        await world.change(name, now_called=f"{name}.new")
        await world.regroup("ops", remove=[f"{name}.new"])
    await world.run()
    assert world.ledger.group("ops") == set(people[6:])
    assert not world.ledger.has_mixed


async def test_members_are_taken_out_before_joiners_are_let_in(make_world: MakeWorld) -> None:
    world = await make_world(policy=Policy(concurrency=1))
    await world.hire("ada", "bob")
    await world.form("ops", "ada")
    await world.run()
    world.ledger.calls.clear()
    await world.hire("carl")
    await world.regroup("ops", add=["bob"])
    await world.regroup("ops", remove=["ada"])
    await world.leave("bob")
    await world.run()
    assert [call.split()[0] for call in world.ledger.writes()] == ["disable", "change_members", "create"]


async def test_a_group_the_app_takes_for_the_same_is_adopted_and_renamed(world: World) -> None:
    world.ledger.minds_case = False
    stranger = world.ledger.add("stranger")
    world.ledger.add_group("OPS", stranger)
    await world.hire("ada")
    await world.form("Ops", "ada")
    await world.run()
    assert world.ledger.group("Ops") == {"ada", "stranger"}
    assert (await world.job("Ops"))["state"] == "succeeded"


async def test_a_name_that_differs_in_case_is_accepted_where_it_cannot_be_changed(world: World) -> None:
    world.ledger.minds_case = False
    world.ledger.abilities = without(world.ledger.abilities, renames_groups=False)
    world.ledger.add_group("OPS")
    await world.hire("ada")
    await world.form("Ops", "ada")
    await world.run()
    assert world.ledger.group("OPS") == {"ada"}
    assert (await world.job("Ops"))["state"] == "succeeded"


async def test_a_group_of_exactly_the_name_goes_before_one_that_differs_in_case(world: World) -> None:
    world.ledger.add_group("OPS")
    world.ledger.add_group("Ops")
    world.ledger.minds_case = False
    await world.hire("ada")
    await world.form("Ops", "ada")
    await world.run()
    assert (world.ledger.group("OPS"), world.ledger.group("Ops")) == (set(), {"ada"})
