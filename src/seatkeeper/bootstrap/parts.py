"""The parts of a process, put together once and taken apart in the reverse order."""

import asyncio
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime

from seatkeeper.bootstrap.hints import Hints
from seatkeeper.bootstrap.keys import open_keyring
from seatkeeper.bootstrap.preparing import NO_PATIENCE, Patience, prepare_database
from seatkeeper.bootstrap.settings import Settings
from seatkeeper.engine.context import Engine
from seatkeeper.engine.registry import Installed, find_connectors
from seatkeeper.spi.destinations import allow_networks
from seatkeeper.spi.places import allow_files_below
from seatkeeper.store.database import Database
from seatkeeper.store.sealing import Keyring

_LAST_HINTS = 2.0
_FEW = 4


@dataclass(frozen=True, slots=True)
class Parts:
    """What a face or a worker is made of. ``url`` is the database's, with its password: never show it."""

    settings: Settings
    url: str
    database: Database
    keyring: Keyring
    engine: Engine


def now() -> datetime:
    """Read the clock: the only place that does."""
    return datetime.now(UTC)


@asynccontextmanager
async def open_parts(
    settings: Settings, *, pool_size: int = _FEW, wait: Patience = NO_PATIENCE
) -> AsyncIterator[Parts]:
    """Prepare the database (see ``prepare_database``), read the key, open the pool.

    Leaving the block hands out the last wake-up hints. Raises ``StartError``.
    """
    allow_files_below(settings.files_dir)
    allow_networks(settings.reachable)
    keyring = open_keyring(settings)
    url = await asyncio.to_thread(prepare_database, settings, wait=wait)
    hints = Hints(now)
    database = Database(url, size=pool_size, clock=now, after_commit=hints)
    await database.open()
    handing_out = asyncio.create_task(hints.hand_out(database), name="hints")
    try:
        yield Parts(settings, url, database, keyring, _engine(settings, database, keyring))
    finally:
        hints.close()
        await asyncio.wait([handing_out], timeout=_LAST_HINTS)
        handing_out.cancel()
        await database.close()


def find_installed(settings: Settings) -> Installed:
    """Find the connectors, and the apps of the catalog and of the installation's own shelf."""
    return find_connectors(*(shelf for shelf in (settings.catalog_dir,) if shelf is not None))


def _engine(settings: Settings, database: Database, keyring: Keyring) -> Engine:
    return Engine(database, find_installed(settings), keyring, now, random.SystemRandom())
