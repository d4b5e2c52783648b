"""Open tabs of Activity, hundreds in one process: each listens, and fetches its rows whenever it is told to look.

Plain sockets instead of browsers or an HTTP library, so that what is measured is the server.
"""

import asyncio
import contextlib
import time
from collections.abc import AsyncIterator
from typing import NamedTuple
from urllib.parse import urlsplit

from seatkeeper.web.visits import SESSION_COOKIE


class Tabs:
    """Tabs of one page. ``words`` counts what each was told; ``rows`` is what it shows, since ``shown_at``."""

    def __init__(self, page: str, secret: str, count: int) -> None:
        self.words = [0] * count
        self.rows = [b""] * count
        self.shown_at = [0.0] * count
        self._address = urlsplit(page)
        self._secret = secret
        self._streams: list[asyncio.Task[None]] = []

    def open(self) -> None:
        """Open every tab."""
        self._streams = [asyncio.create_task(self._listen(number)) for number in range(len(self.words))]

    async def close(self) -> None:
        """Close those that are open still."""
        for stream in self._streams:
            stream.cancel()
        await asyncio.gather(*self._streams, return_exceptions=True)

    async def have_heard(self, count: int) -> bool:
        """Say whether each was told to look so often, at least, and has done it."""
        return min(self.words) >= count and all(self.rows)

    async def show(self, text: str) -> bool:
        """Say whether each shows this text."""
        wanted = text.encode()
        return all(wanted in rows for rows in self.rows)

    async def have_ended(self) -> bool:
        """Say whether the server has ended every stream."""
        return all(stream.done() for stream in self._streams)

    async def _listen(self, number: int) -> None:
        async with self._connect() as stream, self._connect() as other:
            await self._ask(stream, f"{self._address.path.rpartition('/')[0]}/live")
            while line := await _line(stream):
                if line == b"event: look":
                    length = await self._ask(other, self._address.path)
                    self.rows[number] = await other.reader.readexactly(length)
                    self.shown_at[number] = time.perf_counter()
                    self.words[number] += 1

    @contextlib.asynccontextmanager
    async def _connect(self) -> AsyncIterator["_Connection"]:
        connection = _Connection(
            *await asyncio.open_connection(self._address.hostname, self._address.port, limit=2**20)
        )
        try:
            yield connection
        finally:
            connection.writer.close()

    async def _ask(self, connection: "_Connection", path: str) -> int:
        """Ask for a page, and give the length of what is about to come; 0 for a stream."""
        head = f"GET {path} HTTP/1.1\r\nHost: {self._address.netloc}\r\nHX-Request: true\r\n"
        connection.writer.write(f"{head}Cookie: {SESSION_COOKIE}={self._secret}\r\n\r\n".encode())
        answer = (await connection.reader.readuntil(b"\r\n\r\n")).lower()
        assert answer.startswith(b"http/1.1 200 "), answer
        return int(answer.partition(b"content-length: ")[2].partition(b"\r\n")[0] or 0)


class _Connection(NamedTuple):
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter


async def _line(connection: _Connection) -> bytes:
    """Read a line without its end; none where the server has gone."""
    try:
        line = await connection.reader.readline()
        return line.rstrip() or line
    except ConnectionResetError:
        return b""
