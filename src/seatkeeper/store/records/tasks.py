"""Opening tasks, and closing those that no longer ask for anything. People's answers are ``records.answers``."""

from collections.abc import Collection
from dataclasses import asdict, dataclass
from datetime import datetime

from psycopg.types.json import Jsonb
from sqlalchemy import Boolean, DateTime, Text, Uuid, any_, bindparam, exists, func, null, select, text, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from seatkeeper.core.handwork import Errand
from seatkeeper.core.ids import IntegrationId, JobId, TaskId
from seatkeeper.core.problems import Problem
from seatkeeper.core.tasks import TaskKind, TaskState
from seatkeeper.store.database import Row, Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.due_jobs import written
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import PENDING_ACCOUNT_JOB, integrations, jobs, tasks
from seatkeeper.store.workspace_tables import members


@dataclass(frozen=True, slots=True)
class NewTask:
    """A task to be. ``job_id`` is None for the one about all held removals of the integration."""

    integration_id: IntegrationId
    job_id: JobId | None
    kind: TaskKind
    problem: Problem
    choices: tuple[str, ...] = ()
    errand: Errand | None = None
    due_at: datetime | None = None


_NOW = bindparam("now", type_=DateTime(timezone=True))
_INTEGRATION = bindparam("integration_id", type_=Uuid)
_IS_OPEN = tasks.c.state == written(TaskState.OPEN)
_ABOUT = {
    "kind": bindparam("kind", type_=Text),
    "problem_code": bindparam("problem_code", type_=Text),
    "problem_detail": bindparam("problem_detail", type_=Text),
    "choices": bindparam("choices", type_=JSONB),
    "work": bindparam("work", type_=JSONB),
    "due_at": bindparam("due_at", type_=DateTime(timezone=True)),
    "reminded_at": null(),
    "four_eyes": bindparam("four_eyes", type_=Boolean),
}
_NEW = insert(tasks).values(
    id=bindparam("id"),
    integration_id=_INTEGRATION,
    job_id=bindparam("job_id"),
    state=TaskState.OPEN.value,
    opened_at=_NOW,
    assignee_id=select(members.c.id)
    .where(members.c.email == bindparam("assignee", type_=Text), members.c.disabled_at.is_(None))
    .scalar_subquery(),
    **_ABOUT,
)
_OPEN = prepare(
    _NEW.on_conflict_do_update(
        index_elements=[tasks.c.job_id],
        index_where=text("job_id IS NOT NULL AND state = 'open'"),
        set_={name: _NEW.excluded[name] for name in _ABOUT},
    ).returning(tasks.c.id)
)
_OVERDUE = prepare(
    update(tasks)
    .where(
        _IS_OPEN,
        tasks.c.due_at <= _NOW,
        tasks.c.reminded_at.is_(None),
        integrations.c.id == tasks.c.integration_id,
    )
    .values(reminded_at=_NOW)
    .returning(
        *(tasks.c[name] for name in ("id", "integration_id", "job_id")),
        func.coalesce(
            select(jobs.c.target).where(jobs.c.id == tasks.c.job_id).scalar_subquery(), integrations.c.name
        ).label("target"),
    )
)
_HOLD = (tasks.c.integration_id == _INTEGRATION, tasks.c.kind == TaskKind.APPROVE_REMOVALS.value, _IS_OPEN)
_RENEW_HOLD = prepare(
    update(tasks).where(*_HOLD).values(problem_detail=bindparam("new_detail", type_=Text)).returning(tasks.c.id)
)
_OVER = {"state": TaskState.OBSOLETE.value, "closed_at": _NOW, "closed_by": bindparam("closer", type_=Text)}
_CLOSE = prepare(
    update(tasks).where(tasks.c.job_id == any_(bindparam("job_ids", type_=ARRAY(Uuid))), _IS_OPEN).values(_OVER)
)
_CLOSE_HOLD = prepare(
    update(tasks)
    .where(*_HOLD, ~exists().where(PENDING_ACCOUNT_JOB, jobs.c.integration_id == _INTEGRATION, jobs.c.held))
    .values(_OVER)
)


async def open_task(tx: Transaction, task: NewTask) -> TaskId | None:
    """Open a task; one that is open for the same job, or for held removals, is renewed and None is returned."""
    if task.job_id is None and await tx.fetch_one(
        _RENEW_HOLD, integration_id=task.integration_id, new_detail=task.problem.detail
    ):
        return None
    task_id, errand = new_id(), task.errand or Errand()
    row = await tx.fetch_one(
        _OPEN,
        id=task_id,
        integration_id=task.integration_id,
        job_id=task.job_id,
        now=tx.now,
        kind=task.kind.value,
        problem_code=task.problem.code.value,
        problem_detail=task.problem.detail,
        choices=Jsonb(list(task.choices)),
        work=Jsonb([asdict(each) for each in errand.work]),
        due_at=task.due_at,
        four_eyes=errand.four_eyes,
        assignee=errand.assignee,
    )
    return TaskId(task_id) if row is not None and row["id"] == task_id else None


async def mark_overdue_tasks(tx: Transaction) -> list[Row]:
    """Give the open tasks that have become overdue, each once: id, integration_id, job_id and target."""
    return await tx.fetch_all(_OVERDUE, now=tx.now)


async def close_tasks_of(tx: Transaction, job_ids: Collection[JobId]) -> None:
    """Close the open tasks of jobs that got on without an answer."""
    await tx.execute(_CLOSE, job_ids=list(job_ids), now=tx.now, closer=tx.origin.name)


async def close_hold_without_jobs(tx: Transaction, integration_id: IntegrationId) -> None:
    """Close the task about held removals once none is held any more: everybody came back, or was let go."""
    await tx.execute(_CLOSE_HOLD, integration_id=integration_id, now=tx.now, closer=tx.origin.name)
