"""What changes, told to browsers while it happens.

One connection to PostgreSQL listens for the whole process. It names integrations, never contents: a browser is
told to look again, and fetches what its reader may see. Each browser has a queue of one, so a slow one costs no
memory and misses nothing: what it fetches is always the newest.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping
from contextlib import asynccontextmanager, suppress
from typing import Any, TypeAlias
from uuid import UUID

import psycopg
import structlog
from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from seatkeeper.core.errors import RequestError, StoreUnavailableError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.wakeups import CHANGES
from seatkeeper.web.security import SAFE_HEADERS

_RECONNECT = 1.0
_KEEP_ALIVE = 15.0
"""Seconds: proxies end a connection that is silent for longer."""
_CHECK_EVERY = 25.0
"""Seconds after which it is looked whether somebody may still watch."""
_LEAST_PAUSE = 0.2
_PAUSE_EACH = 0.002
"""Seconds between two words to one browser, at least and for each that watches the same. What they fetch is made
once for all of them (``web.sharing``), so that a bulk, however large, takes little more than half of a core."""
_SPREAD_EACH = 0.0005
"""Seconds over which a word is spread, for each browser it goes to, so that they do not all come at once."""

Watched: TypeAlias = frozenset[IntegrationId] | None
"""Integrations, or any for None."""

Look: TypeAlias = Callable[[], Awaitable[Watched]]
"""Says what somebody may watch now. Raises a ``RequestError`` once it is nothing."""

_LOOK = b"event: look\ndata: again\n\n"
_GONE = b"event: gone\ndata: no longer yours to see\n\n"
_STILL_HERE = b": still here\n\n"
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


class LiveResponse(StreamingResponse):
    """A stream of server-sent events that says no more than "look again" (WHATWG HTML §9.2).

    ``watched`` is what may be watched at first; ``look`` is asked again and again, and once it refuses, the stream
    says ``gone`` and ends.
    """

    def __init__(self, changes: Changes, watched: Watched, look: Look) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **SAFE_HEADERS}
        super().__init__(_words(changes, watched, look), media_type="text/event-stream", headers=headers)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the browser leaves or the process is about to end."""
        with suppress(OSError):
            await super().__call__(scope, receive, send)


async def _words(changes: Changes, watched: Watched, look: Look) -> AsyncIterator[bytes]:
    yield b"retry: %d\n\n" % (1000 + secrets.randbelow(2000))  # who lost the same process comes back one by one
    clock = asyncio.get_running_loop().time
    check_at = clock() + changes.check_every * _chance()
    while not changes.is_closed:
        looks_at = watched
        async with changes.watch(looks_at) as bell:
            yield _LOOK  # what changed before the bell was lent is not missed
            while watched == looks_at and not changes.is_closed:
                if clock() >= check_at:
                    try:
                        watched = await _ask(look, watched)
                    except RequestError:
                        yield _GONE
                        return
                    check_at = clock() + changes.check_every
                count = changes.count_watchers(looks_at)
                if not await _rings(bell, min(_KEEP_ALIVE, check_at - clock())):
                    yield _STILL_HERE
                    continue
                await changes.rest(_chance() * count * _SPREAD_EACH)
                bell.clear()
                yield _LOOK
                await changes.rest(max(_LEAST_PAUSE, count * _PAUSE_EACH))


async def _ask(look: Look, watched: Watched) -> Watched:
    try:
        return await look()
    except StoreUnavailableError:
        return watched  # nothing is told meanwhile, and nothing can be read


async def _rings(bell: asyncio.Event, within: float) -> bool:
    with suppress(TimeoutError):
        await asyncio.wait_for(bell.wait(), max(within, 0))
    return bell.is_set()


def _chance() -> float:
    return secrets.randbelow(1000) / 1000


def _keys(watched: Watched) -> Collection[IntegrationId | None]:
    return (None,) if watched is None else watched
