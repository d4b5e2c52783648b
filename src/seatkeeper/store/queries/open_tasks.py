"""Reading the tasks that wait for people, for those whom they wait for."""

from sqlalchemy import Select, Uuid, bindparam, func, select
from sqlalchemy import text as sql

from seatkeeper.core.ids import MemberId
from seatkeeper.core.tasks import TaskState
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import tasks
from seatkeeper.store.workspace_tables import integration_roles

_MOST_COUNTED = 1000

# Written so that the planner sees that the partial index tasks_open holds every such row.
_IS_OPEN = sql(f"tasks.state = '{TaskState.OPEN}'")
_ALL = select(tasks.c.id).where(_IS_OPEN)
_OF_MEMBER = _ALL.join(integration_roles, integration_roles.c.integration_id == tasks.c.integration_id).where(
    integration_roles.c.member_id == bindparam("member_id", type_=Uuid)
)


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
