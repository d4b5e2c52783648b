"""Bringing a database to this release's shape."""

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, Engine, NullPool, create_engine, make_url, text
from sqlalchemy.exc import DBAPIError

from seatkeeper.store.revisions import SCRIPTS, is_sufficient, newest_revision

_START_LOCK = 0x5EA7_4EEB
"""The advisory lock that keeps two starts from migrating at once."""


class MigrationFailedError(Exception):
    """A migration failed and was taken back; the message is PostgreSQL's."""


def migrate(url: str) -> tuple[str | None, str]:
    """Apply what is missing; return the revision before and after. A second caller waits, then finds nothing.

    A database of a newer release is left as it is. Raises ``MigrationFailedError``, having changed nothing.
    """
    try:
        with _engine(url).connect() as connection:
            return _migrate(connection)
    except DBAPIError as error:
        raise MigrationFailedError(str(error.orig).strip().partition("\n")[0]) from error


def _migrate(connection: Connection) -> tuple[str | None, str]:
    connection.execute(text("SELECT pg_advisory_lock(:key)"), {"key": _START_LOCK})
    connection.commit()
    try:
        before = MigrationContext.configure(connection).get_current_revision()
        if before is not None and is_sufficient(before):
            return before, before
        command.upgrade(_config(connection), "head")
        connection.commit()
        return before, newest_revision()
    finally:
        connection.rollback()
        connection.execute(text("SELECT pg_advisory_unlock(:key)"), {"key": _START_LOCK})
        connection.commit()


def _engine(url: str) -> Engine:
    return create_engine(make_url(url).set(drivername="postgresql+psycopg"), poolclass=NullPool)


def _config(connection: Connection) -> Config:
    config = Config()
    config.set_main_option("script_location", str(SCRIPTS))
    config.attributes["connection"] = connection
    return config
