"""Reading the files people kept with tasks."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, bindparam, func, select

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import TaskId
from seatkeeper.store.database import Reader
from seatkeeper.store.evidence_tables import task_files
from seatkeeper.store.statements import prepare


@dataclass(frozen=True, slots=True)
class KeptFile:
    """A file without its content."""

    id: UUID
    name: str
    media_type: str
    size: int
    added_at: datetime
    added_by: str


_OF_TASK = task_files.c.task_id == bindparam("task_id", type_=Uuid)
_LIST = prepare(
    select(
        *(task_files.c[name] for name in ("id", "name", "media_type", "added_at", "added_by")),
        func.octet_length(task_files.c.content).label("size"),
    )
    .where(_OF_TASK)
    .order_by(task_files.c.id)
)
_CONTENT = prepare(select(task_files.c.content).where(_OF_TASK, task_files.c.id == bindparam("id", type_=Uuid)))


async def list_files(reader: Reader, task_id: TaskId) -> list[KeptFile]:
    """List the files of a task, the first first."""
    return [KeptFile(**row) for row in await reader.fetch_all(_LIST, task_id=task_id)]


async def get_file(reader: Reader, task_id: TaskId, file_id: UUID) -> tuple[KeptFile, bytes]:
    """Read one file. Raises ``NotFoundError``."""
    for each in await list_files(reader, task_id):
        if each.id == file_id:
            row = await reader.fetch_one(_CONTENT, task_id=task_id, id=file_id)
            if row is not None:
                return each, bytes(row["content"])
    raise NotFoundError("The task has no such file.")
