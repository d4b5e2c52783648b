"""Waiting in one process for jobs to end, without a connection to the database and without a transaction.

Those who wait for jobs of one integration share one look at the database after each change of it.
"""

import asyncio
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from typing import TypeAlias

from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.ids import IntegrationId, JobId
from seatkeeper.core.jobs import PENDING, JobState
from seatkeeper.store.changes import Changes
from seatkeeper.store.database import Database
from seatkeeper.store.queries.newest_jobs import NewestJob, read_jobs

_MOST = 1000
"""Answers held at the same time by one process; whoever comes then does not wait."""
_PAUSE = 0.05
"""Seconds between two looks."""
_RECONNECT = 1.0
"""Seconds after which a database that is away is asked again."""

_Hope: TypeAlias = "asyncio.Future[NewestJob | None]"


@dataclass(slots=True)
class _Room:
    """Those who wait for jobs of one integration. ``word`` is set for the next look, also by who comes in."""

    word: asyncio.Event
    hopes: dict[JobId, set[_Hope]] = field(default_factory=dict)


class Awaiting:
    """Waits for jobs. Without ``changes`` nobody waits."""

    def __init__(self, database: Database, changes: Changes | None) -> None:
        self._database = database
        self._changes = changes
        self._rooms: dict[IntegrationId, _Room] = {}
        self._looking: set[asyncio.Task[None]] = set()
        self._count = 0

    async def settle(self, integration_id: IntegrationId, job_id: JobId, within: timedelta) -> NewestJob | None:
        """Wait until a job needs no waiting any more, and say how it stands.

        None when it still does by then, when the process is about to end, and when too many wait already.
        """
        if self._changes is None or self._changes.is_closed or self._count >= _MOST:
            return None
        hope: _Hope = asyncio.get_running_loop().create_future()
        room = self._enter(self._changes, integration_id)
        room.hopes.setdefault(job_id, set()).add(hope)
        self._count += 1
        room.word.set()
        try:
            with suppress(TimeoutError):
                return await asyncio.wait_for(hope, within.total_seconds())
            return None
        finally:
            self._count -= 1
            _leave(room, job_id, hope)

    def _enter(self, changes: Changes, integration_id: IntegrationId) -> _Room:
        room = self._rooms.get(integration_id)
        if room is None:
            room = self._rooms[integration_id] = _Room(asyncio.Event())
            task = asyncio.create_task(self._look_on(changes, integration_id, room), name="awaiting")
            self._looking.add(task)
            task.add_done_callback(self._looking.discard)
        return room

    async def _look_on(self, changes: Changes, integration_id: IntegrationId, room: _Room) -> None:
        try:
            async with changes.watch(frozenset({integration_id})) as bell:
                bell.set()
                room.word = bell
                while room.hopes and not changes.is_closed:
                    await bell.wait()
                    bell.clear()
                    try:
                        await self._look(room)
                        await changes.rest(_PAUSE)
                    except StoreUnavailableError:
                        bell.set()
                        await changes.rest(_RECONNECT)
        finally:
            del self._rooms[integration_id]
            _fulfil(hope for hopes in room.hopes.values() for hope in hopes)

    async def _look(self, room: _Room) -> None:
        asked = list(room.hopes)
        if not asked:
            return
        async with self._database.read() as reader:
            found = await read_jobs(reader, asked)
        for job_id in asked:
            job = found.get(job_id)
            if job is None or is_settled(job):
                _fulfil(room.hopes.pop(job_id, ()), job)


def is_settled(job: NewestJob) -> bool:
    """Say whether nothing is to be gained by waiting: it ended, a person has to act, or nobody works on it."""
    if job.state in PENDING - {JobState.WAITING}:
        return not job.is_worked_on
    return job.state is not JobState.RUNNING


def _fulfil(hopes: Iterable[_Hope], job: NewestJob | None = None) -> None:
    for hope in tuple(hopes):
        if not hope.done():
            hope.set_result(job)


def _leave(room: _Room, job_id: JobId, hope: _Hope) -> None:
    hopes = room.hopes.get(job_id)
    if hopes is not None:
        hopes.discard(hope)
        if not hopes:
            del room.hopes[job_id]
    if not room.hopes:
        room.word.set()
