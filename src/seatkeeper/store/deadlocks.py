"""Deadlocks: of changes that wait for one another PostgreSQL ends one, which is undone and made anew."""

from collections.abc import Awaitable, Callable
from typing import TypeVar

import psycopg

from seatkeeper.core.errors import StoreUnavailableError

T = TypeVar("T")

_TRIES = 6


async def undeterred(change: Callable[[], Awaitable[T]]) -> T:
    """Make a change that is one transaction, and make it again when it was ended for the sake of others.

    Raises ``StoreUnavailableError`` when that does not help, and whatever the change raises.
    """
    for _ in range(_TRIES - 1):
        try:
            return await change()
        except StoreUnavailableError as error:
            if not isinstance(error.__cause__, psycopg.errors.DeadlockDetected):
                raise
    return await change()
