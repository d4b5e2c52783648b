"""Writing what attempts came to: job, attempt, events, account and integration, all in the caller's transaction.

What a newer run has taken over by then is left alone, all of it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import AccountId, AppGroupId, JobId, UserId
from seatkeeper.core.jobs import ENDED, JobState
from seatkeeper.core.values import Document
from seatkeeper.engine.evidence import keep
from seatkeeper.engine.verdicts import Verdict
from seatkeeper.spi.evidence import Exhibit
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.app_groups import list_app_groups_of_accounts
from seatkeeper.store.records.accounts import Sighting, let_go, lock_accounts, record_sightings
from seatkeeper.store.records.app_group_sightings import GroupSighting, let_groups_go, record_group_sighting
from seatkeeper.store.records.attempts import Attempt, Ending, end_jobs, insert_attempts
from seatkeeper.store.records.claims import ClaimedJob, Return, put_back
from seatkeeper.store.records.events import Happening, record_events
from seatkeeper.store.records.evidence import Occasion
from seatkeeper.store.records.jobs import ask_for_groups
from seatkeeper.store.records.runs import Quarantine, Turn, pause_until, quarantine
from seatkeeper.store.records.tasks import NewTask, close_tasks_of, open_task


@dataclass(frozen=True, slots=True)
class Entry:
    """One attempt as it is to be written."""

    job: ClaimedJob
    verdict: Verdict
    started_at: datetime
    ended_at: datetime
    steps: Sequence[Document]
    target: str
    user_id: UserId | None = None
    sighting: Sighting | None = None
    group_sighting: GroupSighting | None = None
    taken_from: AccountId | None = None
    group_taken_from: AppGroupId | None = None
    was_adopted: bool = False
    exhibits: Sequence[Exhibit] = ()
    is_newly_known: bool = False
    """The account has a Uid it did not have before, so the app's groups can take it in."""


async def write_entries(tx: Transaction, turn: Turn, entries: Sequence[Entry]) -> bool:
    """Write a batch, in the order in which the attempts ended; False when a newer run has every job of it."""
    states = await _move_jobs(tx, turn, entries)
    ours = [entry for entry in entries if entry.job.id in states]
    if not ours:
        return False
    await _write_accounts(tx, ours)
    await _write_groups(tx, ours)
    await _write_attempts(tx, turn, ours)
    happenings = [*_happenings(turn, ours, states), *await _write_tasks(tx, turn, ours, states)]
    happenings += await _write_integration(tx, turn, ours)
    if happenings:
        await record_events(tx, happenings)
    tx.touch(turn.integration.id)  # also without an event: a job may be on its way back to the queue
    return True


async def _move_jobs(tx: Transaction, turn: Turn, entries: Sequence[Entry]) -> dict[JobId, JobState]:
    ending = [entry for entry in entries if entry.verdict.state in ENDED]
    states: dict[JobId, JobState] = {}
    if ending:
        ended = await end_jobs(tx, turn.epoch, [_ending(entry) for entry in ending])
        states |= {entry.job.id: entry.verdict.state for entry in ending if entry.job.id in ended}
    returning = (entry for entry in entries if entry.verdict.state not in ENDED)
    for entry in sorted(returning, key=lambda entry: str(entry.job.account_id or entry.job.app_group_id)):
        state = await put_back(tx, _return(turn, entry))
        if state is not None:
            states[entry.job.id] = state
    return states


async def _write_accounts(tx: Transaction, entries: Sequence[Entry]) -> None:
    # Jobs before accounts, as wishes of the IdP take them: two transactions then never wait for one another.
    known = [entry.job.account_id for entry in entries if entry.is_newly_known and entry.job.account_id]
    groups = await list_app_groups_of_accounts(tx, known) if known else []
    if groups:
        await ask_for_groups(tx, groups)
    taken = {entry.taken_from for entry in entries if entry.taken_from is not None}
    seen = [entry.sighting for entry in entries if entry.sighting is not None]
    written = taken | {each.account_id for each in seen}
    if written:
        await lock_accounts(tx, written)
    if taken:
        await let_go(tx, taken)
    # Whoever lost the account within this batch saw it before it was taken over.
    seen = [replace(each, uid=None, active=None) if each.account_id in taken else each for each in seen]
    # A Uid must be free before another row can hold it.
    for part in ([each for each in seen if each.uid is None], [each for each in seen if each.uid is not None]):
        if part:
            await record_sightings(tx, part)


async def _write_groups(tx: Transaction, entries: Sequence[Entry]) -> None:
    taken = [entry.group_taken_from for entry in entries if entry.group_taken_from is not None]
    if taken:
        await let_groups_go(tx, taken)
    for entry in entries:
        if entry.group_sighting is not None:
            await record_group_sighting(tx, entry.group_sighting)


async def _write_attempts(tx: Transaction, turn: Turn, entries: Sequence[Entry]) -> None:
    made = [
        Attempt(
            job_id=entry.job.id,
            number=entry.job.attempts + 1,
            started_at=entry.started_at,
            ended_at=entry.ended_at,
            outcome=entry.verdict.outcome,
            problem=entry.verdict.problem,
            traceback=entry.verdict.traceback,
            steps=entry.steps,
        )
        for entry in entries
        if entry.verdict.outcome is not None
    ]
    if made:
        await insert_attempts(tx, turn.epoch, made)
    for entry in entries:
        if entry.exhibits and entry.verdict.outcome is not None:
            occasion = Occasion(turn.integration.id, entry.job.id, entry.job.attempts + 1)
            await keep(tx, occasion, entry.exhibits)


async def _write_tasks(
    tx: Transaction, turn: Turn, entries: Sequence[Entry], states: dict[JobId, JobState]
) -> list[Happening]:
    waits = [entry for entry in entries if states[entry.job.id] is JobState.WAITING]
    waiting = {entry.job.id for entry in waits}
    answered = [entry.job.id for entry in entries if entry.job.last_problem and entry.job.id not in waiting]
    if answered:
        await close_tasks_of(tx, answered)
    opened = []
    for entry in waits:
        problem, kind = entry.verdict.problem, entry.verdict.task
        assert problem is not None
        assert kind is not None
        errand = entry.verdict.errand
        after = None if errand is None else errand.due_after
        due_at = tx.now + (after or turn.integration.policy.tasks_due_after)
        task = NewTask(
            turn.integration.id, entry.job.id, kind, problem, entry.verdict.choices, errand=errand, due_at=due_at
        )
        if await open_task(tx, task) is not None:
            opened.append(_happening(turn, entry, EventKind.TASK_OPENED, _problem(entry.verdict)))
    return opened


async def _write_integration(tx: Transaction, turn: Turn, entries: Sequence[Entry]) -> list[Happening]:
    integration = turn.integration
    pauses = [entry.verdict.pause_until for entry in entries if entry.verdict.pause_until is not None]
    if pauses:
        await pause_until(tx, integration.id, turn.epoch, max(pauses))
    for entry in entries:
        problem, probe_at = entry.verdict.problem, entry.verdict.probe_at
        if probe_at is None or problem is None:
            continue
        if await quarantine(tx, integration.id, turn.epoch, Quarantine(problem, turn.refusals), probe_at):
            details = _problem(entry.verdict)
            kind = EventKind.INTEGRATION_QUARANTINED
            return [Happening(integration.id, kind, integration.name, details=details)]
    return []


def _ending(entry: Entry) -> Ending:
    return Ending(entry.job.id, entry.verdict.state, entry.target, entry.verdict.problem)


def _return(turn: Turn, entry: Entry) -> Return:
    verdict = entry.verdict
    return Return(
        job_id=entry.job.id,
        epoch=turn.epoch,
        state=verdict.state,
        due_at=verdict.due_at,
        tried=verdict.outcome is not None,
        failures=verdict.failures,
        first_failed_at=verdict.first_failed_at,
        problem=verdict.problem,
        kind=verdict.kind,
    )


def _happenings(turn: Turn, entries: Sequence[Entry], states: dict[JobId, JobState]) -> Iterable[Happening]:
    for entry in entries:
        if entry.was_adopted and entry.sighting is not None:
            yield _happening(turn, entry, EventKind.ACCOUNT_ADOPTED, {"uid": entry.sighting.uid})
        if entry.verdict.event is not None and states[entry.job.id] is entry.verdict.state:
            details = {"kind": entry.job.kind, **_told(entry.steps), **entry.verdict.details}
            yield _happening(turn, entry, entry.verdict.event, {**details, **_problem(entry.verdict)})


def _happening(turn: Turn, entry: Entry, kind: EventKind, details: Document) -> Happening:
    return Happening(
        turn.integration.id, kind, entry.target, entry.user_id, entry.job.id, details, entry.job.request_id
    )


def _told(steps: Sequence[Document]) -> dict[str, Any]:
    """Tell in an event what was changed: the attributes' names, and never their values."""
    changed = [name for line in steps if line["kind"] == "update" for name in _names(line["after"])]
    return {"changed": changed} if changed else {}


def _names(after: Any) -> Iterable[str]:
    return after.keys() if isinstance(after, dict) else ()


def _problem(verdict: Verdict) -> dict[str, Any]:
    problem = verdict.problem
    return {} if problem is None else {"problem": problem.code, "detail": problem.detail}
