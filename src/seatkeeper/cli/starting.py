"""What the commands that run Seatkeeper begin with: settings, logging, and faults told in a sentence."""

from collections.abc import Callable
from typing import Annotated, TypeVar

import typer

from seatkeeper.bootstrap.errors import StartError
from seatkeeper.bootstrap.logging import configure_logging
from seatkeeper.bootstrap.settings import Settings, load_settings

T = TypeVar("T")

Host = Annotated[str | None, typer.Option(help="The address to listen on, instead of SEATKEEPER_HOST.")]
Port = Annotated[int | None, typer.Option(help="The port to listen on, instead of SEATKEEPER_PORT.")]


def start(command: Callable[[Settings], T], **overrides: str | int | None) -> T:
    """Run a command with the settings of the environment; ``overrides`` win over it."""
    try:
        settings = load_settings(**overrides)
        configure_logging(settings.log_format, settings.log_level)
        return command(settings)
    except StartError as error:
        typer.echo(str(error), err=True)
        raise typer.Exit(error.exit_status) from None
