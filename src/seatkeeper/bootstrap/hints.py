"""Wake-up hints: after a commit, workers are told which integrations have something to do.

A hint is never worth an error. When the database is away the hints of that moment are dropped, and the
sweep finds the due jobs some seconds later.
"""

import asyncio
from collections.abc import Callable
from datetime import datetime

import structlog

from seatkeeper.bootstrap.queue import queue_run
from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.database import Database
from seatkeeper.store.wakeups import list_to_wake, notify_changed

_PAUSE = 0.05

_log = structlog.get_logger(__name__)


class Hints:
    """Collects the integrations that were touched and hands them out, at most once in 50 ms.

    Called by ``Database`` after each commit, in the event loop. Holds no more than one id per integration.
    """

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._touched: set[IntegrationId] = set()
        self._woken = asyncio.Event()
        self._is_closing = False
        self._is_failing = False

    def __call__(self, touched: frozenset[IntegrationId]) -> None:
        """Take note of integrations that were touched. Never raises and never waits."""
        self._touched |= touched
        self._woken.set()

    async def hand_out(self, database: Database) -> None:
        """Hand out hints until ``close`` was called and the last ones are out."""
        while self._touched or not self._is_closing:
            if not self._is_closing:
                await self._woken.wait()
                self._woken.clear()
            touched, self._touched = frozenset(self._touched), set()
            if touched:
                await self._hand_out(database, touched)
                await self._pause()

    def close(self) -> None:
        """Let ``hand_out`` end once everything is out."""
        self._is_closing = True
        self._woken.set()

    async def _pause(self) -> None:
        # The first hint goes out at once; those that follow within the pause go out together.
        if not self._is_closing:
            await asyncio.sleep(_PAUSE)

    async def _hand_out(self, database: Database, touched: frozenset[IntegrationId]) -> None:
        try:
            async with database.read() as reader:
                await notify_changed(reader, touched)
                for integration_id in await list_to_wake(reader, touched, self._clock()):
                    await queue_run(reader.connection, integration_id)
        except Exception as error:  # noqa: BLE001 - whatever it is, the next hint may fare better
            if not self._is_failing:
                _log.warning("hints.failing", reason=str(error), remedy="the sweep finds the jobs instead")
            self._is_failing = True
        else:
            self._is_failing = False
