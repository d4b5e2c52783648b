"""What changes, told to whoever waits for it in this process: browsers, and identity providers that want proof.

One connection to PostgreSQL listens for the whole process. It names integrations, never contents: whoever hears
of a change looks again. Each has a bell, which is rung or not, so a slow one costs no memory and misses nothing:
what it finds is always the newest.
"""

import asyncio
from collections.abc import AsyncIterator, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
import structlog

from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.wakeups import CHANGES

_RECONNECT = 1.0
_CHECK_EVERY = 25.0
"""Seconds after which a stream looks whether somebody may still watch."""

Watched: TypeAlias = frozenset[IntegrationId] | None
"""Integrations, or any for None."""

_KEEPALIVES: Mapping[str, Any] = {
    "keepalives": 1,
    "keepalives_idle": 20,
    "keepalives_interval": 5,
    "keepalives_count": 3,
}
"""A connection that only listens would never notice that the other end is gone."""

_log = structlog.get_logger(__name__)


class Changes:
    """Listens to the database and rings the bells of those who watch."""

    def __init__(self, url: str, *, check_every: float = _CHECK_EVERY) -> None:
        self.check_every = check_every
        self._url = url
        self._bells: dict[IntegrationId | None, set[asyncio.Event]] = {}
        self._closed = asyncio.Event()

    @asynccontextmanager
    async def watch(self, watched: Watched) -> AsyncIterator[asyncio.Event]:
        """Lend a bell that rings (is set) after each change of these integrations; of any, for None."""
        bell, keys = asyncio.Event(), _keys(watched)
        for key in keys:
            self._bells.setdefault(key, set()).add(bell)
        try:
            yield bell
        finally:
            for key in keys:
                self._bells[key].discard(bell)
                if not self._bells[key]:
                    del self._bells[key]

    def count_watchers(self, watched: Watched) -> int:
        """Count the browsers that a change of these integrations is told to, at most."""
        return max((len(self._bells.get(key, ())) for key in _keys(watched)), default=0)

    async def rest(self, seconds: float) -> None:
        """Wait, but not for longer than the streams may go on."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._closed.wait(), seconds)

    @property
    def is_closed(self) -> bool:
        """The process is about to end, and streams should too."""
        return self._closed.is_set()

    def close(self) -> None:
        """End every stream and the listening."""
        self._closed.set()
        self._ring_all()

    async def listen(self) -> None:
        """Listen until closed. After a lost connection everybody is told to look again."""
        while not self._closed.is_set():
            try:
                await self._listen()
            except psycopg.Error as error:
                _log.warning("live.lost", reason=str(error).strip())
                with suppress(TimeoutError):
                    await asyncio.wait_for(self._closed.wait(), _RECONNECT)

    async def _listen(self) -> None:
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True, **_KEEPALIVES)
        async with connection:
            await connection.execute(f"LISTEN {CHANGES}")
            self._ring_all()
            ended = asyncio.create_task(self._closed.wait())
            reading = asyncio.create_task(self._read(connection))
            await asyncio.wait({ended, reading}, return_when=asyncio.FIRST_COMPLETED)
            ended.cancel()
            if not reading.done():
                reading.cancel()
                await asyncio.wait({reading})
                return
            reading.result()

    async def _read(self, connection: psycopg.AsyncConnection[tuple[object, ...]]) -> None:
        async for notice in connection.notifies():
            self._ring(notice.payload)

    def _ring(self, payload: str) -> None:
        for bell in self._bells.get(None, ()):
            bell.set()
        for name in payload.split(","):
            with suppress(ValueError):
                for bell in self._bells.get(IntegrationId(UUID(name)), ()):
                    bell.set()

    def _ring_all(self) -> None:
        for bells in self._bells.values():
            for bell in bells:
                bell.set()


def _keys(watched: Watched) -> Collection[IntegrationId | None]:
    return (None,) if watched is None else watched
