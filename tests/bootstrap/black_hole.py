"""An app that takes every call and answers none, until it is told to hang up."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager


class BlackHole:
    """Counts the calls it was ever given, and holds each until ``let_go``."""

    def __init__(self) -> None:
        self.calls = 0
        self.port = 0
        self._released = asyncio.Event()

    def let_go(self) -> None:
        """Hang up on everybody, now and from now on."""
        self._released.set()

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Hold one call."""
        if await reader.read(1):
            self.calls += 1
        await self._released.wait()
        writer.close()


@asynccontextmanager
async def black_hole() -> AsyncIterator[BlackHole]:
    """Listen on 127.0.0.1 for the length of a block."""
    hole = BlackHole()
    server = await asyncio.start_server(hole.take, "127.0.0.1", 0)
    hole.port = server.sockets[0].getsockname()[1]
    try:
        yield hole
    finally:
        hole.let_go()
        server.close()
