"""``seatkeeper connector``: what the author of a connector needs."""

import asyncio
from pathlib import Path
from typing import Annotated, Any

import typer

from seatkeeper.bootstrap.parts import find_installed
from seatkeeper.bootstrap.settings import load_settings
from seatkeeper.cli.opening import fail
from seatkeeper.cli.printing import console, plain, say
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.destinations import allow_networks
from seatkeeper.spi.documents import DocumentInvalidError, load_document
from seatkeeper.spi.starter import NameUnfitError, write_package
from seatkeeper.spi.testing import CHECKS, FAULT_CHECKS, PromiseBrokenError, run_check, run_fault_check
from seatkeeper.spi.testing.described import read_harness

Name = Annotated[str, typer.Argument(metavar="NAME", help="The connector's name, or the app's.")]
HarnessFile = Annotated[
    Path, typer.Option("--settings", metavar="FILE", help="How to reach the app, and what its people look like.")
]
Folder = Annotated[
    Path | None, typer.Option("--folder", help="Where to write the package; seatkeeper-NAME without it.")
]

Manifests = Annotated[list[Path], typer.Argument(metavar="FILE...", help="Manifests of apps.")]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="Begin a connector, and try one against its app.")
    group.command("new")(new)
    group.command("test")(test)
    group.command("lint")(lint)
    app.add_typer(group, name="connector")


def new(name: Name, folder: Folder = None) -> None:
    """Write a package to begin a connector with. It works as it is, and brings its proof."""
    target = folder or Path(f"seatkeeper-{name}")
    try:
        written = write_package(name, target)
    except (NameUnfitError, OSError) as error:
        fail(f"{error}.")
    for path in written:
        say(str(path))
    say(f"Next: cd {target} && pip install -e . pytest pytest-asyncio && pytest")


def test(name: Name, settings: HarnessFile) -> None:
    """Try every promise of a connector against its app, and what becomes of them when things go wrong.

    The app is changed: people and groups of made-up names are made, and removed again as far as the connector can.
    Use one that nobody needs. Status 1 where a promise is broken.
    """
    ours = load_settings()
    allow_networks(ours.reachable)
    installed = find_installed(ours)
    if name not in installed:
        reason = installed.broken.get(name, "is not installed")
        fail(f"The connector {name}: {reason}. Installed: {', '.join(installed)}.")
    try:
        text = settings.read_text(encoding="utf-8")
        broken = asyncio.run(_try_all(installed[name], text))
    except OSError as error:
        fail(f"{settings} cannot be read: {error.strerror}.")
    except DocumentInvalidError as error:
        fail("\n".join(f"{settings}:{fault.line}: {fault.where}: {fault.sentence}" for fault in error.faults))
    if broken:
        fail(f"{broken} of the promises are broken.")


def lint(files: Manifests) -> None:
    """Say all that is wrong with manifests of apps, each fault with its line. Status 1 where something is.

    Nothing is called: an app's address, its service account and what it answers are for "connector test".
    """
    installed = find_installed(load_settings())
    faulty = 0
    for file in files:
        faults = installed.find_faults(file)
        faulty += bool(faults)
        for fault in faults or (f"{file}: nothing is wrong",):
            say(fault)
    if faulty:
        fail(f"{faulty} of {len(files)} manifests cannot be used.")


async def _try_all(connector: Connector[Any], text: str) -> int:
    harness, faulty = read_harness(connector, load_document(text))
    broken = 0
    for check in CHECKS:
        broken += await _tell(check.title, run_check(check, harness))
    if faulty is None:
        say("Nothing was let go wrong on the way: the file names no doorway.")
        return broken
    for fault_check in FAULT_CHECKS:
        broken += await _tell(fault_check.title, run_fault_check(fault_check, faulty))
    return broken


async def _tell(title: str, trial: Any) -> int:
    try:
        await trial
    except PromiseBrokenError as error:
        console().print(f"✗ {title}\n  {plain(str(error))}", style="red")
        return 1
    console().print(f"✓ {title}", style="green")
    return 0
