"""What changes, told to browsers while it happens.

One connection to PostgreSQL listens for the whole process. It names integrations, never contents: a browser is
told to look again, and fetches what its reader may see. Each browser has a queue of one, so a slow one costs no
memory and misses nothing: what it fetches is always the newest.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from uuid import UUID

import psycopg
import structlog
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.wakeups import CHANGES

_RECONNECT = 1.0
_KEEP_ALIVE = 15.0
"""Seconds: proxies end a connection that is silent for longer."""
_PAUSE = 0.2
"""Seconds between two words to one browser, so that a bulk does not have it fetch all the time."""

_log = structlog.get_logger(__name__)


class Changes:
    """Listens to the database and rings the bells of those who watch."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._bells: dict[IntegrationId | None, set[asyncio.Event]] = {}
        self._closed = asyncio.Event()

    @asynccontextmanager
    async def watch(self, integration_id: IntegrationId | None) -> AsyncIterator[asyncio.Event]:
        """Lend a bell that rings (is set) after each change of an integration; of any, for None."""
        bell = asyncio.Event()
        self._bells.setdefault(integration_id, set()).add(bell)
        try:
            yield bell
        finally:
            self._bells[integration_id].discard(bell)
            if not self._bells[integration_id]:
                del self._bells[integration_id]

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
        connection = await psycopg.AsyncConnection.connect(self._url, autocommit=True)
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


class LiveResponse(StreamingResponse):
    """A stream of server-sent events that says no more than "look again" (WHATWG HTML §9.2)."""

    def __init__(self, changes: Changes, integration_id: IntegrationId | None) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
        super().__init__(_words(changes, integration_id), media_type="text/event-stream", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the browser leaves or the process is about to end."""
        with suppress(OSError):
            await super().__call__(scope, receive, send)


async def _words(changes: Changes, integration_id: IntegrationId | None) -> AsyncIterator[bytes]:
    async with changes.watch(integration_id) as bell:
        yield b"retry: 1000\nevent: look\ndata: again\n\n"
        while not changes.is_closed:
            try:
                await asyncio.wait_for(bell.wait(), _KEEP_ALIVE)
            except TimeoutError:
                yield b": still here\n\n"
                continue
            bell.clear()
            if not changes.is_closed:
                yield b"event: look\ndata: again\n\n"
                await asyncio.sleep(_PAUSE)
