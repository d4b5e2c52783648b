"""The fault kit: what a connector promises while the app, or the way to it, goes wrong.

It passes when no account is doubled or lost and no success is told that the app does not show. Every call is
tried with the fault at its first exchange, at its second, and so on, until the call no longer meets it.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, replace
from typing import TypeAlias

from seatkeeper.core.ids import Uid
from seatkeeper.spi.connector import DeletesAccounts
from seatkeeper.spi.errors import AccountNotFoundError, ConnectorError, TransientError
from seatkeeper.spi.testing.doorways import Fault
from seatkeeper.spi.testing.harness import PromiseBrokenError, Trial, expect
from seatkeeper.spi.testing.ordeals import (
    MOST_TURNS,
    Attempt,
    FaultHarness,
    Ordeal,
    Prepared,
    ordeal_of,
    told_by,
    warm,
)

Body: TypeAlias = Callable[[Ordeal], Awaitable[None]]


async def _somebody(ordeal: Ordeal) -> Prepared:
    person = ordeal.straight.person()
    return Prepared(person, await ordeal.straight.create(person))


async def _nobody(ordeal: Ordeal) -> Prepared:
    return Prepared(ordeal.straight.person())


def _uid(prepared: Prepared) -> Uid:
    assert prepared.uid is not None
    return prepared.uid


def _name(ordeal: Ordeal, prepared: Prepared) -> str:
    return str(prepared.person[ordeal.straight.name])


async def _is_there_once(ordeal: Ordeal, prepared: Prepared) -> bool:
    found = await ordeal.straight.witness.find_accounts(_name(ordeal, prepared))
    expect(len(found) <= 1, f"the app holds {len(found)} accounts named {_name(ordeal, prepared)}")
    if found:
        ordeal.straight.expect_witnessed(found[0], prepared.person)
    return bool(found)


async def a_create_that_goes_wrong_makes_no_double(ordeal: Ordeal) -> None:
    """Whatever becomes of a create or its answer, trying again ends in one whole account."""
    made: list[Prepared] = []

    async def prepare(_: Ordeal) -> Prepared:
        made.append(await _nobody(ordeal))
        return made[-1]

    async def create(trial: Trial, prepared: Prepared) -> None:
        await trial.creates.create_account(prepared.person)

    try:
        await ordeal.each_fault(Attempt(prepare, create, _is_there_once))
    finally:
        await _clear(ordeal, made)


async def an_update_that_goes_wrong_is_told(ordeal: Ordeal) -> None:
    """An update that is told as done is done, and one that failed can be tried again."""
    if not ordeal.straight.abilities.updates:
        return

    async def update(trial: Trial, prepared: Prepared) -> None:
        await trial.updates.update_account(_uid(prepared), trial.harness.changes)

    async def is_done(_: Ordeal, prepared: Prepared) -> bool:
        witnessed = await ordeal.straight.witnessed(_name(ordeal, prepared))
        ordeal.straight.expect_witnessed(witnessed, {**prepared.person, **ordeal.given.harness.changes})
        return True

    await ordeal.each_fault(Attempt(_somebody, update, is_done))


async def a_switch_off_that_goes_wrong_is_told(ordeal: Ordeal) -> None:
    """Nobody is told to be switched off who can still sign in."""
    if not ordeal.straight.abilities.disables:
        return

    async def disable(trial: Trial, prepared: Prepared) -> None:
        await trial.disables.set_active(_uid(prepared), active=False)

    async def is_done(_: Ordeal, prepared: Prepared) -> bool:
        return (await ordeal.straight.witnessed(_name(ordeal, prepared))).active in {False, None}

    await ordeal.each_fault(Attempt(_somebody, disable, is_done))


async def a_removal_that_goes_wrong_is_told(ordeal: Ordeal) -> None:
    """Nobody is told to be removed who is still there."""
    if not ordeal.straight.abilities.deletes:
        return

    async def delete(trial: Trial, prepared: Prepared) -> None:
        await trial.deletes.delete_account(_uid(prepared))

    async def is_done(_: Ordeal, prepared: Prepared) -> bool:
        return not await ordeal.straight.witness.find_accounts(_name(ordeal, prepared))

    await ordeal.each_fault(Attempt(_somebody, delete, is_done))


async def a_grant_that_goes_wrong_is_told(ordeal: Ordeal) -> None:
    """An entitlement that is told as given or taken is."""
    if not ordeal.straight.abilities.grants:
        return
    wanted = frozenset(ordeal.given.harness.entitlements[:2])

    async def grant(trial: Trial, prepared: Prepared) -> None:
        await trial.grants.grant(_uid(prepared), sorted(wanted))

    async def is_done(_: Ordeal, prepared: Prepared) -> bool:
        return wanted <= (await ordeal.straight.read(_uid(prepared))).entitlements

    await ordeal.each_fault(Attempt(_somebody, grant, is_done))


async def a_change_of_members_that_goes_wrong_is_told(ordeal: Ordeal) -> None:
    """A member who is told as added is one, once."""
    if not ordeal.straight.abilities.groups:
        return

    async def prepare(_: Ordeal) -> Prepared:
        return replace(await _somebody(ordeal), group=await ordeal.straight.create_group())

    async def add(trial: Trial, prepared: Prepared) -> None:
        assert prepared.group is not None
        await trial.groups.change_members(prepared.group, add=[_uid(prepared)], remove=[])

    async def is_done(_: Ordeal, prepared: Prepared) -> bool:
        assert prepared.group is not None
        return await ordeal.straight.witness.find_members(prepared.group) == frozenset({_uid(prepared)})

    await ordeal.each_fault(Attempt(prepare, add, is_done))


async def a_list_that_breaks_off_never_looks_whole(ordeal: Ordeal) -> None:
    """A list either holds everybody or raises, wherever it is interrupted."""
    made = {await ordeal.straight.create() for _ in range(7)}
    for fault in ordeal.given.faults:
        for turn in range(1, MOST_TURNS + 1):
            async with ordeal.session() as trial:
                await warm(trial)
                ordeal.doorway.arm(fault, turn)
                listed = await _listed(trial)
                ordeal.doorway.disarm()
            expect(listed is None or made <= listed, f"{fault.value} (exchange {turn}): a short list looks whole")
            if not ordeal.doorway.fired:
                expect(listed is not None, "without a fault the list failed")
                break


async def _listed(trial: Trial) -> set[Uid] | None:
    try:
        return {account.uid async for account in trial.lists.list_accounts()}
    except ConnectorError:
        return None


async def a_list_that_shifts_while_it_is_read_loses_nobody(ordeal: Ordeal) -> None:
    """Whoever is there all the time is listed, though others go meanwhile; or the list raises."""
    if not ordeal.straight.abilities.deletes:
        return
    uids = [await ordeal.straight.create() for _ in range(8)]
    assert isinstance(ordeal.straight.session, DeletesAccounts)
    goes, stay = uids[0], set(uids[1:])
    seen: set[Uid] = set()
    try:
        async for account in ordeal.straight.lists.list_accounts():
            seen.add(account.uid)
            if goes in seen and goes != Uid(""):
                await ordeal.straight.session.delete_account(goes)
                goes = Uid("")
    except TransientError:
        return
    lost = len(stay - seen)
    expect(not lost, f"{lost} of {len(stay)} accounts were not listed when another went away meanwhile")


async def two_creates_at_once_make_one_account(ordeal: Ordeal) -> None:
    """Of two creates of the same person at the same time one makes the account, and no second is there."""
    prepared = await _nobody(ordeal)
    try:
        async with ordeal.session() as one, ordeal.session() as other:
            calls = (trial.creates.create_account(prepared.person) for trial in (one, other))
            ends = await asyncio.gather(*calls, return_exceptions=True)
        strange = [end for end in ends if isinstance(end, Exception) and not isinstance(end, ConnectorError)]
        expect(not strange, f"{strange} is none of the errors of spi.errors")
        expect(any(not isinstance(end, BaseException) for end in ends), f"nobody was created: {ends}")
        expect(await _is_there_once(ordeal, prepared), "nobody is there")
    finally:
        await _clear(ordeal, [prepared])


async def an_app_that_shows_changes_late_gets_no_double(ordeal: Ordeal) -> None:
    """Where the app does not show a new account yet, trying again does not make another."""
    if not ordeal.given.speaks_http:
        return
    prepared = await _nobody(ordeal)
    try:
        async with ordeal.session() as trial:
            await trial.reads.find_accounts(trial.name, _name(ordeal, prepared))
            ordeal.doorway.lag(on=True)
            for _ in range(2):
                await told_by(_create(trial, prepared))
            ordeal.doorway.lag(on=False)
        expect(await _is_there_once(ordeal, prepared), "nobody is there")
    finally:
        await _clear(ordeal, [prepared])


async def _create(trial: Trial, prepared: Prepared) -> None:
    await trial.creates.create_account(prepared.person)


async def an_app_that_goes_silent_is_given_up(ordeal: Ordeal) -> None:
    """A call to an app that says nothing ends in TransientError within the timeout of the settings."""
    prepared = await _somebody(ordeal)
    async with ordeal.session() as trial:
        await warm(trial)
        ordeal.doorway.arm(Fault.SILENCE, lasting=True)
        try:
            async with asyncio.timeout(60):
                told = await told_by(_read(trial, prepared))
        except TimeoutError:
            raise PromiseBrokenError("the call was still waiting after a minute") from None
        finally:
            ordeal.doorway.disarm()
            ordeal.doorway.close_all()
    expect(isinstance(told, TransientError), f"silence is told as {told!r}")


async def _read(trial: Trial, prepared: Prepared) -> None:
    await trial.reads.read_account(_uid(prepared))


async def _clear(ordeal: Ordeal, made: Iterable[Prepared]) -> None:
    """Take away what the calls under test made."""
    session = ordeal.straight.session
    if not isinstance(session, DeletesAccounts):
        return
    for prepared in made:
        for found in await ordeal.straight.witness.find_accounts(_name(ordeal, prepared)):
            try:
                await session.delete_account(found.uid)
            except AccountNotFoundError:
                continue


BODIES: tuple[Body, ...] = (
    a_create_that_goes_wrong_makes_no_double,
    an_update_that_goes_wrong_is_told,
    a_switch_off_that_goes_wrong_is_told,
    a_removal_that_goes_wrong_is_told,
    a_grant_that_goes_wrong_is_told,
    a_change_of_members_that_goes_wrong_is_told,
    a_list_that_breaks_off_never_looks_whole,
    a_list_that_shifts_while_it_is_read_loses_nobody,
    two_creates_at_once_make_one_account,
    an_app_that_shows_changes_late_gets_no_double,
    an_app_that_goes_silent_is_given_up,
)


@dataclass(frozen=True, slots=True)
class FaultCheck:
    """One promise. ``title`` is a true sentence about a connector that keeps it."""

    name: str
    title: str
    body: Body


FAULT_CHECKS: tuple[FaultCheck, ...] = tuple(
    FaultCheck(body.__name__, (body.__doc__ or "").splitlines()[0].rstrip("."), body) for body in BODIES
)
"""Every check of the kit. One whose ability the app lacks has nothing to check."""


async def run_fault_check(check: FaultCheck, given: FaultHarness) -> None:
    """Run one check. Raises ``PromiseBrokenError``, and nothing else."""
    try:
        async with ordeal_of(given) as ordeal:
            await check.body(ordeal)
    except PromiseBrokenError:
        raise
    except Exception as error:
        raise PromiseBrokenError(f"{check.title}: {type(error).__name__}: {error}") from error
