"""Reading the tasks that wait for people, for those whom they wait for."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, Select, Uuid, bindparam, func, select
from sqlalchemy import text as sql

from seatkeeper.core.ids import IntegrationId, JobId, MemberId, TaskId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.tasks import TaskState
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import jobs, tasks
from seatkeeper.store.workspace_tables import integration_roles

_MOST_COUNTED = 1000

# Written so that the planner sees that the partial index tasks_open holds every such row.
_IS_OPEN = sql(f"tasks.state = '{TaskState.OPEN}'")
_ALL = select(tasks.c.id).where(_IS_OPEN)
_OF_MEMBER = _ALL.join(integration_roles, integration_roles.c.integration_id == tasks.c.integration_id).where(
    integration_roles.c.member_id == bindparam("member_id", type_=Uuid)
)


@dataclass(frozen=True, slots=True)
class HeldRemoval:
    """A job that would take an account away, and is held for a person to say yes or no."""

    id: JobId
    target: str
    created_at: datetime
    actor: str


_HELD = prepare(
    select(*(jobs.c[name] for name in ("id", "target", "created_at", "actor")))
    .where(
        jobs.c.integration_id == bindparam("integration_id", type_=Uuid),
        sql(f"jobs.state = '{JobState.WAITING}'"),
        jobs.c.held,
    )
    .order_by(jobs.c.id)
    .limit(bindparam("limit", type_=Integer))
)


_OF_JOB = prepare(select(tasks.c.id).where(tasks.c.job_id == bindparam("job_id", type_=Uuid), _IS_OPEN))


def _count(these: Select[tuple[object]]) -> Prepared:
    return prepare(select(func.count().label("count")).select_from(these.limit(_MOST_COUNTED).subquery("these")))


_COUNT_ALL = _count(_ALL)
_COUNT_OF_MEMBER = _count(_OF_MEMBER)


async def count_open_tasks(reader: Reader, member_id: MemberId | None) -> int:
    """Count the open tasks of integrations a member has a role on, or of all for None, up to a thousand."""
    if member_id is None:
        [row] = await reader.fetch_all(_COUNT_ALL)
    else:
        [row] = await reader.fetch_all(_COUNT_OF_MEMBER, member_id=member_id)
    return int(row["count"])


async def list_held_removals(reader: Reader, integration_id: IntegrationId, limit: int) -> list[HeldRemoval]:
    """List the removals of an integration that are held, those asked for first first."""
    rows = await reader.fetch_all(_HELD, integration_id=integration_id, limit=limit)
    return [HeldRemoval(**row) for row in rows]


async def find_open_task(reader: Reader, job_id: JobId) -> TaskId | None:
    """Find the task a job waits for."""
    row = await reader.fetch_one(_OF_JOB, job_id=job_id)
    return None if row is None else TaskId(row["id"])
