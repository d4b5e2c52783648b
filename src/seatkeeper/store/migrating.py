"""Bringing a database to this release's shape."""

import functools
from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text

_SCRIPTS = Path(__file__).parent / "migrations"
_START_LOCK = 0x5EA7_4EEB
"""The advisory lock that keeps two starts from migrating at once."""


def migrate(url: str) -> tuple[str | None, str]:
    """Apply what is missing; return the revision before and after. A second caller waits, then finds nothing.

    A database of a newer release is left as it is.
    """
    with _engine(url).connect() as connection:
        connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _START_LOCK})
        connection.commit()
        try:
            before = _revision(connection)
            if before is not None and is_sufficient(before):
                return before, before
            command.upgrade(_config(connection), "head")
            connection.commit()
            return before, newest_revision()
        finally:
            connection.rollback()
            connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _START_LOCK})
            connection.commit()


def is_current(url: str) -> bool:
    """Say whether the database has every migration of this release."""
    with _engine(url).connect() as connection:
        return is_sufficient(_revision(connection))


def is_sufficient(revision: str | None) -> bool:
    """Say whether a database of this revision has all that this release needs.

    A revision unknown here is that of a newer release, whose tables this code works on too.
    """
    newest, known = _known_revisions()
    return revision is not None and (revision == newest or revision not in known)


def newest_revision() -> str:
    """Name the last migration of this release."""
    return _known_revisions()[0]


@functools.cache
def _known_revisions() -> tuple[str, frozenset[str]]:
    scripts = ScriptDirectory(str(_SCRIPTS))
    newest = scripts.get_current_head()
    assert newest is not None
    return newest, frozenset(script.revision for script in scripts.walk_revisions())


def _engine(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(_SCRIPTS))
    config.attributes["connection"] = connection
    return config


def _revision(connection: Connection) -> str | None:
    return MigrationContext.configure(connection).get_current_revision()
