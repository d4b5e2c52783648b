"""The ``seatkeeper`` command and what it offers.

Each command's module is imported when the command is called, not to show this list: what they stand on takes
about a second to import.
"""

import gc
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import version
from typing import Annotated, Any

import typer
from typer.core import TyperCommand, TyperGroup


@dataclass(frozen=True, slots=True)
class Offer:
    """Where a command is, and what it does in a line. A test holds it against the command's own help."""

    module: str
    summary: str


COMMANDS: Mapping[str, Offer] = {
    "serve": Offer("serve", "Run web and worker in one command, until Ctrl-C. Both end together."),
    "web": Offer("web", "Run a web process: the SCIM endpoint, /healthz, /readyz and /metrics."),
    "worker": Offer("worker", "Run a worker, which carries out jobs. Start as many as you like, on any machine."),
    "migrate": Offer("migrate", "Bring the database to this release, and print from where to where."),
    "doctor": Offer(
        "doctor",
        "Check database, key, clock, connectors, disk, workers and queue; say what to do about each fault.",
    ),
    "integration": Offer("integrations", "Make, look at, test, switch and delete integrations."),
    "apply": Offer("applying", "Make integrations what files say: print the plan, then carry it out."),
    "token": Offer("tokens", "Make, list and revoke the SCIM tokens of an integration."),
    "member": Offer("members", "List and invite the people who may sign in, and let locked-out ones in again."),
    "preview": Offer("previews", "Show what would be done for one person, and do nothing."),
    "activity": Offer("activity", "Show what happened, the newest last."),
    "job": Offer("jobs", "Look at jobs, try failed ones again, cancel those that wait."),
    "task": Offer("tasks", "Look at what waits for a person, and answer."),
    "connector": Offer("connectors", "Begin a connector, and try one against its app."),
    "recipe": Offer("recipes", "Record a recipe for an app without an API, and try one."),
    "idp": Offer("idps", "Play an identity provider against a SCIM endpoint, or replay what one sent."),
}
"""In the order of the list a person sees."""


class _Later(TyperCommand):
    """Stands for a command until it is called."""

    def __init__(self, name: str, offer: Offer) -> None:
        super().__init__(name=name, help=offer.summary)
        self._module = offer.module

    def make_context(self, info_name: str | None, args: list[str], parent: Any = None, **extra: Any) -> Any:
        assert self.name is not None
        return load_command(self.name, self._module).make_context(info_name, args, parent=parent, **extra)


class _Offers(TyperGroup):
    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 - Typer's signature
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 - Typer's signature
        return _Later(cmd_name, COMMANDS[cmd_name]) if cmd_name in COMMANDS else None


def load_command(name: str, module: str) -> Any:
    """Import a module of commands and give the one of that name."""
    commands = typer.Typer()
    with _nothing_thrown_away():
        import_module(f"seatkeeper.cli.{module}").register(commands)
    return typer.main.get_group(commands).commands[name]


@contextmanager
def _nothing_thrown_away() -> Iterator[None]:
    # What an import makes stays. Looking for garbage in it is a tenth of the time it takes.
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


app = typer.Typer(cls=_Offers, no_args_is_help=True, pretty_exceptions_enable=False)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(version("seatkeeper"))
        raise typer.Exit


@app.callback()
def seatkeeper(
    show_version: Annotated[
        bool, typer.Option("--version", help="Print the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    """Keep the seats people hold in every app in step with the identity provider."""


def run(arguments: Sequence[str] | None = None) -> None:
    """Run the command line; the entry point of the installed command."""
    app(arguments)
