"""The queue of runs: one Procrastinate job at most waits per integration, and one at most is carried out.

The job row in ``jobs`` is the truth and a queued run only a wake-up, so nothing here is ever scheduled for
later: Procrastinate lets a job that waits for its time hold back every other of the same lock.
"""

from typing import Any

import psycopg
from procrastinate import PsycopgConnector
from procrastinate.exceptions import AlreadyEnqueued
from procrastinate.manager import JobManager
from procrastinate.tasks import configure_task

from seatkeeper.core.ids import IntegrationId

RUNS = "runs"
RUN_TASK = "seatkeeper.run"

_manager = JobManager(PsycopgConnector())
"""Never opened: each run is put into the queue on the connection of whoever asks for it."""


async def queue_run(connection: psycopg.AsyncConnection[Any], integration_id: IntegrationId) -> None:
    """Ask for a run of this integration; one that already waits is enough."""
    lock = str(integration_id)
    deferrer = configure_task(
        name=RUN_TASK,
        job_manager=_manager,
        queue=RUNS,
        lock=lock,
        queueing_lock=lock,
        connection=connection,
    )
    try:
        await deferrer.defer_async(integration_id=lock)
    except AlreadyEnqueued:
        return
