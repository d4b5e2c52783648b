"""Keeping files with tasks."""

from dataclasses import dataclass, field

from sqlalchemy import Uuid, bindparam, func, insert, select

from seatkeeper.core.ids import TaskId
from seatkeeper.store.database import Transaction
from seatkeeper.store.evidence_tables import task_files
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import tasks


@dataclass(frozen=True, slots=True)
class EvidenceFile:
    """A file as somebody gave it."""

    name: str
    media_type: str
    content: bytes = field(repr=False)


_OF_TASK = bindparam("task_id", type_=Uuid)
_LOCK = prepare(select(tasks.c.id).where(tasks.c.id == _OF_TASK).with_for_update())
_COUNT = prepare(select(func.count().label("count")).where(task_files.c.task_id == _OF_TASK))
_INSERT = prepare(
    insert(task_files).values({each.name: bindparam(each.name, type_=each.type) for each in task_files.c})
)


async def insert_file(tx: Transaction, task_id: TaskId, file: EvidenceFile, *, most: int) -> bool:
    """Keep a file with a task; False when the task has as many as it may."""
    await tx.fetch_one(_LOCK, task_id=task_id)
    [row] = await tx.fetch_all(_COUNT, task_id=task_id)
    if row["count"] >= most:
        return False
    await tx.execute(
        _INSERT,
        id=new_id(),
        task_id=task_id,
        name=file.name,
        media_type=file.media_type,
        content=file.content,
        added_at=tx.now,
        added_by=tx.origin.name,
    )
    return True
