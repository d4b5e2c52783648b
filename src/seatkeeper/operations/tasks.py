"""A person's answers to tasks. An answer closes the task and lets its job, or the held ones, go on or end."""

from seatkeeper.core.access import Guest, Permission, allows
from seatkeeper.core.errors import InvalidValueError, NotAllowedError, NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.handwork import Errand
from seatkeeper.core.ids import JobId, MemberId, TaskId
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.tasks import TaskKind, TaskState
from seatkeeper.core.values import Document, Json
from seatkeeper.core.wording import explain
from seatkeeper.engine.handing_over import work_out_errand
from seatkeeper.operations.jobs import tell_of_job
from seatkeeper.operations.task_files import MOST_FILES, EvidenceFile, check_file
from seatkeeper.store.database import Row, Transaction
from seatkeeper.store.queries.integrations import get_integration
from seatkeeper.store.queries.jobs import get_job
from seatkeeper.store.queries.members import find_role, get_member
from seatkeeper.store.queries.tasks import ListedTask, get_task
from seatkeeper.store.records.answers import assign_task_to, close_task
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.job_changes import (
    approve_held_jobs,
    cancel_held_jobs,
    cancel_pending_job,
    choose_for_job,
    decline_accounts_for_job,
    let_wait,
    look_again,
    put_job_in_hands,
)
from seatkeeper.store.records.task_files import insert_file
from seatkeeper.store.records.tasks import NewTask, close_tasks_of, open_task
from seatkeeper.store.texts import check_text

_LONGEST_NOTE = 1000
_BY_HAND = frozenset({ProblemCode.PERSON_NEEDED, ProblemCode.NOT_DONE})


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


async def complete_task(tx: Transaction, task_id: TaskId, note: str = "") -> None:
    """Say that the work in the app is done: the job looks again. What it reads there counts; where the app cannot
    be read, the job ends unverified, with the name of who said so.

    Where the integration wants two pairs of eyes, another person is asked to confirm it first, and this is how
    they do. Raises ``NotFoundError``, ``InvalidValueError`` for a note that is too long, ``NotAllowedError`` for
    somebody who would confirm their own work, and ``NotPossibleNowError``.
    """
    said = _said(note)
    task = await _open_task(tx, task_id)
    match task.kind:
        case TaskKind.ACT_BY_HAND:
            doer = tx.origin.name
        case TaskKind.CONFIRM:
            doer = _doer_of(task)
            if doer == tx.origin.name:
                raise NotAllowedError("Somebody else has to confirm what you did yourself.")
            doer = f"{doer}, confirmed by {tx.origin.name}"
        case _:
            raise NotPossibleNowError(_right_answer(task.kind))
    await _close(tx, task, TaskState.DONE, said)
    if task.kind is TaskKind.ACT_BY_HAND and task.four_eyes:
        await _ask_again(tx, task, TaskKind.CONFIRM, Problem(ProblemCode.TO_BE_CONFIRMED, doer))
    else:
        _still_waiting(await look_again(tx, _job_of(task), doer))
    await _tell(tx, task, EventKind.TASK_DONE, said)


def _doer_of(task: ListedTask) -> str:
    return task.problem.detail


async def _ask_again(tx: Transaction, task: ListedTask, kind: TaskKind, problem: Problem) -> None:
    """Ask anew for the same work, or for a look at it."""
    job_id = _job_of(task)
    _still_waiting(await let_wait(tx, job_id, problem))
    errand = Errand(task.work, four_eyes=task.four_eyes)
    integration = await get_integration(tx, task.integration_id)
    due_at = tx.now + integration.policy.tasks_due_after
    await open_task(tx, NewTask(task.integration_id, job_id, kind, problem, errand=errand, due_at=due_at))


async def decline_task(tx: Transaction, task_id: TaskId, reason: str = "") -> int:
    """Say that what the task asks for shall not happen: its job, or every held removal, is cancelled.

    Who was to confirm something says so that it is not done, and it is asked for again.

    Returns how many jobs were cancelled. Raises as ``complete_task`` does.
    """
    said = _said(reason)
    task = await _open_task(tx, task_id)
    await _close(tx, task, TaskState.DECLINED, said)
    cancelled: list[Row] = []
    if task.kind is TaskKind.APPROVE_REMOVALS:
        cancelled = await cancel_held_jobs(tx, task.integration_id)
    elif task.kind is TaskKind.CONFIRM:
        told = reason.strip() or f"{tx.origin.name} does not confirm it"
        await _ask_again(tx, task, TaskKind.ACT_BY_HAND, Problem(ProblemCode.NOT_DONE, told))
    else:
        cancelled = [_still_waiting(await cancel_pending_job(tx, _job_of(task)))]
    count = {"count": len(cancelled)} if task.job_id is None else {}
    await _tell(tx, task, EventKind.TASK_DECLINED, {**count, **said})
    for row in cancelled:
        await tell_of_job(tx, row, EventKind.JOB_CANCELLED)
    return len(cancelled)


async def hand_over_job(tx: Transaction, job_id: JobId) -> TaskId:
    """Turn a failed or waiting job into work for a person: it waits with a task, and looks again once it is done.

    Raises ``NotFoundError``, and ``NotPossibleNowError`` for any other job, one that was followed, and removals
    that are held.
    """
    job = await get_job(tx, job_id)
    cause = "" if job.problem is None or job.problem.code in _BY_HAND else explain(job.problem).sentence
    problem = Problem(ProblemCode.PERSON_NEEDED, cause)
    row = await put_job_in_hands(tx, job_id, problem)
    if row is None:
        raise NotPossibleNowError(f"Only a failed or waiting job can be done by hand; this one is {job.state}.")
    integration = await get_integration(tx, job.integration_id)
    errand = Errand() if job.account_id is None else await work_out_errand(tx, integration, job.account_id)
    due_at = tx.now + integration.policy.tasks_due_after
    await close_tasks_of(tx, [job_id])
    task = NewTask(job.integration_id, job_id, TaskKind.ACT_BY_HAND, problem, errand=errand, due_at=due_at)
    task_id = await open_task(tx, task)
    assert task_id is not None
    await tell_of_job(tx, row, EventKind.TASK_OPENED)
    return task_id


async def keep_file(tx: Transaction, task_id: TaskId, file: EvidenceFile) -> None:
    """Keep a file with an open task, as evidence.

    Raises ``NotFoundError``, ``NotPossibleNowError``, and ``InvalidValueError`` for one that is too large, of
    another type, or one too many.
    """
    task = await _open_task(tx, task_id)
    checked = check_file(file)
    if not await insert_file(tx, task_id, checked, most=MOST_FILES):
        raise InvalidValueError(f"A task keeps {MOST_FILES} files at most.")
    tx.touch(task.integration_id)


async def assign_task(tx: Transaction, task_id: TaskId, member_id: MemberId | None) -> None:
    """Give a task to a member who may answer it, or to nobody in particular.

    Raises ``NotFoundError``, ``InvalidValueError`` for somebody who may not, and ``NotPossibleNowError``.
    """
    task = await _open_task(tx, task_id)
    if member_id is not None:
        listed = await get_member(tx, member_id)
        role = await find_role(tx, task.integration_id, member_id)
        if listed.disabled_at is not None or not allows(Guest(listed.member), Permission.OPERATE, role):
            raise InvalidValueError(f"{listed.member.name} may not answer tasks of {task.integration}.")
    if not await assign_task_to(tx, task_id, member_id):
        raise NotPossibleNowError("Somebody else answered the task just now.")
    tx.touch(task.integration_id)


def _said(note: str) -> dict[str, Json]:
    note = check_text(note.strip(), "The note")
    if len(note) > _LONGEST_NOTE:
        raise InvalidValueError(f"Keep the note within {_LONGEST_NOTE} characters.")
    return {"note": note} if note else {}


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
        TaskKind.CONFIRM: "The task asks to look at what was done: say task done to confirm it, or decline it.",
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
