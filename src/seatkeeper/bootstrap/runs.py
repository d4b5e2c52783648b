"""Runs, as the queue hands them to a worker: one turn at one integration, and then perhaps another."""

import asyncio
from datetime import datetime, timedelta
from uuid import UUID

import structlog

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.bootstrap.queue import queue_run
from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.engine.run import run_integration

_log = structlog.get_logger(__name__)


class Runs:
    """Carries out runs until ``stop`` is set; then each run ends with the attempts it is in.

    A run that has more to do goes to the end of the queue, so that integrations take turns. One that has
    something to do before the next sweep is queued again at that moment; what is due later, the sweep finds.
    """

    def __init__(self, parts: Parts, stop: asyncio.Event) -> None:
        self._parts = parts
        self._stop = stop
        self._later: dict[IntegrationId, asyncio.Task[None]] = {}

    async def run(self, integration_id: str) -> None:
        """Take one turn at an integration. Never raises for what the next sweep can put right."""
        integration = IntegrationId(UUID(integration_id))
        time_slice = timedelta(seconds=self._parts.settings.time_slice)
        try:
            ended = await run_integration(self._parts.engine, integration, time_slice=time_slice, stop=self._stop)
        except StoreUnavailableError as error:
            _log.warning("run.interrupted", integration=integration_id, reason=str(error))
        except asyncio.CancelledError:
            await self._queue(integration)
            raise
        except Exception:  # noqa: BLE001 - a bug of ours: told with its traceback, and the sweep tries again
            _log.exception("run.failed", integration=integration_id)
        else:
            if ended.again:
                await self._queue(integration)
            elif ended.next_due_at is not None:
                self._queue_at(integration, ended.next_due_at)

    async def close(self) -> None:
        """Forget what was to be queued later; the sweep of another worker finds it."""
        waiting = list(self._later.values())
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    def _queue_at(self, integration: IntegrationId, instant: datetime) -> None:
        delay = (instant - self._parts.engine.clock()).total_seconds()
        if delay > self._parts.settings.sweep_interval:
            return
        if earlier := self._later.pop(integration, None):
            earlier.cancel()
        task = asyncio.create_task(self._queue_after(integration, max(delay, 0)))
        self._later[integration] = task
        task.add_done_callback(lambda done: self._forget(integration, done))

    def _forget(self, integration: IntegrationId, done: asyncio.Task[None]) -> None:
        if self._later.get(integration) is done:
            del self._later[integration]

    async def _queue_after(self, integration: IntegrationId, delay: float) -> None:
        await asyncio.sleep(delay)
        await self._queue(integration)

    async def _queue(self, integration: IntegrationId) -> None:
        try:
            async with self._parts.database.read() as reader:
                await queue_run(reader.connection, integration)
        except StoreUnavailableError as error:
            _log.warning("run.not_queued", integration=str(integration), reason=str(error))
