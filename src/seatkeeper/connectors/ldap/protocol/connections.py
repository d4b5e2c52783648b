"""A connection to a directory server, shared by any number of tasks.

Every request has a number, and answers arrive in any order, so nobody waits for anybody else's answer. A task that
gives up, by timeout or cancellation, abandons its request and leaves the connection to the others.
"""

import asyncio
import ssl
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import cast

from seatkeeper.connectors.ldap.protocol import ber, requests, responses
from seatkeeper.connectors.ldap.protocol.responses import Entry, Result
from seatkeeper.spi.destinations import open_socket

_LARGEST_NUMBER = 2**31 - 1
_UNASKED = 0
_FAREWELL = 2.0
"""Seconds a closed connection has to end in good order."""


class ConnectionLostError(Exception):
    """The connection is gone; whether requests under way were carried out is not known."""


class UnansweredError(Exception):
    """The server did not answer in time; whether it carries the request out is not known."""


class ResultError(Exception):
    """The server answered with anything but success."""

    def __init__(self, result: Result) -> None:
        super().__init__(f"result code {result.code}: {result.text}")
        self.result = result


@dataclass(frozen=True, slots=True)
class Answer:
    """What a request led to: the entries a search found, and how it ended."""

    result: Result
    entries: Sequence[Entry]


@dataclass(slots=True)
class _Pending:
    done: "asyncio.Future[Result]"
    patience: float
    deadline: float
    entries: list[Entry] = field(default_factory=list)


class Connection(asyncio.Protocol):
    """One connection. Made by ``connect``; not signed in before ``bind`` has been called."""

    def __init__(self) -> None:
        self._transport: asyncio.Transport | None = None
        self._loop = asyncio.get_running_loop()
        self._buffer = bytearray()
        self._outgoing: list[bytes] = []
        self._watch: asyncio.TimerHandle | None = None
        self._pending: dict[int, _Pending] = {}
        self._number = 0
        self._lost: str | None = None
        self._retired = False
        self._closed = self._loop.create_future()

    @property
    def usable(self) -> bool:
        """False once it is lost, or an answer has failed to come: then another one is to be opened."""
        return self._lost is None and not self._retired

    @property
    def load(self) -> int:
        """The number of requests under way."""
        return len(self._pending)

    async def bind(self, dn: str, password: str, *, patience: float) -> None:
        """Sign in. Raises ``ResultError`` when the server refuses, and what ``call`` raises."""
        await self.call(requests.bind(dn, password), patience=patience)

    async def call(self, operation: bytes, controls: Sequence[bytes] = (), *, patience: float) -> Answer:
        """Send a request and wait ``patience`` seconds for all of its answer.

        Raises ``ResultError``, ``ConnectionLostError`` and ``UnansweredError``. A search that the server cuts
        short is a ``ResultError``: what had arrived by then is dropped, and never looks like all there is.
        """
        number, pending = self._send(operation, controls, patience)
        try:
            result = await pending.done
        finally:
            self._forget(number)
        if result.code != 0:
            raise ResultError(result)
        return Answer(result, pending.entries)

    async def start_tls(self, context: ssl.SSLContext, host: str, *, patience: float) -> None:
        """Encrypt from here on (RFC 4511 §4.14). Raises what ``call`` raises, ``ssl.SSLError`` and ``OSError``.

        Nothing may have been sent before, so nothing that arrived unencrypted is believed afterwards.
        """
        await self.call(requests.START_TLS, patience=patience)
        if self._buffer or self._transport is None:
            raise ConnectionLostError("the server went on unencrypted after agreeing to encrypt")
        encrypted = await self._loop.start_tls(self._transport, self, context, server_hostname=host)
        if encrypted is None:
            raise ConnectionLostError("the connection ended while encryption began")
        self._transport = encrypted

    async def close(self) -> None:
        """Say goodbye and close. Requests still under way fail with ``ConnectionLostError``."""
        self._shut()
        if self._transport is not None:
            await asyncio.wait([self._closed], timeout=_FAREWELL)
        self.abort()

    def abort(self) -> None:
        """Close at once, without a goodbye."""
        self._fail("the connection was closed")
        # Once it is lost there is nothing to abort, and Python 3.11.2 trips over it where it was encrypted.
        if self._transport is not None and not self._closed.done():
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Take the open transport (``asyncio.Protocol``)."""
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is none by its class

    def connection_lost(self, exc: Exception | None) -> None:
        """Fail whatever was under way (``asyncio.Protocol``)."""
        why = f": {exc}" if exc is not None else ""
        self._fail(f"the server closed the connection{why}")
        if not self._closed.done():
            self._closed.set_result(None)

    def data_received(self, data: bytes) -> None:
        """Take every whole message that has arrived (``asyncio.Protocol``)."""
        self._buffer += data
        at = 0
        try:
            while (size := ber.message_size(self._buffer, at)) is not None and len(self._buffer) - at >= size:
                self._receive(bytes(self._buffer[at : at + size]))
                at += size
        except ber.MalformedError as error:
            self._fail(f"the server does not speak LDAP: {error}")
        del self._buffer[:at]

    def _receive(self, message: bytes) -> None:
        number, response = responses.decode(message)
        if number == _UNASKED and isinstance(response, Result):  # notice of disconnection, RFC 4511 §4.4.1
            self._fail(f"the server ended the connection: {response.text}")
        pending = self._pending.get(number)
        if pending is None:
            return
        match response:
            case Entry():
                pending.entries.append(response)
            case Result() if not pending.done.done():
                pending.done.set_result(response)

    def _send(self, operation: bytes, controls: Sequence[bytes], patience: float) -> tuple[int, _Pending]:
        if self._lost is not None or self._transport is None:
            raise ConnectionLostError(self._lost or "the connection is not open")
        number = self._next_number()
        pending = _Pending(self._loop.create_future(), patience, self._loop.time() + patience)
        self._pending[number] = pending
        self._write(requests.envelope(number, operation, controls))
        self._watch_until(pending.deadline)
        return number, pending

    def _write(self, message: bytes) -> None:
        """Send with whatever else is sent in this turn of the loop: one record costs as much for ten of them."""
        if not self._outgoing:
            self._loop.call_soon(self._flush)
        self._outgoing.append(message)

    def _flush(self) -> None:
        messages, self._outgoing = self._outgoing, []
        if messages and self._transport is not None and self._lost is None:
            self._transport.write(b"".join(messages))

    def _watch_until(self, deadline: float) -> None:
        """Have the requests under way looked at then: one timer for all, since hardly any is ever late."""
        if self._watch is not None:
            if self._watch.when() <= deadline:
                return
            self._watch.cancel()
        self._watch = self._loop.call_at(deadline, self._give_up_late)

    def _give_up_late(self) -> None:
        self._watch, now = None, self._loop.time()
        for number, pending in self._pending.items():
            if pending.done.done():
                continue
            if pending.deadline <= now:
                self._retired = True
                pending.done.set_exception(UnansweredError(f"no answer within {pending.patience:g} seconds"))
                self._abandon(number)
            else:
                self._watch_until(pending.deadline)

    def _abandon(self, number: int) -> None:
        if self._lost is None:
            self._write(requests.envelope(self._next_number(), requests.abandon(number)))

    def _next_number(self) -> int:
        self._number = self._number % _LARGEST_NUMBER + 1
        return self._number

    def _forget(self, number: int) -> None:
        done = self._pending.pop(number).done
        if done.done() and not done.cancelled():
            done.exception()  # the one who waited may have been cancelled, and then nobody asks for it
        else:
            self._abandon(number)
        if self._retired and not self._pending:
            self._shut()

    def _shut(self) -> None:
        if self._transport is not None and self._lost is None:
            self._write(requests.envelope(self._next_number(), requests.UNBIND))
            self._flush()
        self._fail("the connection was closed")

    def _fail(self, why: str) -> None:
        if self._lost is not None:
            return
        self._lost = why
        if self._watch is not None:
            self._watch.cancel()
        if self._transport is not None:
            self._transport.close()
        for pending in self._pending.values():
            if not pending.done.done():
                pending.done.set_exception(ConnectionLostError(why))


async def connect(host: str, port: int, context: ssl.SSLContext | None = None) -> Connection:
    """Open a connection, encrypted from its first byte where a TLS context is given.

    Raises ``OSError``; ``ssl.SSLError``, which is one, where the server's certificate is not to be trusted; and
    what ``spi.destinations`` raises.
    """
    loop = asyncio.get_running_loop()
    name = None if context is None else host
    _, connection = await loop.create_connection(
        Connection, sock=await open_socket(host, port), ssl=context, server_hostname=name
    )
    return connection
