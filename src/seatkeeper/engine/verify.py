"""Proof: what was wanted is read back from the app, or is named as missing. Promise 2: green means done."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import assert_never

from seatkeeper.core.accounts import (
    NOT_YET,
    Arrival,
    Presence,
    Proof,
    SeenAccount,
    Standing,
    WantedAccount,
)
from seatkeeper.core.carried_out import carried_out
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.outcomes import Failed, Outcome, Pending, Retrying, Succeeded, Unchanged, Unverified, Waiting
from seatkeeper.core.plan import ACCOUNT, differences, is_made_by_the_app, unreadable
from seatkeeper.core.problems import AWAITED, Problem, ProblemCode
from seatkeeper.core.steps import CreateAccount, Plan
from seatkeeper.core.wording import describe_missing
from seatkeeper.engine.by_hand import errand, whom
from seatkeeper.engine.goals import as_text
from seatkeeper.engine.observe import Progress
from seatkeeper.engine.workplace import Workplace
from seatkeeper.store.records.claims import ClaimedJob

PAUSES: Sequence[float] = (0.0, 0.1, 0.4, 1.5)
"""Seconds before each reading: some apps show a change a little later than they confirm it."""

_MOST_FAILURES = 3
"""So many attempts in a row that did not stick make a failure: the app ignores what it is told."""


@dataclass(frozen=True, slots=True)
class Done:
    """A plan that was carried out, for what, and which entitlements were Seatkeeper's to take away."""

    plan: Plan
    wanted: WantedAccount
    held: frozenset[Entitlement]


async def verify(place: Workplace, job: ClaimedJob, done: Done, progress: Progress) -> Outcome:
    """Read the account back and say how the attempt ended. Leaves what it saw in ``progress``."""
    abilities = place.app.abilities
    differing: tuple[str, ...] = ()
    if not place.app.reads:
        progress.seen = _assume(done.plan, progress, abilities.name_attribute)
    elif done.plan.steps:
        differing = await _read_until_right(place, done, progress)
    if done.plan.by_hand:
        return _ask_a_person(place, job, done, progress)
    follows = _what_follows(done.wanted, progress.seen)
    if follows is not None:
        return _handed_on(done.plan, follows, place)
    if differing:
        return not_as_wanted(differing, job)
    unread = unreadable(done.wanted, abilities, seen=progress.seen, done=done.plan)
    return Unverified(unread, job.done_by) if unread else Succeeded()


def verify_untouched(
    place: Workplace, job: ClaimedJob, wanted: WantedAccount, seen: SeenAccount | None
) -> Outcome:
    """Say how an attempt ended that found nothing to do, which an earlier one may have done."""
    abilities = place.app.abilities
    follows = _what_follows(wanted, seen)
    if follows is None and _awaits_first_sign_in(place, wanted, seen):
        follows = Pending(Problem(ProblemCode.PREPARED, ""))
    if follows is not None:
        return follows
    if job.done_by is not None and not place.app.reads:
        return Unverified((ACCOUNT,), job.done_by)
    was_expected = job.last_problem in AWAITED or job.done_by is not None
    if not was_expected and abilities.proof is not Proof.NEVER:
        return Unchanged()
    unread = unreadable(wanted, abilities, seen=seen)
    return Unverified(unread, job.done_by) if unread else Succeeded()


def _what_follows(wanted: WantedAccount, seen: SeenAccount | None) -> Pending | None:
    """Say what has to come from the app or the person before anything can be proven."""
    if seen is None or (seen.standing in NOT_YET and wanted.presence is not Presence.ACTIVE):
        return None
    match seen.standing:
        case Standing.PRESENT:
            return None
        case Standing.SENT:
            return Pending(Problem(ProblemCode.NOT_SHOWN, ""))
        case Standing.INVITED:
            return Pending(Problem(ProblemCode.INVITED, ""))
        case Standing.PREPARED:
            return Pending(Problem(ProblemCode.PREPARED, ""))
        case _:
            assert_never(seen.standing)


def _awaits_first_sign_in(place: Workplace, wanted: WantedAccount, seen: SeenAccount | None) -> bool:
    return seen is None and wanted.presence is Presence.ACTIVE and is_made_by_the_app(place.app.abilities)


def _handed_on(plan: Plan, follows: Pending, place: Workplace) -> Outcome:
    """Ask a person once to hand on what only invites by a link."""
    was_made = any(isinstance(step, CreateAccount) for step in plan.steps)
    if was_made and place.app.abilities.needs_forwarding:
        told = "Copy the invitation's link in the app, and send it to the person."
        return Waiting(Problem(ProblemCode.PERSON_NEEDED, told))
    return follows


def not_as_wanted(differing: Sequence[str], job: ClaimedJob) -> Retrying | Failed:
    """Try again, unless the same was seen so often that the app must be ignoring what it is told."""
    problem = Problem(ProblemCode.NOT_AS_WANTED, ", ".join(differing))
    if job.last_problem is problem.code and job.failures + 1 >= _MOST_FAILURES:
        return Failed(problem)
    return Retrying(problem)


async def _read_until_right(place: Workplace, done: Done, progress: Progress) -> tuple[str, ...]:
    differing: tuple[str, ...] = ()
    for pause in PAUSES:
        await asyncio.sleep(pause)
        assert progress.uid is not None
        progress.seen = await place.app.read_account(progress.uid)
        differing = differences(done.wanted, progress.seen, place.app.abilities, done.held)
        if not differing or done.plan.by_hand or _what_follows(done.wanted, progress.seen) is not None:
            break
    if progress.seen is None and _was_invited_unseen(place, done.plan):
        progress.seen = invitation(progress.uid, done.wanted, place)
    elif progress.seen is None:
        progress.uid = None
    return differing


def _was_invited_unseen(place: Workplace, plan: Plan) -> bool:
    abilities = place.app.abilities
    is_awaited = abilities.arrival is not Arrival.AT_ONCE and not abilities.shows_invitations
    return is_awaited and any(isinstance(step, CreateAccount) for step in plan.steps)


def invitation(uid: Uid | None, wanted: WantedAccount, place: Workplace) -> SeenAccount:
    """Stand for an invitation the app does not show."""
    assert uid is not None
    abilities = place.app.abilities
    standing = Standing.INVITED if abilities.arrival is Arrival.BY_INVITATION else Standing.PREPARED
    name = as_text(wanted.attributes.get(abilities.name_attribute)) or uid
    return SeenAccount(uid, name, None, {}, standing=standing)


def _assume(plan: Plan, progress: Progress, name_attribute: str) -> SeenAccount | None:
    """Take the steps' word for what is there: this app cannot be read."""
    seen = carried_out(plan.steps, progress.seen, name_attribute)
    if seen is None or progress.uid is None:
        progress.uid = None
        return None
    return replace(seen, uid=progress.uid)


def _ask_a_person(place: Workplace, job: ClaimedJob, done: Done, progress: Progress) -> Waiting:
    abilities = place.app.abilities
    about = whom(done.wanted, progress.seen, abilities, place.sensitive)
    steps = [each.step for each in done.plan.by_hand]
    work = errand(place.app, steps, about, place.sensitive)
    if job.done_by is not None:
        left = differences(done.wanted, progress.seen, abilities, done.held)
        return Waiting(Problem(ProblemCode.NOT_DONE, ", ".join((job.done_by, *left))), errand=work)
    if job.by_hand or place.app.is_of_people:
        return Waiting(Problem(ProblemCode.PERSON_NEEDED, ""), errand=work)
    told = " ".join(map(describe_missing, done.plan.shortfalls))
    return Waiting(Problem(ProblemCode.NOT_SUPPORTED, told), errand=work)
