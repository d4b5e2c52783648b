"""An HTTP server that answers exactly the bytes a test wants an app to answer."""

import asyncio
import json
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True)
class Received:
    """One request as it came in; header names are in small letters."""

    method: str
    target: str
    headers: dict[str, str]
    body: bytes

    @property
    def path(self) -> str:
        return self.target.split("?")[0]


def reply(status: int, body: object = b"", headers: dict[str, str] | None = None) -> bytes:
    """Make an answer; what is no bytes is sent as JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    kind = "text/html" if content.startswith(b"<") else "application/json"
    fields = {"Content-Type": kind, "Content-Length": str(len(content)), "Connection": "close", **(headers or {})}
    head = "".join(f"{name}: {value}\r\n" for name, value in fields.items())
    return f"HTTP/1.1 {status} .\r\n{head}\r\n".encode() + content


Respond = Callable[[Received], bytes | None]
"""None leaves the caller waiting."""


@dataclass(slots=True)
class Wire:
    """A server that is listening, and what it was sent."""

    address: str
    received: list[Received] = field(default_factory=list)

    @property
    def paths(self) -> list[str]:
        return [f"{each.method} {each.path}" for each in self.received]


@asynccontextmanager
async def listening(respond: Respond, tls: ssl.SSLContext | None = None) -> AsyncIterator[Wire]:
    """Answer every request with what ``respond`` makes of it."""
    wire = Wire("")
    waiting = asyncio.Event()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            request = await _receive(reader)
            wire.received.append(request)
            answer = respond(request)
            if answer is None:
                await waiting.wait()
            else:
                writer.write(answer)
                await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()

    server = await asyncio.start_server(serve, "127.0.0.1", 0, ssl=tls)
    scheme = "https" if tls else "http"
    wire.address = f"{scheme}://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield wire
    finally:
        waiting.set()
        server.close()
        await server.wait_closed()


async def _receive(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    method, target, _ = head[0].split(" ", 2)
    pairs = [line.split(": ", 1) for line in head[1:] if line]
    headers = {name.lower(): value for name, value in pairs}
    return Received(method, target, headers, await reader.readexactly(int(headers.get("content-length", 0))))


def in_turn(*answers: bytes) -> Respond:
    """Give these answers one after another, and the last one from then on."""
    left = list(answers)

    def respond(_: Received) -> Any:
        return left.pop(0) if len(left) > 1 else left[0]

    return respond
