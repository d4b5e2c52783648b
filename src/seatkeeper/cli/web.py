"""``seatkeeper web``."""

import typer

from seatkeeper.bootstrap.settings import Settings
from seatkeeper.bootstrap.stopping import run_until_stopped
from seatkeeper.bootstrap.web import serve_web
from seatkeeper.cli.starting import Host, Port, start


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(web)


def web(host: Host = None, port: Port = None) -> None:
    """Run a web process: the SCIM endpoint, /healthz, /readyz and /metrics."""
    start(_run, host=host, port=port)


def _run(settings: Settings) -> None:
    run_until_stopped(lambda stop: serve_web(settings, stop))
