"""What a worker does beside its runs: find due jobs nobody announced, and take over from workers that died.

Both are loops of each worker rather than Procrastinate's periodic tasks. A periodic task waits for a free
slot like any run, so slow apps could keep the sweep from ever starting; it leaves a row for every turn; and a
loop goes on, and tries again, while the queue's own connection is down. Sweeps of several workers exclude each
other with an advisory lock, and taking over is harmless when two do it.
"""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta
from uuid import UUID

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException
from procrastinate.jobs import Job, Status
from procrastinate.worker import Worker
from psycopg_pool import PoolTimeout

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.bootstrap.queue import RUNS, queue_run
from seatkeeper.bootstrap.recording import tidy
from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.engine.evidence import forget_old_evidence
from seatkeeper.engine.sweep import sweep
from seatkeeper.store.database import Database
from seatkeeper.store.wakeups import try_to_sweep_alone

PASSING = (StoreUnavailableError, ConnectorException, psycopg.Error, PoolTimeout, OSError)
"""What a database that goes away for a while makes of any call."""

_log = structlog.get_logger(__name__)


def reason_of(error: Exception) -> str:
    """Say in one line why the database could not be used; Procrastinate hides the reason in the cause."""
    return str(error.__cause__ or error).strip().partition("\n")[0]


async def sweep_regularly(parts: Parts) -> None:
    """Queue a run for every integration that has due jobs, at once and then every sweep interval."""
    await regularly(lambda: _sweep(parts), parts.settings.sweep_interval, "sweep")


async def take_over_regularly(parts: Parts, worker: Worker) -> None:
    """Queue the runs of dead workers anew, at every heartbeat of this one."""
    await regularly(lambda: _take_over(parts, worker), parts.settings.heartbeat_interval, "take_over")


async def regularly(work: Callable[[], Awaitable[None]], pause: float, name: str) -> None:
    """Do some work again and again; a database that goes away is waited for, and told of once in the log."""
    failing = False
    while True:
        try:
            await work()
        except PASSING as error:
            if not failing:
                _log.warning(f"{name}.failing", reason=reason_of(error))
            failing = True
        else:
            failing = False
        await asyncio.sleep(pause)


async def _sweep(parts: Parts) -> None:
    async with parts.database.read() as reader, reader.connection.transaction():
        if not await try_to_sweep_alone(reader):
            return
        due = await sweep(parts.engine)
        await _queue(parts.database, due)
        await tidy(parts.database)
        await forget_old_evidence(parts.engine, timedelta(days=parts.settings.evidence_days))


async def _queue(database: Database, due: list[IntegrationId]) -> None:
    if due:
        async with database.read() as reader:
            for integration_id in due:
                await queue_run(reader.connection, integration_id)


async def _take_over(parts: Parts, worker: Worker) -> None:
    manager, patience = worker.app.job_manager, parts.settings.stalled_after
    if worker.worker_id is None:
        return
    # First of all say that we live: after this machine slept, we would take over from ourselves.
    await manager.update_heartbeat(worker.worker_id)
    for job in await manager.get_stalled_jobs(queue=RUNS, seconds_since_heartbeat=patience):
        await _take_back(parts.database, worker, job)
    await manager.prune_stalled_workers(patience)


async def _take_back(database: Database, worker: Worker, job: Job) -> None:
    assert job.id is not None
    integration_id = IntegrationId(UUID(str(job.task_kwargs["integration_id"])))
    # Queue first: a crash between the two leaves one run too many, not one too few.
    async with database.read() as reader:
        await queue_run(reader.connection, integration_id)
    try:
        await worker.app.job_manager.finish_job_by_id_async(job.id, Status.FAILED, delete_job=True)
    except ConnectorException:
        return  # another worker did the same
    _log.warning("run.taken_over", integration=str(integration_id), worker=job.worker_id)
