"""Promises about accounts."""

import asyncio

from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError
from seatkeeper.spi.testing.harness import Trial, expect, expecting

_HOSTILE = (
    '" or userName pr or userName eq "',
    "*",
    "*)(objectClass=*",
    "' or '1'='1",
    "a\\",
    "%",
    "a\nb",
    "../Groups",
)


def _name(trial: Trial, person: Attributes) -> str:
    return str(person[trial.name])


async def _found(trial: Trial, attribute: str, value: str) -> set[Uid]:
    return {account.uid for account in await trial.reads.find_accounts(attribute, value)}


async def a_created_account_is_read_back_equal(trial: Trial) -> None:
    """What is written on create is there: to the connector and to the witness."""
    person = trial.person()
    uid = await trial.create(person)
    seen = await trial.read(uid)
    trial.expect_same(seen.attributes, person)
    expect(seen.active in {True, None}, "a new account is not active")
    expect(seen.name.casefold() == _name(trial, person).casefold(), f"the Name reads {seen.name!r}")
    witnessed = await trial.witnessed(_name(trial, person))
    expect(witnessed.uid == uid, f"the app calls the account {witnessed.uid}, the connector {uid}")
    expect(witnessed.active in {True, None}, "the witness sees a new account that is not active")
    trial.expect_witnessed(witnessed, person)


async def creating_twice_makes_no_double(trial: Trial) -> None:
    """A second create of the same person raises AccountExistsError, and there is still one account."""
    person = trial.person()
    await trial.create(person)
    with expecting(AccountExistsError, "creating the same person again"):
        await trial.create(person)
    await trial.witnessed(_name(trial, person))


async def a_taken_name_is_not_taken_over(trial: Trial) -> None:
    """Creating somebody else under a taken name raises AccountExistsError and leaves the first as it was."""
    person = trial.person()
    await trial.create(person)
    with expecting(AccountExistsError, "creating somebody else under a taken name"):
        await trial.create({**trial.person(), trial.name: person[trial.name]})
    trial.expect_witnessed(await trial.witnessed(_name(trial, person)), person)


async def find_gives_exactly_the_one_asked_for(trial: Trial) -> None:
    """Names that contain the one asked for are not found with it, and nobody is found for a name nobody has."""
    stem = trial.stem()
    person, longer, prefixed = (trial.person(each) for each in (stem, f"{stem}x", f"x{stem}"))
    uid, *_ = [await trial.create(each) for each in (person, longer, prefixed)]
    expect(await _found(trial, trial.name, _name(trial, person)) == {uid}, "find by Name is not exact")
    nobody = _name(trial, trial.person())
    expect(not await _found(trial, trial.name, nobody), "a name nobody has finds somebody")


async def find_minds_case_as_declared(trial: Trial) -> None:
    """A name in other case finds the account just where abilities say that case is ignored."""
    person = trial.person()
    uid = await trial.create(person)
    wanted = {uid} if trial.name in trial.abilities.ignores_case else set()
    expect(
        await _found(trial, trial.name, _name(trial, person).swapcase()) == wanted, "find by a name in other case"
    )


async def find_works_by_any_readable_attribute(trial: Trial) -> None:
    """Accounts are found by each text attribute that can be read back, not by the Name alone."""
    person = trial.person()
    uid = await trial.create(person)
    for attribute, value in person.items():
        if attribute not in trial.abilities.write_only and isinstance(value, str):
            expect(uid in await _found(trial, attribute, value), f"the account is not found by {attribute}")


async def values_are_never_taken_for_syntax(trial: Trial) -> None:
    """Quotes, wildcards and operators in a value find nobody, and break nothing."""
    await trial.create()
    for value in _HOSTILE:
        expect(not await _found(trial, trial.name, value), f"the value {value!r} finds somebody")


async def an_update_changes_only_what_it_names(trial: Trial) -> None:
    """Named attributes change, all others stay, and doing it twice is harmless."""
    if not trial.abilities.updates:
        return
    person = trial.person()
    uid = await trial.create(person)
    before = (await trial.read(uid)).attributes
    for _ in range(2):
        await trial.updates.update_account(uid, trial.harness.changes)
        wanted = {**person, **trial.harness.changes}
        after = await trial.read(uid)
        trial.expect_same(after.attributes, wanted)
        trial.expect_witnessed(await trial.witnessed(_name(trial, person)), wanted)
        touched = {name for name in before if _is_about(name, trial.harness.changes)}
        trial.expect_same(after.attributes, {name: before[name] for name in before.keys() - touched})


def _is_about(name: str, changes: Attributes) -> bool:
    # A connector may show one value under several names, as ``emails`` and ``emails[type eq "work"].value``.
    return any(name == changed or name.startswith(f"{changed}[") for changed in changes)


async def none_empties_an_attribute(trial: Trial) -> None:
    """None takes a value away and leaves the others; doing it twice is harmless."""
    person, emptied = trial.person(), trial.harness.emptied
    if emptied is None or not trial.abilities.updates:
        return
    uid = await trial.create(person)
    for _ in range(2):
        await trial.updates.update_account(uid, {emptied: None})
        wanted = {**person, emptied: None}
        trial.expect_same((await trial.read(uid)).attributes, wanted)
        trial.expect_witnessed(await trial.witnessed(_name(trial, person)), wanted)


async def an_emptied_attribute_can_be_filled_again(trial: Trial) -> None:
    """A value that was taken away can be given again."""
    person, emptied = trial.person(), trial.harness.emptied
    if emptied is None or not trial.abilities.updates:
        return
    uid = await trial.create(person)
    await trial.updates.update_account(uid, {emptied: None})
    await trial.updates.update_account(uid, {emptied: person[emptied]})
    trial.expect_same((await trial.read(uid)).attributes, person)


async def a_rename_keeps_the_uid(trial: Trial) -> None:
    """A new Name leaves Uid and everything else as it was, and the old one is free."""
    if not trial.abilities.renames:
        return
    person, other = trial.person(), trial.person()
    uid = await trial.create(person)
    for _ in range(2):
        await trial.updates.update_account(uid, {trial.name: other[trial.name]})
        seen = await trial.read(uid)
        expect(seen.name.casefold() == _name(trial, other).casefold(), f"the Name reads {seen.name!r}")
        trial.expect_same(seen.attributes, {**person, trial.name: other[trial.name]})
    expect((await trial.witnessed(_name(trial, other))).uid == uid, "the renamed account has another Uid")
    expect(await _found(trial, trial.name, _name(trial, other)) == {uid}, "the new name does not find the account")
    expect(not await _found(trial, trial.name, _name(trial, person)), "the old name still finds somebody")


async def a_disabled_account_stays_readable(trial: Trial) -> None:
    """Switching off and on works, twice over, and a disabled account is read, found and listed."""
    if not trial.abilities.disables:
        return
    person = trial.person()
    uid = await trial.create(person)
    for active in (False, False, True, True, False):
        await trial.disables.set_active(uid, active=active)
        seen = await trial.read(uid)
        expect(seen.active in {active, None}, f"the account reads active={seen.active} after {active}")
        trial.expect_same(seen.attributes, person)
        expect((await trial.witnessed(_name(trial, person))).active in {active, None}, f"active is not {active}")
    expect(await _found(trial, trial.name, _name(trial, person)) == {uid}, "a disabled account is not found")
    listed = {account.uid async for account in trial.lists.list_accounts()}
    expect(uid in listed, "a disabled account is not listed")


async def a_deleted_account_is_gone(trial: Trial) -> None:
    """A deleted account is neither read nor found, every call about it says so, and its name is free."""
    if not trial.abilities.deletes:
        return
    person = trial.person()
    uid = await trial.create(person)
    await trial.deletes.delete_account(uid)
    expect(await trial.reads.read_account(uid) is None, "a deleted account is still read")
    expect(not await _found(trial, trial.name, _name(trial, person)), "a deleted account is still found")
    expect(not await trial.witness.find_accounts(_name(trial, person)), "the app still holds a deleted account")
    with expecting(AccountNotFoundError, "deleting again"):
        await trial.deletes.delete_account(uid)
    if trial.abilities.updates:
        with expecting(AccountNotFoundError, "updating a deleted account"):
            await trial.updates.update_account(uid, trial.harness.changes)
    if trial.abilities.disables:
        with expecting(AccountNotFoundError, "disabling a deleted account"):
            await trial.disables.set_active(uid, active=False)
    await trial.create(person)


async def a_name_is_no_uid(trial: Trial) -> None:
    """Reading by something that is a Name, and not a Uid, gives nobody."""
    person = trial.person()
    uid = await trial.create(person)
    if uid != _name(trial, person):
        expect(await trial.reads.read_account(Uid(_name(trial, person))) is None, "a Name is read as a Uid")


async def the_list_is_complete(trial: Trial) -> None:
    """Every account is listed once, over several pages, disabled ones too."""
    made = [await trial.create() for _ in range(7)]
    if trial.abilities.disables:
        await trial.disables.set_active(made[3], active=False)
    listed = [account.uid async for account in trial.lists.list_accounts()]
    expect(set(made) <= set(listed), f"{len(set(made) - set(listed))} of {len(made)} accounts are not listed")
    expect(len(listed) == len(set(listed)), "an account is listed twice")


async def several_tasks_share_a_session(trial: Trial) -> None:
    """Tasks that use one session at the same time do not disturb one another."""
    people = [trial.person() for _ in range(6)]
    uids = await asyncio.gather(*(trial.create(person) for person in people))
    if trial.abilities.updates:
        await asyncio.gather(*(trial.updates.update_account(uid, trial.harness.changes) for uid in uids))
        people = [{**person, **trial.harness.changes} for person in people]
    for person, seen in zip(people, await asyncio.gather(*map(trial.read, uids)), strict=True):
        trial.expect_same(seen.attributes, person)


BODIES = (
    a_created_account_is_read_back_equal,
    creating_twice_makes_no_double,
    a_taken_name_is_not_taken_over,
    find_gives_exactly_the_one_asked_for,
    find_minds_case_as_declared,
    find_works_by_any_readable_attribute,
    values_are_never_taken_for_syntax,
    an_update_changes_only_what_it_names,
    none_empties_an_attribute,
    an_emptied_attribute_can_be_filled_again,
    a_rename_keeps_the_uid,
    a_disabled_account_stays_readable,
    a_deleted_account_is_gone,
    a_name_is_no_uid,
    the_list_is_complete,
    several_tasks_share_a_session,
)
