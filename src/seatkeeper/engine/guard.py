"""Promise 3, no surprise removals: more than the policy allows are held for an Owner instead of carried out."""

from seatkeeper.core.events import EventKind
from seatkeeper.core.integrations import LeaverRule, RemovalLimit
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.tasks import TaskKind
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.due_jobs import Removals, count_removals, has_removals
from seatkeeper.store.records.claims import Claim, hold_removals
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.runs import Turn
from seatkeeper.store.records.tasks import NewTask, open_task


async def allow_removals(tx: Transaction, turn: Turn, claim: Claim) -> int:
    """Say how many due removals may be carried out: all of them, or none, and then they are held.

    Held with one task for the whole integration. Joiners and movers are none of its business.
    """
    if turn.integration.policy.leavers is LeaverRule.KEEP:
        return claim.limit
    if not await has_removals(tx, claim.integration_id, tx.now, deletes=claim.deletes):
        return 0
    limit = turn.integration.policy.removals
    counted = await count_removals(tx, claim.integration_id, tx.now, limit.window, deletes=claim.deletes)
    if not exceeds(limit, counted):
        return counted.due
    await _hold(tx, turn, claim, counted)
    return 0


def exceeds(limit: RemovalLimit, counted: Removals) -> bool:
    """Say whether the removals are above both figures of the limit; those held already count as well."""
    removals = counted.due + counted.running + counted.held + counted.done
    return removals > limit.count and removals * 100 > limit.percent * (counted.active + counted.done)


async def _hold(tx: Transaction, turn: Turn, claim: Claim, counted: Removals) -> None:
    limit = turn.integration.policy.removals
    held = counted.due + counted.held
    detail = (
        f"{held} removals wait, {counted.done + counted.running} were made within {limit.window},"
        f" of {counted.active + counted.done} active accounts;"
        f" the limit is {limit.count} and {limit.percent} %"
    )
    problem = Problem(ProblemCode.REMOVALS_HELD, detail)
    await hold_removals(tx, claim, detail)
    task = NewTask(turn.integration.id, None, TaskKind.APPROVE_REMOVALS, problem)
    if await open_task(tx, task) is None:
        return  # the open task now tells of all of them
    for kind in (EventKind.REMOVALS_HELD, EventKind.TASK_OPENED):
        details = {"problem": problem.code, "detail": detail}
        happening = Happening(turn.integration.id, kind, turn.integration.name, details={**details, "count": held})
        await record_event(tx, happening)
