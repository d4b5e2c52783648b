"""Changing the store while identity providers change it too, and never in their way."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TypeVar

from psycopg.errors import DeadlockDetected, LockNotAvailable, UniqueViolation
from sqlalchemy import func, literal_column, select

from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.engine.context import ORIGIN
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.statements import prepare

_TRIES = 20
_PAUSE = 0.02
"""Seconds before trying again, so that whoever was in the way gets on."""

# Well before PostgreSQL looks for a deadlock (1 s): of two transactions that wait for one another ours gives way,
# and an identity provider never meets an error because a job was being recorded.
_GIVE_WAY = prepare(
    select(
        func.set_config(literal_column("'lock_timeout'"), literal_column("'200ms'"), literal_column("true")).label(
            "set"
        )
    )
)

T = TypeVar("T")


async def change(database: Database, write: Callable[[Transaction], Awaitable[T]]) -> T:
    """Do ``write`` in one transaction, and again when a wish for the same account came in at the same moment.

    Raises ``UniqueViolation`` when that does not help, and ``StoreUnavailableError``.
    """
    for _ in range(_TRIES - 1):
        try:
            return await _once(database, write)
        except UniqueViolation:
            await asyncio.sleep(_PAUSE)
        except StoreUnavailableError as error:
            if not isinstance(error.__cause__, DeadlockDetected | LockNotAvailable):
                raise
            await asyncio.sleep(_PAUSE)
    return await _once(database, write)


async def _once(database: Database, write: Callable[[Transaction], Awaitable[T]]) -> T:
    async with database.transaction(ORIGIN) as tx:
        # A run says the same few things again and again, and takes turns at all connections: parse them early.
        tx.connection.prepare_threshold = 1
        await tx.execute(_GIVE_WAY)
        return await write(tx)
