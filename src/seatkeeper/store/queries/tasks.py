"""Reading tasks: work for people."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, Text, Uuid, bindparam, cast, func, select

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.handwork import HandValue, Handwork
from seatkeeper.core.ids import IntegrationId, JobId, MemberId, TaskId
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.tasks import TaskKind, TaskState
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.queries.due_jobs import written
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations, jobs, tasks
from seatkeeper.store.workspace_tables import integration_roles, members


@dataclass(frozen=True, slots=True)
class TaskFilter:
    """Which tasks are asked for; what is None does not narrow."""

    integration_id: IntegrationId | None = None
    state: TaskState | None = TaskState.OPEN
    limit: int = 50
    before: TaskId | None = None
    """Only tasks older than this one, to go on where a part of the list ended."""
    visible_to: MemberId | None = None
    """Only tasks of integrations this member has a role on."""
    assignee_id: MemberId | None = None
    unassigned: bool = False


@dataclass(frozen=True, slots=True)
class ListedTask:
    """A task as people see it; ``target`` is the name of the job's account or group, where there is a job."""

    id: TaskId
    integration_id: IntegrationId
    integration: str
    job_id: JobId | None
    target: str | None
    is_about_group: bool
    kind: TaskKind
    state: TaskState
    problem: Problem
    choices: tuple[str, ...]
    opened_at: datetime
    closed_at: datetime | None
    closed_by: str | None
    assignee_id: MemberId | None
    assignee: str | None
    """The name of whom the task was given to."""
    note: str
    """What the person said who closed it."""
    work: tuple[Handwork, ...]
    due_at: datetime | None
    four_eyes: bool
    """It counts once another person has looked at it."""


_PLAIN = (
    *("id", "integration_id", "job_id", "opened_at", "closed_at", "closed_by", "assignee_id"),
    *("due_at", "four_eyes"),
)
_READ = ("kind", "state", "problem_code", "problem_detail", "choices", "work")


def _selected() -> Select[tuple[object, ...]]:
    return (
        select(
            *(tasks.c[name] for name in (*_PLAIN, *_READ)),
            integrations.c.slug.label("integration"),
            jobs.c.target,
            jobs.c.app_group_id.is_not(None).label("is_about_group"),
            members.c.name.label("assignee"),
            func.coalesce(tasks.c.answer["note"].astext, "").label("note"),
        )
        .join(integrations, integrations.c.id == tasks.c.integration_id)
        .outerjoin(jobs, jobs.c.id == tasks.c.job_id)
        .outerjoin(members, members.c.id == tasks.c.assignee_id)
    )


_BY_ID = prepare(_selected().where(tasks.c.id == bindparam("id", type_=Uuid)))
_BY_ID_END = prepare(
    _selected()
    .where(
        func.right(cast(tasks.c.id, Text), func.length(bindparam("end", type_=Text)))
        == bindparam("end", type_=Text)
    )
    .order_by(tasks.c.id)
    .limit(2)
)


async def list_tasks(reader: Reader, wanted: TaskFilter) -> list[ListedTask]:
    """List the newest tasks that pass the filter, newest first."""
    statement = _selected().order_by(tasks.c.id.desc()).limit(wanted.limit)
    if wanted.integration_id is not None:
        statement = statement.where(tasks.c.integration_id == wanted.integration_id)
    if wanted.before is not None:
        statement = statement.where(tasks.c.id < wanted.before)
    if wanted.visible_to is not None:
        statement = statement.join(
            integration_roles, integration_roles.c.integration_id == tasks.c.integration_id
        ).where(integration_roles.c.member_id == wanted.visible_to)
    if wanted.unassigned:
        statement = statement.where(tasks.c.assignee_id.is_(None))
    elif wanted.assignee_id is not None:
        statement = statement.where(tasks.c.assignee_id == wanted.assignee_id)
    if wanted.state is not None:
        # Literal, so that the planner sees that the partial index tasks_open holds every open one.
        statement = statement.where(tasks.c.state == written(wanted.state))
    return [_task(row) for row in await reader.fetch_all(statement)]


async def get_task(reader: Reader, task_id: TaskId) -> ListedTask:
    """Read one task. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_BY_ID, id=task_id)
    if row is None:
        raise NotFoundError(f"There is no task with the id {task_id}.")
    return _task(row)


async def find_tasks_ending(reader: Reader, end: str) -> list[ListedTask]:
    """Find up to two tasks whose id ends so: people type the end of an id, which is its random part."""
    return [_task(row) for row in await reader.fetch_all(_BY_ID_END, end=end)]


def _task(row: Row) -> ListedTask:
    return ListedTask(
        **{name: row[name] for name in _PLAIN},
        integration=row["integration"],
        target=row["target"],
        is_about_group=row["is_about_group"],
        assignee=row["assignee"],
        note=row["note"],
        kind=TaskKind(row["kind"]),
        state=TaskState(row["state"]),
        problem=Problem(ProblemCode(row["problem_code"]), row["problem_detail"]),
        choices=tuple(row["choices"]),
        work=tuple(_work(each) for each in row["work"]),
    )


def _work(told: dict[str, Any]) -> Handwork:
    return Handwork(told["what"], tuple(HandValue(**each) for each in told["values"]), told["text"])
