"""One PostgreSQL for the whole run, and a database for each test."""

import gc
import os
import signal
from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

import pytest
from hypothesis import settings as properties

from seatkeeper.core.networks import read_networks
from seatkeeper.spi.destinations import allow_networks
from seatkeeper.store.database import Database
from seatkeeper.store.embedded import start_embedded
from tests.databases import Databases
from tests.scratch import scratch

gc.disable()  # until everything is collected
# Whoever runs the tests in the background has SIGINT ignored, and the processes they start would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)

# The apps of the tests run on this machine.
HERE = "127.0.0.0/8, ::1"
os.environ["SEATKEEPER_ALLOWED_NETWORKS"] = HERE
allow_networks(read_networks(HERE))

properties.register_profile("quick", max_examples=20, deadline=None, database=None)
"""``make check`` tries properties less often, by ``--hypothesis-profile=quick``."""


def pytest_collection_finish() -> None:
    """Leave what was imported out of every later search for garbage: it stays to the end."""
    gc.freeze()
    gc.enable()


@pytest.fixture(scope="session")
def postgres() -> str:
    """The URL of the run's PostgreSQL. Durability is off: no test here pulls the plug on the database."""
    settings = {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "shared_buffers": "32MB",
        "wal_level": "minimal",
        "max_wal_senders": "0",
        "min_wal_size": "64MB",
        "max_wal_size": "256MB",
        "max_connections": "300",
    }
    return start_embedded(scratch() / "test-postgres", settings)


@pytest.fixture(scope="session")
def databases(postgres: str) -> Iterator[Databases]:
    made = Databases(postgres)
    yield made
    made.close()


@pytest.fixture
def database_url(databases: Databases) -> Iterator[str]:
    """The URL of a migrated database that only this test uses."""
    with databases.fresh() as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open pool on the test's own database."""
    pool = Database(database_url, size=8, clock=lambda: datetime.now(UTC))
    await pool.open()
    yield pool
    await pool.close()
