"""A way to the app that goes wrong on demand: a proxy for any protocol over TCP, with a few tricks for HTTP.

A *turn* is what one side says before the other does. Faults are counted in turns of the client, from the moment
they are armed, so that a test can put the fault at the first, the second and every further exchange of a call.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from enum import StrEnum

_CHUNK = 65_536
_LISTENER = "127.0.0.1"
_LINGER = 1.0


class Fault(StrEnum):
    """What goes wrong at one turn."""

    REQUEST_LOST = "the request never arrives"
    ANSWER_LOST = "the app does it, and its answer is lost"
    ANSWER_CUT = "the answer breaks off in the middle"
    SILENCE = "the app does it, and nothing comes back"
    BUSY = "the app answers 429"
    BROKEN = "the app answers 500"
    AWAY = "the app answers 503"
    PAGE = "the app answers with a page for people"


ANY_PROTOCOL = (Fault.REQUEST_LOST, Fault.ANSWER_LOST, Fault.ANSWER_CUT)
OVER_HTTP = (Fault.BUSY, Fault.BROKEN, Fault.AWAY, Fault.PAGE)

_PAGE = b"<!doctype html><title>Sign in</title><p>Please sign in."


def _canned(status: str, header: str = "", body: bytes = b"") -> bytes:
    return f"HTTP/1.1 {status}\r\n{header}Content-Length: {len(body)}\r\nConnection: close\r\n\r\n".encode() + body


_CANNED = {
    Fault.BUSY: _canned("429 Too Many Requests", "Retry-After: 1\r\n"),
    Fault.BROKEN: _canned("500 Internal Server Error"),
    Fault.AWAY: _canned("503 Service Unavailable"),
    Fault.PAGE: _canned("200 OK", "Content-Type: text/html\r\n", _PAGE),
}


@dataclass(slots=True)
class _Passage:
    """One connection: both ends, whose turn it is, and what is to happen to the next answer."""

    client: asyncio.StreamWriter
    app: asyncio.StreamWriter
    clients_turn: bool = True
    doom: Fault | None = None
    asked: bytes = b""


@dataclass(slots=True)
class Doorway:
    """Listens on ``port`` of this machine and passes everything on to the app, until it is armed."""

    host: str
    app_port: int
    port: int = 0
    fired: int = 0
    """How often the armed fault happened."""
    _fault: Fault | None = None
    _turns: int = 0
    _lasting: bool = False
    _lagging: bool = False
    _remembered: dict[bytes, bytes] = field(default_factory=dict)
    _passages: list[_Passage] = field(default_factory=list)

    def arm(self, fault: Fault, turn: int = 1, *, lasting: bool = False) -> None:
        """Let this go wrong at the client's so many-eth turn from now, and with ``lasting`` at every one after."""
        self._fault, self._turns, self._lasting, self.fired = fault, turn, lasting, 0

    def disarm(self) -> None:
        """Let everything pass again."""
        self._fault = None

    def lag(self, *, on: bool) -> None:
        """Answer every GET that was asked before with what was answered then: an app that shows changes late."""
        self._lagging = on

    async def serve(self, client_in: asyncio.StreamReader, client_out: asyncio.StreamWriter) -> None:
        """Pass one connection on."""
        try:
            app_in, app_out = await asyncio.open_connection(self.host, self.app_port)
        except OSError:
            client_out.close()
            return
        passage = _Passage(client_out, app_out)
        self._passages.append(passage)
        pumps = [
            asyncio.create_task(self._pump_requests(client_in, passage)),
            asyncio.create_task(self._pump_answers(app_in, passage)),
        ]
        try:
            await asyncio.wait(pumps, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for pump in pumps:
                pump.cancel()
            self.close(passage)

    def close(self, passage: _Passage) -> None:
        """End a connection on both sides."""
        if passage in self._passages:
            self._passages.remove(passage)
        for end in (passage.client, passage.app):
            end.close()

    def close_all(self) -> None:
        """End every connection."""
        for passage in tuple(self._passages):
            self.close(passage)

    async def _pump_requests(self, reader: asyncio.StreamReader, passage: _Passage) -> None:
        with suppress(ConnectionError):
            while said := await reader.read(_CHUNK):
                fault = self._turn(passage)
                if fault is Fault.REQUEST_LOST:
                    return
                if fault in _CANNED:
                    await _answer(passage, _CANNED[fault], reader)
                    return
                passage.asked = said
                if self._lagging and said in self._remembered:
                    passage.client.write(self._remembered[said])
                    passage.clients_turn = True
                    continue
                self._remembered.pop(said, None)
                passage.doom = fault or passage.doom
                passage.app.write(said)
                await passage.app.drain()

    async def _pump_answers(self, reader: asyncio.StreamReader, passage: _Passage) -> None:
        with suppress(ConnectionError):
            while said := await reader.read(_CHUNK):
                passage.clients_turn = True
                match passage.doom:
                    case Fault.ANSWER_LOST:
                        return
                    case Fault.ANSWER_CUT:
                        passage.client.write(said[: len(said) // 2])
                        await passage.client.drain()
                        return
                    case Fault.SILENCE:
                        continue
                    case _:
                        if passage.asked.startswith(b"GET "):
                            earlier = self._remembered.get(passage.asked, b"")
                            self._remembered[passage.asked] = earlier + said
                        passage.client.write(said)
                        await passage.client.drain()

    def _turn(self, passage: _Passage) -> Fault | None:
        if not passage.clients_turn:
            return None
        passage.clients_turn = False
        if self._fault is None:
            return None
        self._turns -= 1
        if self._turns > 0 or (self._turns < 0 and not self._lasting):
            return None
        self.fired += 1
        return self._fault


async def _answer(passage: _Passage, canned: bytes, reader: asyncio.StreamReader) -> None:
    passage.client.write(canned)
    await passage.client.drain()
    passage.client.write_eof()
    with suppress(TimeoutError):  # what the client still sends is heard out, or a reset would eat the answer
        async with asyncio.timeout(_LINGER):
            while await reader.read(_CHUNK):
                pass


@asynccontextmanager
async def open_doorway(host: str, port: int) -> AsyncIterator[Doorway]:
    """Open a doorway to the app for the length of a block."""
    doorway = Doorway(host, port)
    server = await asyncio.start_server(doorway.serve, _LISTENER, 0)
    doorway.port = server.sockets[0].getsockname()[1]
    try:
        yield doorway
    finally:
        server.close()
        doorway.close_all()
        await server.wait_closed()
