"""The database, ready to be used: started and migrated where it is our own, checked where it is not."""

import subprocess
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import psycopg

from seatkeeper.bootstrap.errors import NotReadyError
from seatkeeper.bootstrap.settings import Settings
from seatkeeper.store.embedded import start_embedded
from seatkeeper.store.revisions import is_current

_OLDEST_VERSION = 18
_PAUSE = 0.5
FOR_THE_DATABASE = 30.0
"""Seconds a process waits for the database to come up: both are often started in the same breath."""


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a database may take to come up, and whether anybody still waits for it."""

    seconds: float = 0
    is_over: Callable[[], bool] = lambda: False


NO_PATIENCE = Patience()


def database_directory(settings: Settings) -> Path:
    """Name the directory of the embedded PostgreSQL."""
    return settings.data_dir / "postgres"


def prepare_database(settings: Settings, *, wait: Patience = NO_PATIENCE) -> str:
    """Return the URL of a database that has this release's tables.

    The embedded one is started, and migrated by whoever comes first. Another one must have been migrated by
    ``seatkeeper migrate``, and may be waited for. Raises ``NotReadyError``.
    """
    url = start_database(settings, wait=wait)
    if is_current(url):
        return url
    if not settings.is_embedded:
        raise NotReadyError("The database does not have the tables of this release. Run: seatkeeper migrate")
    migrate_database(url)
    return url


def migrate_database(url: str) -> tuple[str | None, str]:
    """Apply what is missing; return the revision before and after. Raises ``NotReadyError``, changing nothing."""
    from seatkeeper.store.migrating import (  # noqa: PLC0415 - half a second to import, needed once a release
        MigrationFailedError,
        migrate,
    )

    try:
        return migrate(url)
    except MigrationFailedError as error:
        raise NotReadyError(f"The migration failed and was taken back: {error}") from error


def start_database(settings: Settings, *, wait: Patience = NO_PATIENCE) -> str:
    """Return the URL of a database that answers and is of the right version, in whatever shape its tables are."""
    if settings.database_url is None:
        return _start_embedded(settings)
    url = settings.database_url.get_secret_value()
    _wait_for(url, wait)
    return url


def _start_embedded(settings: Settings) -> str:
    directory = database_directory(settings)
    try:
        return start_embedded(directory)
    except (OSError, RuntimeError, subprocess.SubprocessError, psycopg.Error) as error:
        raise NotReadyError(f"PostgreSQL cannot be started in {directory}: {error}") from error


def _wait_for(url: str, wait: Patience) -> None:
    deadline = time.monotonic() + wait.seconds
    while True:
        try:
            return _check_version(url)
        except psycopg.OperationalError as error:
            if time.monotonic() >= deadline or wait.is_over():
                reason = str(error).strip().splitlines()[0]
                raise NotReadyError(f"The database cannot be reached: {reason}") from None
            time.sleep(_PAUSE)


def _check_version(url: str) -> None:
    with psycopg.connect(url, connect_timeout=5) as connection:
        version = connection.info.server_version // 10_000
    if version < _OLDEST_VERSION:
        raise NotReadyError(f"The database is PostgreSQL {version}; Seatkeeper needs {_OLDEST_VERSION} or later.")
