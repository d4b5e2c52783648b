"""The database, ready to be used: started and migrated where it is our own, checked where it is not."""

import subprocess
import time
from pathlib import Path

import psycopg

from seatkeeper.bootstrap.errors import NotReadyError
from seatkeeper.bootstrap.settings import Settings
from seatkeeper.store.embedded import start_embedded
from seatkeeper.store.revisions import is_current

_OLDEST_VERSION = 18
_PAUSE = 0.5


def database_directory(settings: Settings) -> Path:
    """Name the directory of the embedded PostgreSQL."""
    return settings.data_dir / "postgres"


def prepare_database(settings: Settings, *, patience: float = 0) -> str:
    """Return the URL of a database that has this release's tables.

    The embedded one is started, and migrated by whoever comes first. Another one must have been migrated by
    ``seatkeeper migrate``; it may take ``patience`` seconds to come up. Raises ``NotReadyError``.
    """
    url = start_database(settings, patience=patience)
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


def start_database(settings: Settings, *, patience: float = 0) -> str:
    """Return the URL of a database that answers and is of the right version, in whatever shape its tables are."""
    if settings.database_url is None:
        return _start_embedded(settings)
    url = settings.database_url.get_secret_value()
    _wait_for(url, patience)
    return url


def _start_embedded(settings: Settings) -> str:
    directory = database_directory(settings)
    try:
        return start_embedded(directory)
    except (OSError, RuntimeError, subprocess.SubprocessError, psycopg.Error) as error:
        raise NotReadyError(f"PostgreSQL cannot be started in {directory}: {error}") from error


def _wait_for(url: str, patience: float) -> None:
    deadline = time.monotonic() + patience
    while True:
        try:
            return _check_version(url)
        except psycopg.OperationalError as error:
            if time.monotonic() >= deadline:
                reason = str(error).strip().splitlines()[0]
                raise NotReadyError(f"The database cannot be reached: {reason}") from None
            time.sleep(_PAUSE)


def _check_version(url: str) -> None:
    with psycopg.connect(url, connect_timeout=5) as connection:
        version = connection.info.server_version // 10_000
    if version < _OLDEST_VERSION:
        raise NotReadyError(f"The database is PostgreSQL {version}; Seatkeeper needs {_OLDEST_VERSION} or later.")
