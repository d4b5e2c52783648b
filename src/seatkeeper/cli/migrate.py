"""``seatkeeper migrate``."""

import typer

from seatkeeper.bootstrap.preparing import migrate_database, start_database
from seatkeeper.cli.starting import start


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(migrate)


def migrate() -> None:
    """Bring the database to this release, and print from where to where."""
    before, after = start(lambda settings: migrate_database(start_database(settings)))
    typer.echo(
        f"The database is at {after} already." if before == after else f"Migrated {before or 'none'} → {after}."
    )
