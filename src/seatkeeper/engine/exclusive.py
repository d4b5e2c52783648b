"""What one account at a time can hold is not given to a second one: the app would take it from the first."""

from seatkeeper.core.ids import AccountId
from seatkeeper.core.outcomes import Retrying, Waiting
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.steps import GrantEntitlements, Step
from seatkeeper.engine.workplace import Workplace
from seatkeeper.store.queries.exclusive_holders import find_other_holder


async def is_taken(place: Workplace, account_id: AccountId, step: Step) -> Waiting | Retrying | None:
    """Say what becomes of an attempt that would take something from another account; None where it would not.

    One that a job is open for may be on its way from there, so it is waited for. Of two that are about to be
    given the same, the first goes ahead.
    """
    if not isinstance(step, GrantEntitlements):
        return None
    asked = [each for each in step.entitlements if each.type in place.app.abilities.exclusive]
    if not asked:
        return None
    async with place.engine.database.read() as reader:
        holder = await find_other_holder(reader, account_id, asked)
    if holder is None:
        return None
    told = f"{holder.name} has {holder.entitlement.type} {holder.entitlement.value}"
    problem = Problem(ProblemCode.ENTITLEMENT_TAKEN, told)
    if holder.is_settled:
        return Waiting(problem)
    return Retrying(problem) if holder.account_id < account_id else None
