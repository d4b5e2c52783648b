"""The few connections a session shares among its calls: opened when needed, replaced when lost."""

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from seatkeeper.connectors.ldap.dialects import Dialect
from seatkeeper.connectors.ldap.profiles import Access, Address, Encryption
from seatkeeper.connectors.ldap.protocol.connections import (
    Connection,
    ConnectionLostError,
    ResultError,
    UnansweredError,
    connect,
)
from seatkeeper.connectors.ldap.refusals import describe, interpret_bind
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import ConnectorError, RejectedError, TransientError

_TRUST = (
    "Name the authority that signed the certificate as CA file, and write the address as the certificate names the"
    " server."
)

T = TypeVar("T")


class Pool:
    """Connections that are signed in. A connection serves any number of calls, so none has to be given back."""

    def __init__(self, access: Access, dialect: Dialect) -> None:
        self._access = access
        self._dialect = dialect
        self._context: ssl.SSLContext | None = None
        self._open: list[Connection] = []
        self._opening: asyncio.Task[Connection] | None = None

    async def get(self) -> Connection:
        """Give the connection with the least to do; open one when there is none, or room for one more.

        All who have to wait for the first connection wait for the same one, and share its failure.
        """
        self._open = [connection for connection in self._open if connection.usable]
        best = min(self._open, key=lambda connection: connection.load, default=None)
        if best is not None and (best.load == 0 or len(self._open) >= self._access.connections):
            return best
        if self._opening is None:
            self._opening = asyncio.create_task(self._add())
            self._opening.add_done_callback(_ask_for_failure)
        return best if best is not None else await asyncio.shield(self._opening)

    @asynccontextmanager
    async def own(self) -> AsyncIterator[Connection]:
        """Open a connection for one caller alone: a server keeps the place in one paged search a connection."""
        connection = await self._connect()
        try:
            yield connection
        finally:
            await connection.close()

    async def close(self) -> None:
        """Close everything."""
        if self._opening is not None:
            self._opening.cancel()
            await asyncio.wait([self._opening])
        await asyncio.gather(*(connection.close() for connection in self._open))
        self._open.clear()

    async def _add(self) -> Connection:
        try:
            connection = await self._connect()
            self._open.append(connection)
            return connection
        finally:
            self._opening = None

    async def reach(self) -> Address:
        """Find the first server that takes a connection, and say nothing to it."""
        return await self._first(self._reach)

    async def encrypt(self) -> Address:
        """Find the first server that proves who it is, and say no more to it."""
        return await self._first(self._encrypt, "No encrypted connection came about")

    async def _connect(self) -> Connection:
        return await self._first(self._sign_in)

    async def _first(
        self, work: Callable[[Address], Awaitable[T]], failed: str = "The directory cannot be reached"
    ) -> T:
        troubles, remedy = [], ""
        for address in self._access.addresses:
            try:
                async with asyncio.timeout(self._access.connect_timeout):
                    return await work(address)
            except TransientError as error:
                if len(self._access.addresses) == 1:
                    raise
                troubles.append(f"{address}: {str(error).removesuffix('.')}")
            except TimeoutError:
                troubles.append(f"{address} did not answer within {self._access.connect_timeout:g} seconds")
            except ssl.SSLCertVerificationError as error:
                troubles.append(f"{address} has a certificate that is not trusted: {error.verify_message}")
                remedy = _TRUST
            except (OSError, ConnectionLostError, UnansweredError) as error:
                troubles.append(f"{address}: {error}")
        raise TransientError(f"{failed}: {'; '.join(troubles)}.", remedy=remedy)

    async def _reach(self, address: Address) -> Address:
        connection = await connect(address.host, address.port)
        connection.abort()
        return address

    async def _encrypt(self, address: Address) -> Address:
        connection = await self._open_to(address)
        await connection.close()
        return address

    async def _open_to(self, address: Address) -> Connection:
        is_tls = address.encryption is Encryption.TLS
        connection = await connect(address.host, address.port, self._tls() if is_tls else None)
        try:
            if address.encryption is Encryption.START_TLS:
                await self._start_tls(connection, address)
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _sign_in(self, address: Address) -> Connection:
        connection = await self._open_to(address)
        try:
            password = self._access.password.get_secret_value()
            await connection.bind(self._access.account, password, patience=self._access.connect_timeout)
        except ResultError as error:
            await connection.close()
            raise interpret_bind(error.result, self._access.account, self._dialect.sign_in_advice) from None
        except BaseException:
            connection.abort()
            raise
        return connection

    async def _start_tls(self, connection: Connection, address: Address) -> None:
        try:
            await connection.start_tls(self._tls(), address.host, patience=self._access.connect_timeout)
        except ResultError as error:
            raise _unencrypted(address, describe(error.result)) from None

    def _tls(self) -> ssl.SSLContext:
        if self._context is None:
            try:
                self._context = ssl.create_default_context(cafile=self._access.ca_file)
            except OSError as error:
                reason = f"The CA file {self._access.ca_file} cannot be used: {error}."
                raise RejectedError(reason, ProblemCode.SETTINGS_INVALID) from None
        return self._context


def _unencrypted(address: Address, said: str) -> ConnectorError:
    return TransientError(
        f"{address} does not offer StartTLS: {said}. Nothing was sent. Use ldaps://, or set the server up for TLS."
    )


def _ask_for_failure(opening: "asyncio.Task[Connection]") -> None:
    # Where there was another connection to go on with, nobody else asks.
    if not opening.cancelled():
        opening.exception()
