"""``seatkeeper serve``."""

import typer

from seatkeeper.bootstrap.supervising import supervise
from seatkeeper.cli.starting import Host, Port, start


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command()(serve)


def serve(host: Host = None, port: Port = None) -> None:
    """Run web and worker in one command, until Ctrl-C. Both end together."""
    raise typer.Exit(start(supervise, host=host, port=port))
