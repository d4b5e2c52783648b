"""One PostgreSQL for the whole run, and a database for each test, copied from a migrated template."""

import hashlib
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import psycopg
import pytest

from seatkeeper.store.database import Database
from seatkeeper.store.embedded import start_embedded
from seatkeeper.store.migrating import migrate

_ROOT = Path(__file__).parent.parent
_counter = itertools.count()


def _fingerprint() -> str:
    versions = sorted((_ROOT / "src/seatkeeper/store/migrations/versions").glob("*.py"))
    return hashlib.sha256(b"".join(path.read_bytes() for path in versions)).hexdigest()[:12]


def _with_database(url: str, name: str) -> str:
    return url.replace("/seatkeeper?", f"/{name}?")


@pytest.fixture(scope="session")
def postgres() -> str:
    """The URL of the run's PostgreSQL. Durability is off: no test here pulls the plug on the database."""
    settings = {
        "fsync": "off",
        "synchronous_commit": "off",
        "full_page_writes": "off",
        "max_connections": "300",
    }
    return start_embedded(_ROOT / ".cache/test-postgres", settings)


@pytest.fixture(scope="session")
def template(postgres: str) -> str:
    """The name of a migrated database nobody is connected to."""
    name = f"template_{_fingerprint()}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(2)")
        if connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone() is None:
            connection.execute(f"CREATE DATABASE {name}_new")
            migrate(_with_database(postgres, f"{name}_new"))
            connection.execute(f"ALTER DATABASE {name}_new RENAME TO {name}")
    return name


@contextmanager
def fresh_database(postgres: str, template: str) -> Iterator[str]:
    """Make a database from the template, give its URL, and drop it in the end."""
    name = f"test_{os.getpid()}_{next(_counter)}"
    with psycopg.connect(postgres, autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy")
        yield _with_database(postgres, name)
        connection.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture
def database_url(postgres: str, template: str) -> Iterator[str]:
    """The URL of a fresh, migrated database that is dropped after the test."""
    with fresh_database(postgres, template) as url:
        yield url


@pytest.fixture
async def database(database_url: str) -> AsyncIterator[Database]:
    """An open pool on the test's own database."""
    pool = Database(database_url, size=8, clock=lambda: datetime.now(UTC))
    await pool.open()
    yield pool
    await pool.close()
