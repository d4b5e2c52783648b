"""The connection pool and the transaction every change happens in."""

import select
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeAlias
from weakref import WeakSet

import orjson
import psycopg
from psycopg.rows import dict_row
from psycopg.types.json import JsonbDumper, set_json_dumps, set_json_loads
from psycopg_pool import AsyncConnectionPool, PoolTimeout
from sqlalchemy.sql.base import Executable

from seatkeeper.core.errors import NotFoundError, StoreUnavailableError
from seatkeeper.core.events import Origin
from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.statements import Prepared, prepare

Row: TypeAlias = dict[str, Any]
Connection: TypeAlias = psycopg.AsyncConnection[Row]

_RECONNECT_FOR = 2.0
"""Seconds."""

set_json_dumps(orjson.dumps)
set_json_loads(orjson.loads)


class Reader:
    """Runs statements on one connection."""

    def __init__(self, connection: Connection) -> None:
        self.connection = connection

    async def fetch_all(self, statement: Prepared | Executable, **parameters: Any) -> list[Row]:
        """Run a statement and return every row."""
        cursor = await self._run(statement, parameters)
        return await cursor.fetchall()

    async def fetch_one(self, statement: Prepared | Executable, **parameters: Any) -> Row | None:
        """Run a statement and return its first row, if there is one."""
        cursor = await self._run(statement, parameters)
        return await cursor.fetchone()

    async def execute(self, statement: Prepared | Executable, **parameters: Any) -> int:
        """Run a statement and return how many rows it touched."""
        cursor = await self._run(statement, parameters)
        return cursor.rowcount

    async def _run(
        self, statement: Prepared | Executable, parameters: Mapping[str, Any]
    ) -> psycopg.AsyncCursor[Row]:
        prepared = statement if isinstance(statement, Prepared) else prepare(statement)
        return await self.connection.execute(prepared.sql, prepared.values(parameters))


@dataclass(slots=True, kw_only=True)
class _Change:
    now: datetime
    origin: Origin
    touched: set[IntegrationId] = field(default_factory=set)
    afterwards: list["Afterwards"] = field(default_factory=list)


class Transaction(Reader):
    """One change: everything done through it is committed together, or nothing is.

    ``now`` is the instant of the change and ``origin`` who asked for it. ``touch`` marks an integration
    whose Activity and queue have changed; the marks become wake-up hints after the commit, never before.
    """

    def __init__(self, connection: Connection, change: _Change) -> None:
        super().__init__(connection)
        self.now = change.now
        self.origin = change.origin
        self._touched = change.touched
        self._afterwards = change.afterwards

    def touch(self, integration_id: IntegrationId) -> None:
        """Ask for this integration to be looked at once the change is committed."""
        self._touched.add(integration_id)

    def afterwards(self, look: "Afterwards") -> None:
        """Have something done once the change is committed, before whoever asked for the change is answered.

        That the database is away by then is told to nobody: the change is kept.
        """
        self._afterwards.append(look)

    @asynccontextmanager
    async def savepoint(self) -> AsyncIterator[None]:
        """Undo what the block wrote when an exception leaves it; the transaction stays usable."""
        async with self.connection.transaction():
            yield


class _OneStatement(Transaction):
    """A change that its first statement commits."""

    _used = False

    async def _run(
        self, statement: Prepared | Executable, parameters: Mapping[str, Any]
    ) -> psycopg.AsyncCursor[Row]:
        if self._used:
            raise RuntimeError("a change of one statement was given a second one")
        self._used = True
        return await super()._run(statement, parameters)


class Database:
    """The pool of connections to one PostgreSQL database."""

    def __init__(
        self,
        url: str,
        *,
        size: int,
        clock: Callable[[], datetime],
        after_commit: Callable[[frozenset[IntegrationId]], None] = lambda _: None,
        patience: float = 5.0,
    ) -> None:
        self.url = url
        self._clock = clock
        self._after_commit = after_commit
        self._unsuspected: WeakSet[Connection] = WeakSet()
        self._pool: AsyncConnectionPool[Connection] = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=size,
            timeout=patience,
            open=False,
            configure=self._configure,
            # Soon given up, and begun anew by whoever comes next: the pool's own pauses grow with the outage.
            reconnect_timeout=_RECONNECT_FOR,
            kwargs={"row_factory": dict_row, "autocommit": True},
        )

    async def open(self) -> None:
        """Start the pool. Does not wait for the database, which may come up later."""
        await self._pool.open(wait=False)

    async def close(self) -> None:
        """Give every connection back."""
        await self._pool.close()

    @asynccontextmanager
    async def read(self) -> AsyncIterator[Reader]:
        """Borrow a connection for reading. Raises ``StoreUnavailableError`` when there is none to be had."""
        async with self._connection() as connection:
            yield Reader(connection)

    @asynccontextmanager
    async def transaction(self, origin: Origin) -> AsyncIterator[Transaction]:
        """Open a change, commit it when the block ends, then hand out the wake-up hints.

        An exception in the block rolls everything back. Raises ``StoreUnavailableError`` when the database
        is away, also when it goes away before the commit is confirmed, and ``NotFoundError`` when the
        integration written to has been deleted meanwhile.
        """
        change = _Change(now=self._clock(), origin=origin)
        async with self._connection() as connection, connection.transaction():
            yield Transaction(connection, change)
        if change.touched:
            self._after_commit(frozenset(change.touched))
        for look in change.afterwards:
            with suppress(StoreUnavailableError):
                await look(self, origin)

    @asynccontextmanager
    async def one_statement(self, origin: Origin) -> AsyncIterator[Transaction]:
        """Open a change of one statement, which commits by itself and so saves two of three round trips.

        A second statement is refused. Once the statement has succeeded nothing in the block undoes it.
        Raises ``StoreUnavailableError`` as ``transaction`` does.
        """
        change = _Change(now=self._clock(), origin=origin)
        try:
            async with self._connection() as connection:
                yield _OneStatement(connection, change)
        finally:
            if change.touched:
                self._after_commit(frozenset(change.touched))

    @asynccontextmanager
    async def _connection(self) -> AsyncIterator[Connection]:
        try:
            connection = await self._borrow()
            try:
                yield connection
            finally:
                await self._pool.putconn(connection)
        except (psycopg.OperationalError, psycopg.InterfaceError, PoolTimeout) as error:
            raise StoreUnavailableError("The database cannot be reached.") from error
        except psycopg.errors.ForeignKeyViolation as error:
            if not (error.diag.constraint_name or "").endswith("_integration_id_fkey"):
                raise
            raise NotFoundError("The integration has been deleted.") from error

    async def _borrow(self) -> Connection:
        """Take a connection that PostgreSQL has not closed; the first one it has is the end of all like it.

        Nothing was sent on it yet, so that taking another repeats nothing.
        """
        while True:
            connection = await self._pool.getconn()
            if not _has_news(connection):
                return connection
            if connection in self._unsuspected:
                self._unsuspected.clear()
                await self._pool.drain()
            await self._pool.putconn(connection)

    async def _configure(self, connection: Connection) -> None:
        connection.adapters.register_dumper(dict, JsonbDumper)
        await connection.execute("SET TIME ZONE 'UTC'")
        self._unsuspected.add(connection)


Afterwards: TypeAlias = Callable[[Database, Origin], Awaitable[None]]
"""What is done in transactions of its own, on behalf of the same asker."""


def _has_news(connection: Connection) -> bool:
    # Nobody listens here, so PostgreSQL says something unasked when it hangs up, or is configured anew. To look
    # for it is a system call; to ask would be a round trip for every request.
    poll = select.poll()
    poll.register(connection.fileno(), select.POLLIN)
    return bool(poll.poll(0))
