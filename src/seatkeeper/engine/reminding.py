"""Telling of tasks that nobody has done in time."""

from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.tasks import mark_overdue_tasks


async def remind_of_tasks(tx: Transaction) -> None:
    """Record an event, of which notifications tell, for each open task that has become overdue; once for each."""
    for task in await mark_overdue_tasks(tx):
        integration_id = IntegrationId(task["integration_id"])
        told = Happening(integration_id, EventKind.TASK_OVERDUE, task["target"], job_id=task["job_id"])
        await record_event(tx, told)
