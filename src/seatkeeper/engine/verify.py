"""Proof: what was wanted is read back from the app, or is named as missing. Promise 2: green means done."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace

from seatkeeper.core.accounts import Presence, Proof, SeenAccount, WantedAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.outcomes import Failed, Outcome, Retrying, Succeeded, Unchanged, Unverified, Waiting
from seatkeeper.core.plan import differences, unreadable
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.steps import Missing, Plan
from seatkeeper.core.wording import describe_missing
from seatkeeper.engine.goals import as_text
from seatkeeper.engine.observe import Progress
from seatkeeper.engine.workplace import Workplace
from seatkeeper.store.records.claims import ClaimedJob

PAUSES: Sequence[float] = (0.0, 0.1, 0.4, 1.5)
"""Seconds before each reading: some apps show a change a little later than they confirm it."""

NOT_SHOWN = Retrying(Problem(ProblemCode.NOT_SHOWN, ""))

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
    if not place.app.reads:
        progress.seen = _assume(done.wanted, progress, abilities.name_attribute)
        differing: tuple[str, ...] = ()
    else:
        differing = await _read_until_right(place, done, progress)
    if done.plan.shortfalls:
        return _ask_a_person(done.plan.shortfalls)
    if is_yet_to_show(progress.seen):
        return NOT_SHOWN
    if differing:
        return not_as_wanted(differing, job)
    unread = unreadable(done.wanted, abilities, seen=progress.seen, done=done.plan)
    return Unverified(unread) if unread else Succeeded()


def verify_untouched(
    place: Workplace, job: ClaimedJob, wanted: WantedAccount, seen: SeenAccount | None
) -> Outcome:
    """Say how an attempt ended that found nothing to do, which an earlier one may have done."""
    abilities = place.app.abilities
    if is_yet_to_show(seen):
        return NOT_SHOWN
    was_awaited = job.last_problem is ProblemCode.NOT_SHOWN
    if not was_awaited and abilities.proof is not Proof.NEVER:
        return Unchanged()
    unread = unreadable(wanted, abilities, seen=seen)
    return Unverified(unread) if unread else Succeeded()


def is_yet_to_show(seen: SeenAccount | None) -> bool:
    """Say whether what is seen was only handed over."""
    return seen is not None and not seen.is_shown


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
        if not differing or done.plan.shortfalls or is_yet_to_show(progress.seen):
            break
    if progress.seen is None:
        progress.uid = None
    return differing


def _assume(wanted: WantedAccount, progress: Progress, name_attribute: str) -> SeenAccount | None:
    """Take what was wanted for what is there: this app cannot be read."""
    if progress.uid is None or wanted.presence is Presence.ABSENT:
        progress.uid = None
        return None
    before = progress.seen or SeenAccount(progress.uid, progress.uid, active=True, attributes={})
    return replace(
        before,
        name=as_text(wanted.attributes.get(name_attribute)) or before.name,
        active=wanted.presence is Presence.ACTIVE,
        attributes={**before.attributes, **wanted.attributes},
        entitlements=before.entitlements if wanted.entitlements is None else wanted.entitlements,
    )


def _ask_a_person(shortfalls: Sequence[Missing]) -> Waiting:
    return Waiting(Problem(ProblemCode.NOT_SUPPORTED, " ".join(map(describe_missing, shortfalls))))
