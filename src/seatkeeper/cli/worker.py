"""``seatkeeper worker``."""

import asyncio

import typer

from seatkeeper.bootstrap.parts import open_parts
from seatkeeper.bootstrap.settings import Settings
from seatkeeper.bootstrap.stopping import run_until_stopped, until
from seatkeeper.bootstrap.worker import work
from seatkeeper.cli.starting import start


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(worker)


def worker() -> None:
    """Run a worker, which carries out jobs. Start as many as you like, on any machine."""
    start(_run)


def _run(settings: Settings) -> None:
    run_until_stopped(lambda stop: _work(settings, stop))


async def _work(settings: Settings, stop: asyncio.Event) -> None:
    async with open_parts(settings, pool_size=settings.worker_pool_size, wait=until(stop)) as parts:
        await work(parts, stop)
