"""The commands that run Seatkeeper: ``serve``, ``web``, ``worker``, ``migrate``."""

import asyncio
from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from seatkeeper.bootstrap.errors import StartError
from seatkeeper.bootstrap.logging import configure_logging
from seatkeeper.bootstrap.parts import open_parts
from seatkeeper.bootstrap.preparing import migrate_database, start_database
from seatkeeper.bootstrap.settings import Settings, load_settings
from seatkeeper.bootstrap.stopping import run_until_stopped
from seatkeeper.bootstrap.supervising import supervise
from seatkeeper.bootstrap.web import serve_web
from seatkeeper.bootstrap.worker import work

_PATIENCE = 30.0
"""Seconds a database of your own may take to come up: it is often started in the same breath."""

T = TypeVar("T")

Host = Annotated[str | None, typer.Option(help="The address to listen on, instead of SEATKEEPER_HOST.")]
Port = Annotated[int | None, typer.Option(help="The port to listen on, instead of SEATKEEPER_PORT.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    for command in (serve, web, worker, migrate):
        app.command()(command)


def serve(host: Host = None, port: Port = None) -> None:
    """Run web and worker in one command, until Ctrl-C. Both end together."""
    raise typer.Exit(_run(lambda settings: supervise(settings, patience=_PATIENCE), host=host, port=port))


def web(host: Host = None, port: Port = None) -> None:
    """Run a web process: the SCIM endpoint, /healthz, /readyz and /metrics."""

    def run(settings: Settings) -> None:
        run_until_stopped(lambda stop: serve_web(settings, stop, patience=_PATIENCE))

    _run(run, host=host, port=port)


def worker() -> None:
    """Run a worker, which carries out jobs. Start as many as you like, on any machine."""

    def run(settings: Settings) -> None:
        run_until_stopped(lambda stop: _work(settings, stop))

    _run(run)


def migrate() -> None:
    """Bring the database to this release, and print from where to where."""
    before, after = _run(lambda settings: migrate_database(start_database(settings)))
    typer.echo(
        f"The database is at {after} already." if before == after else f"Migrated {before or 'none'} → {after}."
    )


async def _work(settings: Settings, stop: asyncio.Event) -> None:
    async with open_parts(settings, pool_size=settings.worker_pool_size, patience=_PATIENCE) as parts:
        await work(parts, stop)


def _run(command: Callable[[Settings], T], **overrides: str | int | None) -> T:
    try:
        settings = load_settings(**overrides)
        configure_logging(settings.log_format, settings.log_level)
        return command(settings)
    except StartError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_status) from None
