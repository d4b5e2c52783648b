"""Taking a batch of due jobs on, with everything its attempts start from, in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from seatkeeper.core.accounts import Presence, WantedAccount
from seatkeeper.core.entitlements import Grant
from seatkeeper.core.ids import AccountId
from seatkeeper.core.integrations import IntegrationState, LeaverRule
from seatkeeper.engine.changes import change
from seatkeeper.engine.goals import Goal, as_text, set_goal
from seatkeeper.engine.guard import allow_removals
from seatkeeper.engine.workplace import Workplace
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.accounts import load_people
from seatkeeper.store.queries.app_groups import KnownGroup, load_app_groups
from seatkeeper.store.queries.due_jobs import find_head
from seatkeeper.store.records.accounts import Intent, add_grants, remember_intents
from seatkeeper.store.records.claims import Claim, ClaimedJob, claim_others, claim_removals
from seatkeeper.store.records.runs import Turn, lock_run

Work: TypeAlias = tuple[ClaimedJob, Goal | KnownGroup]


@dataclass(frozen=True, slots=True)
class Batch:
    """What a run has taken on. ``may_go_on`` is false once the integration no longer lets this run claim jobs."""

    work: Sequence[Work] = ()
    may_go_on: bool = True


async def claim_batch(place: Workplace, turn: Turn, *, size: int, of_groups: bool) -> Batch:
    """Take on up to ``size`` due jobs from the head of the queue, if it is the turn of accounts, or of groups.

    Takes none when the integration was paused, changed, throttled or quarantined meanwhile, or a newer run began.
    People are read after their jobs were taken on, so a wish that comes later makes a new job. What is about to
    be made or given is written down with it, should its answer be lost.
    """

    async def claim(tx: Transaction) -> Batch:
        now = await lock_run(tx, turn.integration.id, turn.epoch)
        if now is None or not _may_run(now, tx) or now.changed_at != turn.changed_at:
            return Batch(may_go_on=False)
        jobs = await _claim(tx, turn, size, of_groups=of_groups)
        work = await _load(tx, place, jobs)
        await _remember(tx, place, [about for _, about in work if isinstance(about, Goal)])
        if work:
            tx.touch(turn.integration.id)  # who watches sees the jobs in progress
        return Batch(work)

    return await change(place.engine.database, claim)


def _may_run(turn: Turn, tx: Transaction) -> bool:
    """Say whether the integration lets jobs be started now."""
    is_free = turn.throttled_until is None or turn.throttled_until <= tx.now
    return turn.integration.state is IntegrationState.LIVE and turn.quarantine is None and is_free


async def _claim(tx: Transaction, turn: Turn, size: int, *, of_groups: bool) -> list[ClaimedJob]:
    deletes = turn.integration.policy.leavers is LeaverRule.DELETE
    claim = Claim(turn.integration.id, turn.epoch, size, priority=-1, deletes=deletes)
    allowed = min(size, await allow_removals(tx, turn, claim))
    while head := await find_head(tx, claim.integration_id, tx.now, behind=claim.priority):
        if head.of_groups is not of_groups:
            break
        claim = replace(claim, priority=head.priority)
        removals = await claim_removals(tx, replace(claim, limit=allowed)) if allowed else []
        others = await claim_others(tx, replace(claim, limit=size - len(removals)))
        if removals or others:
            return [*removals, *others]
    return []  # what is due there is being asked for at this very moment, or is not of this kind


async def _load(tx: Transaction, place: Workplace, jobs: Sequence[ClaimedJob]) -> list[Work]:
    account_ids = [job.account_id for job in jobs if job.account_id is not None]
    group_ids = [job.app_group_id for job in jobs if job.app_group_id is not None]
    people = await load_people(tx, account_ids, with_groups=place.mapping.uses_groups) if account_ids else {}
    groups = await load_app_groups(tx, group_ids) if group_ids else {}
    work: list[Work] = []
    for job in jobs:
        if job.account_id is not None:
            work.append((job, set_goal(people[job.account_id], place.mapping, place.policy, tx.now)))
        elif job.app_group_id is not None:
            work.append((job, groups[job.app_group_id]))
    return work


async def _remember(tx: Transaction, place: Workplace, goals: Sequence[Goal]) -> None:
    if not place.app.reads:
        return  # nothing could be found again, and what was not given would count as given
    intents = [intent for each in goals if (intent := _intent(place, each)) is not None]
    if intents:
        await remember_intents(tx, intents)
    grants = [grant for each in goals for grant in _new_grants(each)]
    if grants:
        await add_grants(tx, grants)


def _intent(place: Workplace, goal: Goal) -> Intent | None:
    account, wanted = goal.person.account, goal.wanted
    if account.uid is not None or not isinstance(wanted, WantedAccount) or wanted.presence is not Presence.ACTIVE:
        return None
    name = as_text(wanted.attributes.get(place.app.abilities.name_attribute))
    join = {each: text for each, text in goal.join.items() if each not in place.sensitive}
    is_known = (account.name, account.attributes) == (name, join)
    return None if is_known else Intent(account.id, name, join)


def _new_grants(goal: Goal) -> Sequence[tuple[AccountId, Grant]]:
    account, wanted = goal.person.account, goal.wanted
    if not isinstance(wanted, WantedAccount) or wanted.grants is None:
        return ()
    return [(account.id, grant) for grant in sorted(wanted.grants - account.grants)]
