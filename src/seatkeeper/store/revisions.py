"""Which migrations this release has and a database has had, found without Alembic, which takes long to import."""

import functools
from pathlib import Path

import psycopg

SCRIPTS = Path(__file__).parent / "migrations"


def is_current(url: str) -> bool:
    """Say whether the database has every migration of this release."""
    with psycopg.connect(url) as connection:
        try:
            row = connection.execute("SELECT version_num FROM alembic_version").fetchone()
        except psycopg.errors.UndefinedTable:
            return False
    return is_sufficient(None if row is None else str(row[0]))


def is_sufficient(revision: str | None) -> bool:
    """Say whether a database of this revision has all that this release needs.

    A revision unknown here is that of a newer release, whose tables this code works on too.
    """
    return revision is not None and (revision == newest_revision() or revision not in _revisions())


def newest_revision() -> str:
    """Name the last migration of this release."""
    return _revisions()[-1]


@functools.cache
def _revisions() -> tuple[str, ...]:
    # A migration's file is named by its revision, and revisions count upwards.
    return tuple(sorted(path.name.partition("_")[0] for path in (SCRIPTS / "versions").glob("[0-9]*_*.py")))
