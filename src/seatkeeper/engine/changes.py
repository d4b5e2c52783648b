"""Changing the store while identity providers change it too."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

from psycopg.errors import DeadlockDetected, UniqueViolation

from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.engine.context import ORIGIN
from seatkeeper.store.database import Database, Transaction

_TRIES = 4

T = TypeVar("T")


async def change(database: Database, write: Callable[[Transaction], Awaitable[T]]) -> T:
    """Do ``write`` in one transaction, and again when a wish for the same account came in at the same moment.

    Raises ``UniqueViolation`` when that does not help, and ``StoreUnavailableError``.
    """
    for _ in range(_TRIES - 1):
        try:
            return await _once(database, write)
        except UniqueViolation:
            continue
        except StoreUnavailableError as error:
            if not isinstance(error.__cause__, DeadlockDetected):
                raise
    return await _once(database, write)


async def _once(database: Database, write: Callable[[Transaction], Awaitable[T]]) -> T:
    async with database.transaction(ORIGIN) as tx:
        return await write(tx)
