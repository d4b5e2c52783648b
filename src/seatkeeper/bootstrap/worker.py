"""A worker: fetches runs from the queue, many integrations at once, until it is told to stop."""

import asyncio
import gc

import structlog
from procrastinate import App, PsycopgConnector
from procrastinate.worker import Worker

from seatkeeper.bootstrap.notifying import tell_regularly
from seatkeeper.bootstrap.parts import Parts
from seatkeeper.bootstrap.queue import RUN_TASK, RUNS
from seatkeeper.bootstrap.runs import Runs
from seatkeeper.bootstrap.sweeping import PASSING, reason_of, sweep_regularly, take_over_regularly

_QUEUE_CONNECTIONS = 4
_GRACE = 8.0
"""Seconds for the attempts under way once a stop was asked for; what is left then is broken off and queued."""
_PAUSE = 1.0
_COLLECTIONS = (5_000, 20, 20)
"""Objects that come and go with a batch of jobs die by themselves; measured, a sixth of a sync's CPU time."""

_log = structlog.get_logger(__name__)


async def work(parts: Parts, stop: asyncio.Event) -> None:
    """Carry out runs until ``stop`` is set. A database that goes away is waited for."""
    _spare_the_collector()
    runs = Runs(parts, stop)
    beside = [
        asyncio.create_task(sweep_regularly(parts), name="sweep"),
        asyncio.create_task(tell_regularly(parts), name="notifications"),
    ]
    try:
        while not stop.is_set():
            await _work_while_possible(parts, runs, stop)
    finally:
        for task in beside:
            task.cancel()
        await runs.close()
    _log.info("worker.stopped")


def _spare_the_collector() -> None:
    """Keep what is there by now out of garbage collections: a sync would look it all through again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(*_COLLECTIONS)


async def _work_while_possible(parts: Parts, runs: Runs, stop: asyncio.Event) -> None:
    try:
        await _work(parts, runs, stop)
    except PASSING as error:
        _log.warning("worker.interrupted", reason=reason_of(error))
    if not stop.is_set():
        await asyncio.sleep(_PAUSE)


async def _work(parts: Parts, runs: Runs, stop: asyncio.Event) -> None:
    app = App(connector=PsycopgConnector(conninfo=parts.url, min_size=1, max_size=_QUEUE_CONNECTIONS, timeout=10))
    app.task(name=RUN_TASK, queue=RUNS)(runs.run)
    async with app.open_async():
        worker = _worker(app, parts)
        running = asyncio.create_task(_run(worker), name="worker")
        _log.info("worker.started", concurrency=parts.settings.concurrency)
        beside = [
            asyncio.create_task(stop.wait(), name="stop"),
            asyncio.create_task(take_over_regularly(parts, worker), name="take over"),
        ]
        await asyncio.wait([running, beside[0]], return_when=asyncio.FIRST_COMPLETED)
        _stop(worker)
        try:
            await running
        finally:
            for task in beside:
                task.cancel()


def _worker(app: App, parts: Parts) -> Worker:
    settings = parts.settings
    return Worker(
        app,
        queues=[RUNS],
        concurrency=settings.concurrency,
        fetch_job_polling_interval=settings.sweep_interval,
        shutdown_graceful_timeout=_GRACE,
        delete_jobs="always",
        install_signal_handlers=False,
        update_heartbeat_interval=settings.heartbeat_interval,
        stalled_worker_timeout=settings.stalled_after,
    )


async def _run(worker: Worker) -> None:
    await worker.run()  # type: ignore[no-untyped-call] # Procrastinate leaves its result untyped


def _stop(worker: Worker) -> None:
    worker.stop()  # type: ignore[no-untyped-call] # as above
