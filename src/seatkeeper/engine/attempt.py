"""One attempt at one account job: observe, plan, apply, verify. Calls the app and leaves the store alone."""

import asyncio
from collections.abc import Awaitable
from dataclasses import dataclass
from datetime import datetime
from typing import TypeAlias, TypeVar

from seatkeeper.core.accounts import Presence, SeenAccount, WantedAccount
from seatkeeper.core.carried_out import carried_out
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.outcomes import Failed, Outcome, Quarantined, Retrying, Unchanged, Unverified, Waiting
from seatkeeper.core.plan import ACCOUNT, lacking, plan
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.steps import CreateAccount, DeleteAccount, DisableAccount, Plan
from seatkeeper.engine.app import ConnectorBugError
from seatkeeper.engine.apply import apply
from seatkeeper.engine.by_hand import errand, powerless, whom
from seatkeeper.engine.connections import NoSessionError
from seatkeeper.engine.exclusive import is_taken
from seatkeeper.engine.goals import Goal
from seatkeeper.engine.leave_groups import leave_groups
from seatkeeper.engine.links import Lease
from seatkeeper.engine.observe import Progress, observe
from seatkeeper.engine.verify import Done, verify, verify_untouched
from seatkeeper.engine.workplace import Workplace
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    AppChangedError,
    ConnectorError,
    CredentialsRefusedError,
    NeedsPersonError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnsupportedError,
)
from seatkeeper.store.records.claims import ClaimedJob

LONGEST_ATTEMPT = 300.0
"""Seconds for everything an attempt at an account asks of the app."""

_MOST_ROUNDS = 3
"""How often an attempt looks again when the app turns out to hold something else than it showed."""

_UNREADABLE = frozenset({ProblemCode.REJECTED_VALUE, ProblemCode.PERMISSION_MISSING, ProblemCode.CONNECTOR_BUG})
"""What keeps an attempt from looking, and would at every other attempt: then a person's word has to do."""

P = TypeVar("P")


@dataclass(frozen=True, slots=True)
class Recount:
    """The job would take access away and no guard has counted it: it goes back, as a removal."""


Result: TypeAlias = Outcome | Recount


@dataclass(frozen=True, slots=True)
class AccountAttempt:
    """An attempt that was made, how it ended, and how far it came."""

    job: ClaimedJob
    goal: Goal
    progress: Progress
    started_at: datetime
    ended_at: datetime
    result: Result


async def attempt_account(place: Workplace, job: ClaimedJob, goal: Goal) -> AccountAttempt:
    """Try to bring the account in line. Never raises for anything the app or its connector does."""
    clock = place.engine.clock
    chosen = job.chosen_uid
    known = chosen or goal.person.account.uid
    progress = Progress(known, is_chosen=chosen is not None, declined=job.declined_uids)
    started_at = clock()
    result = await interpret(_carry_out(place, job, goal, progress))
    if job.done_by is not None and not progress.steps and _could_not_look(result):
        result = Unverified((ACCOUNT,), job.done_by)
    elif job.done_by is not None and job.by_hand and isinstance(result, Failed):
        result = await interpret(_ask_again(place, job, goal, progress, result.problem))
    return AccountAttempt(job, goal, progress, started_at, clock(), result)


async def _ask_again(
    place: Workplace, job: ClaimedJob, goal: Goal, progress: Progress, problem: Problem
) -> Outcome:
    """Ask anew for what was said to be done, and is neither there nor to be done by the connector."""
    wanted, seen = goal.wanted, progress.seen
    told = Problem(ProblemCode.NOT_DONE, f"{job.done_by} did it, and {problem.detail}")
    if not isinstance(wanted, WantedAccount):
        return Waiting(told)
    held = frozenset(grant.entitlement for grant in goal.person.account.grants)
    left = plan(wanted, seen, powerless(place.app.abilities), held).by_hand
    about = whom(wanted, seen, place.app.abilities, place.sensitive)
    return Waiting(told, errand=errand(place.app, [each.step for each in left], about, place.sensitive))


def _could_not_look(result: Result) -> bool:
    return isinstance(result, Failed) and result.problem.code in _UNREADABLE


async def interpret(  # noqa: PLR0911, PLR0912, C901 - one line for each of a closed set
    work: Awaitable[P], *, at_most: float = LONGEST_ATTEMPT
) -> P | Outcome:
    """Await the work, and turn every error a connector may raise, and those it may not, into an outcome.

    After ``at_most`` seconds it is given up, so that no app keeps a place in a run for ever.
    """
    try:
        async with asyncio.timeout(at_most):
            return await work
    except TimeoutError:
        told = f"The app did not come to an end within {at_most:.0f} seconds."
        return Retrying(Problem(ProblemCode.APP_UNREACHABLE, told))
    except TransientError as error:
        return Retrying(Problem(ProblemCode.APP_UNREACHABLE, str(error)))
    except ThrottledError as error:
        return Retrying(Problem(ProblemCode.APP_THROTTLED, str(error)), error.retry_after)
    except CredentialsRefusedError as error:
        return Quarantined(Problem(ProblemCode.CREDENTIALS_REFUSED, str(error)))
    except AppChangedError as error:
        return Quarantined(Problem(ProblemCode.APP_CHANGED, str(error)))
    except AccountNotFoundError as error:
        return Retrying(Problem(ProblemCode.ACCOUNT_VANISHED, str(error)))
    except AccountExistsError as error:
        return Failed(Problem(ProblemCode.ACCOUNT_EXISTS, str(error)))
    except RejectedError as error:
        return Failed(Problem(error.code, str(error)))
    except NeedsPersonError as error:
        return Waiting(Problem(ProblemCode.PERSON_NEEDED, str(error)))
    except UnsupportedError as error:
        return Waiting(Problem(ProblemCode.NOT_SUPPORTED, str(error)))
    except NoSessionError as error:
        return Quarantined(error.problem)
    except ConnectorBugError as error:
        return Failed(Problem(ProblemCode.CONNECTOR_BUG, str(error)), error.told)
    except ConnectorError as error:
        told = f"The connector raised {type(error).__name__}, which the engine does not know."
        return Failed(Problem(ProblemCode.CONNECTOR_BUG, told))


async def _carry_out(place: Workplace, job: ClaimedJob, goal: Goal, progress: Progress) -> Result:
    wanted = goal.wanted
    if isinstance(wanted, Problem):
        return Failed(wanted)
    if wanted.presence is Presence.UNTOUCHED:
        return Unchanged()
    place.app.ensure_up()
    async with place.links.lease() as lease:
        for _ in range(_MOST_ROUNDS - 1):
            try:
                return await _round(place, job, goal, progress, lease)
            except AccountExistsError:
                progress.uid = None  # it was not there a moment ago: look again, and adopt it
            except AccountNotFoundError:
                progress.uid = None
        return await _round(place, job, goal, progress, lease)


async def _round(place: Workplace, job: ClaimedJob, goal: Goal, progress: Progress, lease: Lease) -> Result:
    seen = await observe(place, goal, progress, lease)
    if not (seen is None or isinstance(seen, SeenAccount)):
        return seen
    wanted = goal.wanted
    assert isinstance(wanted, WantedAccount)
    account = goal.person.account
    held = frozenset(grant.entitlement for grant in account.grants)
    steps = _plan(place, job, goal, seen, held)
    if isinstance(steps, Failed):
        return steps
    if job.done_by is not None and steps.by_hand and not place.app.reads:
        seen = _take_word(place, steps, progress)
        steps = plan(wanted, seen, place.app.abilities, held)
    if steps.is_empty:
        return verify_untouched(place, job, wanted, seen)
    if _takes_access(steps) and not job.counted:
        return Recount()
    stays_in = await _take_steps(place, job, steps, seen, progress)
    return stays_in or await verify(place, job, Done(steps, wanted, held), progress)


async def _take_steps(
    place: Workplace, job: ClaimedJob, steps: Plan, seen: SeenAccount | None, progress: Progress
) -> Retrying | Failed | Waiting | None:
    """Carry the steps out; what is given is why one of them could not be taken."""
    assert job.account_id is not None
    try:
        for step in steps.steps:
            if isinstance(step, DeleteAccount) and seen is not None:
                stays_in = await leave_groups(place, job, seen, progress)
                if stays_in is not None:
                    return stays_in
            taken = await is_taken(place, job.account_id, step)
            if taken is not None:
                return taken
            await apply(place, step, progress)
    finally:
        if progress.uid is not None:
            place.links.put(progress.uid, job.account_id)
    return None


def _take_word(place: Workplace, steps: Plan, progress: Progress) -> SeenAccount | None:
    """Believe somebody who says that it is done, where nobody can look."""
    by_hand = (each.step for each in steps.by_hand)
    progress.seen = carried_out(by_hand, progress.seen, place.app.abilities.name_attribute)
    progress.uid = None if progress.seen is None else progress.seen.uid
    progress.is_known = True
    return progress.seen


def _plan(
    place: Workplace, job: ClaimedJob, goal: Goal, seen: SeenAccount | None, held: frozenset[Entitlement]
) -> Plan | Failed:
    wanted = goal.wanted
    abilities = powerless(place.app.abilities) if job.by_hand and not place.app.reads else place.app.abilities
    assert isinstance(wanted, WantedAccount)
    steps = plan(wanted, seen, abilities, held, was_invited=goal.person.account.invited_at is not None)
    lacks = lacking(wanted, abilities) if any(isinstance(step, CreateAccount) for step in steps.steps) else ()
    return Failed(Problem(ProblemCode.REQUIRED_MISSING, ", ".join(lacks))) if lacks else steps


def _takes_access(steps: Plan) -> bool:
    return any(isinstance(step, DisableAccount | DeleteAccount) for step in steps.steps)
