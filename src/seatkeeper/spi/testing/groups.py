"""Promises about groups. A check of an app without groups has nothing to check."""

from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError, UnsupportedError
from seatkeeper.spi.testing.harness import Trial, expect, expecting


async def _people(trial: Trial, count: int) -> list[Uid]:
    return [await trial.create() for _ in range(count)]


async def _found(trial: Trial, name: str) -> set[Uid]:
    return {group.uid for group in await trial.groups.find_groups(name)}


async def a_new_group_is_empty_and_found(trial: Trial) -> None:
    """A group is found by its exact name and no other, and starts without members."""
    if not trial.abilities.groups:
        return
    name = trial.stem()
    uid = await trial.create_group(name)
    await trial.create_group(f"{name} and more")
    seen = await trial.groups.read_group(uid)
    expect(seen is not None and (seen.uid, seen.name, seen.members) == (uid, name, frozenset()), f"reads {seen}")
    expect(await _found(trial, name) == {uid}, "find by name is not exact")
    expect(not await _found(trial, trial.stem()), "a name no group has finds one")
    await trial.expect_members(uid, set())


async def a_group_is_made_once(trial: Trial) -> None:
    """Creating a group of a taken name raises AccountExistsError, and there is still one."""
    if not trial.abilities.groups:
        return
    name = trial.stem()
    uid = await trial.create_group(name)
    with expecting(AccountExistsError, "creating a group of a taken name"):
        await trial.create_group(name)
    expect(await _found(trial, name) == {uid}, "there is a double")


async def members_come_and_go_in_batches(trial: Trial) -> None:
    """Members are added and taken away, many at once, and others stay."""
    if not trial.abilities.groups:
        return
    group, people = await trial.create_group(), await _people(trial, 6)
    await trial.groups.change_members(group, add=people[:5], remove=[])
    await trial.expect_members(group, set(people[:5]))
    await trial.groups.change_members(group, add=people[5:], remove=people[:3])
    await trial.expect_members(group, set(people[3:]))
    await trial.groups.change_members(group, add=[], remove=people)
    await trial.expect_members(group, set())


async def membership_may_be_asked_for_twice(trial: Trial) -> None:
    """Adding a member again and removing a stranger are success, also beside ones that change something."""
    if not trial.abilities.groups:
        return
    group, people = await trial.create_group(), await _people(trial, 4)
    await trial.groups.change_members(group, add=people[:2], remove=[])
    await trial.groups.change_members(group, add=people[:3], remove=[])
    await trial.expect_members(group, set(people[:3]))
    await trial.groups.change_members(group, add=[], remove=[people[3], people[0]])
    await trial.groups.change_members(group, add=[], remove=[people[0], people[3]])
    await trial.expect_members(group, set(people[1:3]))


async def a_renamed_group_keeps_its_members(trial: Trial) -> None:
    """A new name leaves Uid and members as they were; an app that cannot says so."""
    if not trial.abilities.groups:
        return
    group, people, name = await trial.create_group(), await _people(trial, 2), trial.stem()
    await trial.groups.change_members(group, add=people, remove=[])
    if not trial.abilities.renames_groups:
        with expecting(UnsupportedError, "renaming a group"):
            await trial.groups.rename_group(group, name)
        return
    for _ in range(2):
        await trial.groups.rename_group(group, name)
        expect(await _found(trial, name) == {group}, "the new name does not find the group")
        await trial.expect_members(group, set(people))


async def a_deleted_group_leaves_its_members(trial: Trial) -> None:
    """A deleted group is gone, every call about it says so, and its members are still there."""
    if not trial.abilities.groups:
        return
    name = trial.stem()
    group, people = await trial.create_group(name), await _people(trial, 1)
    await trial.groups.change_members(group, add=people, remove=[])
    await trial.groups.delete_group(group)
    expect(await trial.groups.read_group(group) is None, "a deleted group is still read")
    expect(not await _found(trial, name), "a deleted group is still found")
    await trial.read(people[0])
    with expecting(AccountNotFoundError, "deleting a group again"):
        await trial.groups.delete_group(group)
    with expecting(AccountNotFoundError, "adding to a deleted group"):
        await trial.groups.change_members(group, add=people, remove=[])


BODIES = (
    a_new_group_is_empty_and_found,
    a_group_is_made_once,
    members_come_and_go_in_batches,
    membership_may_be_asked_for_twice,
    a_renamed_group_keeps_its_members,
    a_deleted_group_leaves_its_members,
)
