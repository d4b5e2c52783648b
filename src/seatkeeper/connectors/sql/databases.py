"""One database: transactions with a bound in time, whatever the driver.

Work is a plain function of a SQLAlchemy connection. For PostgreSQL it runs on the event loop, in a greenlet; for
all others in a thread. Whatever it raises, nothing of it is kept.
"""

import asyncio
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TYPE_CHECKING, TypeVar

import sqlalchemy as sa
from sqlalchemy.exc import SQLAlchemyError

from seatkeeper.connectors.sql.engines import READS, find_file, open_async_engine, open_engine
from seatkeeper.connectors.sql.refusals import Doing, UnknownNameError, interpret
from seatkeeper.connectors.sql.settings import DatabaseSettings
from seatkeeper.spi.destinations import open_socket, resolve
from seatkeeper.spi.errors import TransientError

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

T = TypeVar("T")
Work = Callable[[sa.Connection], T]


class Database:
    """Opened by the first transaction; ``close`` gives every connection back."""

    def __init__(self, settings: DatabaseSettings) -> None:
        self.settings, self.address = settings, settings.address
        self.account = settings.username or ""
        self.when_names_are_unknown: Callable[[], None] = _nothing
        """Called when a statement named what is not there (any more)."""
        self._turns = asyncio.Semaphore(settings.connections)
        self._threads: ThreadPoolExecutor | None = None
        self._engine: sa.Engine | None = None
        self._async_engine: AsyncEngine | None = None

    async def read(self, work: Work[T], what: str, grant: str = "") -> T:
        """Do work that changes nothing."""
        return await self._transact(work, Doing(what, grant, self.account), reads=True)

    async def write(self, work: Work[T], what: str, grant: str = "") -> T:
        """Do work that is kept as a whole or not at all.

        Raises ``TransientError`` also where the answer to the commit is lost, so it may have been kept.
        """
        return await self._transact(work, Doing(what, grant, self.account), reads=False)

    async def reach(self) -> str:
        """See that the server takes connections, or that the file is there."""
        address = self.address
        if address.is_file:
            if not find_file(address).is_file():
                raise TransientError(f"There is no file {address.url.database}.")
            return str(address.url.database)
        if address.host is None or address.port is None:
            return str(address)
        try:
            async with asyncio.timeout(self.settings.timeout):
                (await open_socket(address.host, address.port)).close()
        except (OSError, TimeoutError) as error:
            raise TransientError(f"{address.host}:{address.port}: {_reason(error)}.") from None
        return f"{address.host}:{address.port}"

    async def close(self) -> None:
        """Give every connection back."""
        if self._async_engine is not None:
            await self._async_engine.dispose()
        if self._engine is not None:
            self._engine.dispose()
        if self._threads is not None:
            self._threads.shutdown(wait=False, cancel_futures=True)

    async def _transact(self, work: Work[T], doing: Doing, *, reads: bool) -> T:
        async with self._turns:
            try:
                async with asyncio.timeout(self.settings.timeout):
                    return await self._run(work, reads=reads)
            except TimeoutError:
                patience = f"{self.settings.timeout:g} seconds"
                told = f"The database did not answer within {patience} when asked to {doing.what}."
                raise TransientError(told) from None
            except SQLAlchemyError as error:
                meant = interpret(error, doing)
                if isinstance(meant, UnknownNameError):
                    self.when_names_are_unknown()
                raise meant from None
            except OSError as error:
                raise TransientError(f"The database could not {doing.what}: {_reason(error)}.") from None

    async def _run(self, work: Work[T], *, reads: bool) -> T:
        if self.address.driver.is_async:
            if self._async_engine is None:
                self._async_engine = open_async_engine(self.settings, await self._checked())
            async with self._async_engine.begin() as connection:
                return await connection.run_sync(work)
        if self._engine is None:
            self._engine = open_engine(self.settings, await self._checked())
        if self._threads is None:
            self._threads = ThreadPoolExecutor(self.settings.connections, thread_name_prefix="sql")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, _run_in_thread, self._engine, work, reads)

    async def _checked(self) -> str | None:
        """Give an address of the server that may be connected to; None for a file."""
        host = self.address.host
        return None if host is None else (await resolve(host, self.address.port or 0))[0]


def _reason(error: OSError | TimeoutError) -> str:
    # asyncio puts words of its own where the system's would be.
    return os.strerror(error.errno) if error.errno else "no answer"


def _nothing() -> None:
    return


def _run_in_thread(engine: sa.Engine, work: Work[T], reads: bool) -> T:
    with engine.connect().execution_options(**{READS: reads}) as connection, connection.begin():
        return work(connection)
