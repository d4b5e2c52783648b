"""Giving tasks to people, and closing them with an answer. The engine opens them (``records.tasks``)."""

from psycopg.types.json import Jsonb
from sqlalchemy import DateTime, Text, Uuid, bindparam, update
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.core.ids import MemberId, TaskId
from seatkeeper.core.tasks import TaskState
from seatkeeper.core.values import Json
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import tasks

_NOW = bindparam("now", type_=DateTime(timezone=True))
_BY = bindparam("closer", type_=Text)
_IS_OPEN = tasks.c.state == TaskState.OPEN.value

_CLOSE = prepare(
    update(tasks)
    .where(tasks.c.id == bindparam("task_id", type_=Uuid), _IS_OPEN)
    .values(
        state=bindparam("new_state", type_=Text),
        answer=bindparam("given", type_=JSONB),
        closed_at=_NOW,
        closed_by=_BY,
    )
)

_ASSIGN = prepare(
    update(tasks)
    .where(tasks.c.id == bindparam("task_id", type_=Uuid), _IS_OPEN)
    .values(assignee_id=bindparam("member_id", type_=Uuid))
)


async def assign_task_to(tx: Transaction, task_id: TaskId, member_id: MemberId | None) -> bool:
    """Give an open task to somebody, or to nobody; False when it is not open (any more)."""
    return await tx.execute(_ASSIGN, task_id=task_id, member_id=member_id) > 0


async def close_task(tx: Transaction, task_id: TaskId, state: TaskState, answer: Json) -> bool:
    """Close an open task; False when it is not open (any more)."""
    closed = await tx.execute(
        _CLOSE, task_id=task_id, new_state=state.value, given=Jsonb(answer), now=tx.now, closer=tx.origin.name
    )
    return closed > 0
