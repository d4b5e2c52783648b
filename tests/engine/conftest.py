"""A clock that tests can advance, a database that reads it, and a world in it."""

from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial

import pytest

from seatkeeper.store.database import Database
from tests.engine.world import Clock, World, open_world


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Database]:
    database = Database(database_url, size=6, clock=clock)
    await database.open()
    yield database
    await database.close()


@pytest.fixture
def make_world(store: Database, clock: Clock) -> Callable[..., Awaitable[World]]:
    """Make a world with a policy or a mapping of one's own."""
    return partial(open_world, store, clock)


@pytest.fixture
async def world(make_world: Callable[..., Awaitable[World]]) -> World:
    return await make_world()
