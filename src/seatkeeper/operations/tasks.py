"""A person's answers to tasks. An answer closes the task and lets its job, or the held ones, go on or end."""

from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import JobId, TaskId
from seatkeeper.core.tasks import TaskKind, TaskState
from seatkeeper.core.values import Document, Json
from seatkeeper.operations.jobs import tell_of_job
from seatkeeper.store.database import Row, Transaction
from seatkeeper.store.queries.tasks import ListedTask, get_task
from seatkeeper.store.records.answers import close_task
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.job_changes import (
    approve_held_jobs,
    cancel_held_jobs,
    cancel_pending_job,
    choose_for_job,
    decline_accounts_for_job,
    look_again,
)


async def choose_account(tx: Transaction, task_id: TaskId, uid: str) -> None:
    """Say which account of the app is the person's; the job goes on with it.

    Raises ``NotFoundError``, ``InvalidValueError`` for a Uid that was not offered, ``NotPossibleNowError``.
    """
    task = await _open_task(tx, task_id, TaskKind.CHOOSE_ACCOUNT)
    if uid not in task.choices:
        raise InvalidValueError(f"{uid} is not among the accounts to choose from: {', '.join(task.choices)}.")
    await _close(tx, task, TaskState.DONE, {"uid": uid})
    _still_waiting(await choose_for_job(tx, _job_of(task), uid))
    await _tell(tx, task, EventKind.TASK_DONE, {"uid": uid})


async def make_new_account(tx: Transaction, task_id: TaskId) -> None:
    """Say that none of the accounts to choose from is the person's; the job makes a new one.

    Raises ``NotFoundError``, and ``NotPossibleNowError``, also for a task about groups: their names stay unique.
    """
    task = await _open_task(tx, task_id, TaskKind.CHOOSE_ACCOUNT)
    if task.is_about_group:
        raise NotPossibleNowError("A second group of that name would be no better: choose one, or decline.")
    await _close(tx, task, TaskState.DONE, {"new": True})
    _still_waiting(await decline_accounts_for_job(tx, _job_of(task), task.choices))
    await _tell(tx, task, EventKind.TASK_DONE)


async def approve_removals(tx: Transaction, task_id: TaskId) -> int:
    """Let the held removals of the task's integration go ahead; say how many.

    Raises ``NotFoundError`` and ``NotPossibleNowError``.
    """
    task = await _open_task(tx, task_id, TaskKind.APPROVE_REMOVALS)
    await _close(tx, task, TaskState.DONE)
    # Only now: a removal that is held from here on opens a task of its own.
    approved = await approve_held_jobs(tx, task.integration_id)
    await _tell(tx, task, EventKind.TASK_DONE, {"count": len(approved)})
    return len(approved)


async def complete_task(tx: Transaction, task_id: TaskId) -> None:
    """Say that the work in the app is done: the job looks again, and only what it reads there counts.

    Raises ``NotFoundError`` and ``NotPossibleNowError``.
    """
    task = await _open_task(tx, task_id, TaskKind.ACT_BY_HAND)
    await _close(tx, task, TaskState.DONE)
    _still_waiting(await look_again(tx, _job_of(task)))
    await _tell(tx, task, EventKind.TASK_DONE)


async def decline_task(tx: Transaction, task_id: TaskId) -> int:
    """Say that what the task asks for shall not happen: its job, or every held removal, is cancelled.

    Returns how many jobs were cancelled. Raises ``NotFoundError`` and ``NotPossibleNowError``.
    """
    task = await _open_task(tx, task_id)
    await _close(tx, task, TaskState.DECLINED)
    if task.kind is TaskKind.APPROVE_REMOVALS:
        cancelled = await cancel_held_jobs(tx, task.integration_id)
    else:
        cancelled = [_still_waiting(await cancel_pending_job(tx, _job_of(task)))]
    await _tell(tx, task, EventKind.TASK_DECLINED, {"count": len(cancelled)} if task.job_id is None else {})
    for row in cancelled:
        await tell_of_job(tx, row, EventKind.JOB_CANCELLED)
    return len(cancelled)


async def _open_task(tx: Transaction, task_id: TaskId, kind: TaskKind | None = None) -> ListedTask:
    task = await get_task(tx, task_id)
    if task.state is not TaskState.OPEN:
        raise NotPossibleNowError(f"The task is {task.state} already.")
    if kind is not None and task.kind is not kind:
        raise NotPossibleNowError(_right_answer(task.kind))
    return task


def _right_answer(kind: TaskKind) -> str:
    answers = {
        TaskKind.CHOOSE_ACCOUNT: "The task asks to choose an account or a new one (task choose), or to decline.",
        TaskKind.APPROVE_REMOVALS: "The task asks to approve (task approve) or decline held removals.",
        TaskKind.ACT_BY_HAND: "The task asks for work in the app: say task done when it is done, or decline it.",
    }
    return answers[kind]


async def _close(tx: Transaction, task: ListedTask, state: TaskState, answer: Json = None) -> None:
    if not await close_task(tx, task.id, state, answer):
        raise NotPossibleNowError("Somebody else answered the task just now.")


async def _tell(tx: Transaction, task: ListedTask, kind: EventKind, details: Document | None = None) -> None:
    target = task.target or task.integration
    await record_event(tx, Happening(task.integration_id, kind, target, job_id=task.job_id, details=details or {}))


def _job_of(task: ListedTask) -> JobId:
    if task.job_id is None:
        raise NotPossibleNowError("The job of this task is gone.")
    return task.job_id


def _still_waiting(row: Row | None) -> Row:
    if row is None:
        raise NotPossibleNowError("The job went on without this answer; look at it again.")
    return row
