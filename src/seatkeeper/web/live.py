"""What changes, told to browsers while it happens (``store.changes``).

A browser is told no more than to look again, and fetches what its reader may see.
"""

import asyncio
import secrets
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from typing import TypeAlias

from starlette.responses import StreamingResponse
from starlette.types import Receive, Scope, Send

from seatkeeper.core.errors import RequestError, StoreUnavailableError
from seatkeeper.core.health import Health
from seatkeeper.store.changes import Changes, Watched
from seatkeeper.web.security import SAFE_HEADERS

_KEEP_ALIVE = 15.0
"""Seconds: proxies end a connection that is silent for longer."""
_LEAST_PAUSE = 0.2
_PAUSE_EACH = 0.002
"""Seconds between two words to one browser, at least and for each that watches the same. What they fetch is made
once for all of them (``web.sharing``), so that a bulk, however large, leaves a third of a core."""
_SPREAD_EACH = 0.0005
"""Seconds over which a word is spread, for each browser it goes to, so that they do not all come at once."""

Look: TypeAlias = Callable[[], Awaitable[Watched]]
"""Says what somebody may watch now. Raises a ``RequestError`` once it is nothing."""
ReadHealth: TypeAlias = Callable[[], Awaitable[Health]]
"""Says how the one integration that is watched stands. May raise a ``RequestError``."""

_LOOK = b"event: look\ndata: again\n\n"
_HEALTH = b"event: health\ndata: another\n\n"
_GONE = b"event: gone\ndata: no longer yours to see\n\n"
_STILL_HERE = b": still here\n\n"


class LiveResponse(StreamingResponse):
    """A stream of server-sent events that says no more than "look again" (WHATWG HTML §9.2).

    ``watched`` is what may be watched at first; ``look`` is asked again and again, and once it refuses, the stream
    says ``gone`` and ends. Where there is a ``health``, it also says ``health`` at first and when that is another.
    """

    def __init__(self, changes: Changes, watched: Watched, look: Look, health: ReadHealth | None = None) -> None:
        headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no", **SAFE_HEADERS}
        super().__init__(
            _words(changes, watched, look, Pulse(health)), media_type="text/event-stream", headers=headers
        )

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Stream until the browser leaves or the process is about to end."""
        with suppress(OSError):
            await super().__call__(scope, receive, send)


class Pulse:
    """Knows which health was told last."""

    def __init__(self, read: ReadHealth | None) -> None:
        self._read = read
        self._told: Health | None = None

    async def word(self) -> bytes:
        """Give the word about another health; nothing where it is the same, or cannot be read now."""
        if self._read is None:
            return b""
        with suppress(RequestError):
            before, self._told = self._told, await self._read()
            return b"" if before is self._told else _HEALTH
        return b""


async def _words(changes: Changes, watched: Watched, look: Look, pulse: Pulse) -> AsyncIterator[bytes]:
    yield b"retry: %d\n\n" % (1000 + secrets.randbelow(2000))  # who lost the same process comes back one by one
    clock = asyncio.get_running_loop().time
    check_at = clock() + changes.check_every * _chance()
    while not changes.is_closed:
        looks_at = watched
        async with changes.watch(looks_at) as bell:
            yield _LOOK  # what changed before the bell was lent is not missed
            if word := await pulse.word():
                yield word
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
                if word := await pulse.word():
                    yield word
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
