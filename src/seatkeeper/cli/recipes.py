"""``seatkeeper recipe``: what the author of a recipe needs."""

import asyncio
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any
from urllib.parse import urlsplit

import typer

from seatkeeper.bootstrap.parts import find_installed
from seatkeeper.bootstrap.settings import load_settings
from seatkeeper.cli.opening import fail
from seatkeeper.cli.printing import console, plain, say
from seatkeeper.connectors.browser.recipes import FlowName
from seatkeeper.engine.registry import find_connectors
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.destinations import allow_networks
from seatkeeper.spi.documents import DocumentInvalidError, load_document
from seatkeeper.spi.errors import ConnectorError
from seatkeeper.spi.evidence import Exhibit
from seatkeeper.spi.testing.described import read_harness
from seatkeeper.spi.testing.rehearsal import Scene, rehearse

App = Annotated[str, typer.Argument(metavar="APP|FILE", help="An app of the catalog, or the manifest of one.")]
HarnessFile = Annotated[
    Path,
    typer.Option(
        "--settings", metavar="FILE", help="How to reach the app, and what a disposable person looks like."
    ),
]
Pictures = Annotated[Path, typer.Option("--pictures", metavar="FOLDER", help="Where the screenshots are written.")]

Address = Annotated[str, typer.Argument(metavar="URL", help="Where the app is.")]
Flow = Annotated[FlowName, typer.Option("--flow", help="Which flow you show.")]
Values = Annotated[
    list[str] | None,
    typer.Option("--value", metavar="NAME=VALUE", help="A value you will type, and what it stands for."),
]
Target = Annotated[Path, typer.Option("--to", metavar="FILE", help="The manifest; a new one is begun.")]

_RECIPE = Path("recipe.yaml")
_PICTURES = Path("recipe-pictures")
_SUFFIXES = {"image/jpeg": ".jpg", "image/png": ".png"}


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="Record a recipe for an app without an API, and try one.")
    group.command("record")(record)
    group.command("test")(try_recipe)
    app.add_typer(group, name="recipe")


def record(url: Address, flow: Flow, value: Values = None, to: Target = _RECIPE) -> None:
    """Open a window, follow what you do there, and write it down as one flow of a recipe.

    Show one flow at a time, and close the window. Values you named are replaced by what they stand for:
    "--value login=ada" makes ${account.login} of what you type as ada. Needs a screen.
    """
    from seatkeeper.connectors.browser.recording import write_flow  # noqa: PLC0415 - only where it is asked for

    allow_networks(load_settings().reachable)
    values = dict(each.partition("=")[::2] for each in value or ())
    if not all(values.values()):
        fail("Write each value like login=ada.")
    try:
        steps = asyncio.run(_record(url, flow, values))
        written = write_flow(to.read_text(encoding="utf-8") if to.exists() else "", flow, steps, values)
        to.write_text(written, encoding="utf-8")
    except ConnectorError as error:
        fail(f"{error} {error.remedy}".strip())
    except OSError as error:
        fail(f"{to} cannot be used: {error.strerror}.")
    say(f"{len(steps)} steps of {flow} are in {to}.")
    say(f"Next: say what to wait for after each click, and run: seatkeeper connector lint {to}")


async def _record(url: str, flow: FlowName, values: Mapping[str, str]) -> list[dict[str, Any]]:
    from seatkeeper.connectors.browser.chromium import running_chromium  # noqa: PLC0415 - as above
    from seatkeeper.connectors.browser.recording import Recorder  # noqa: PLC0415 - as above

    parts = urlsplit(url)
    recorder = Recorder(url, flow, values)
    async with running_chromium([f"{parts.scheme}://{parts.netloc}"], headless=False) as browser:
        context = await browser.new_context(accept_downloads=False, no_viewport=True)
        page = await recorder.follow(context)
        say("Show what to do, then close the window.", style="dim")
        await page.wait_for_event("close", timeout=0)
    return recorder.steps


def try_recipe(app: App, settings: HarnessFile, pictures: Pictures = _PICTURES) -> None:
    """Take a disposable account through everything a recipe knows, and write what was seen.

    The app is changed: one account of a made-up name is made, and removed again where the recipe can. The file is
    the one "connector test" takes. Status 1 where something went wrong.
    """
    allow_networks(load_settings().reachable)
    connector = _connector_of(app)
    try:
        harness, _ = read_harness(connector, load_document(settings.read_text(encoding="utf-8")))
        pictures.mkdir(parents=True, exist_ok=True)
        wrong = asyncio.run(_rehearse(harness, pictures))
    except OSError as error:
        fail(f"{error.filename} cannot be used: {error.strerror}.")
    except DocumentInvalidError as error:
        fail("\n".join(f"{settings}:{fault.line}: {fault.where}: {fault.sentence}" for fault in error.faults))
    if wrong:
        fail(f"{wrong} went wrong. The pictures are in {pictures}.")


def _connector_of(app: str) -> Connector[Any]:
    path = Path(app)
    installed = find_connectors(path.parent) if path.suffix else find_installed(load_settings())
    name = path.stem if path.suffix else app
    if name not in installed:
        fail(f"The app {name}: {installed.broken.get(name, 'is not installed')}.")
    return installed[name]


async def _rehearse(harness: Any, pictures: Path) -> int:
    wrong = taken = 0
    async for scene in rehearse(harness):
        _tell(scene)
        wrong += scene.problem is not None
        for exhibit in scene.exhibits:
            taken += 1
            say(_write(exhibit, pictures, taken), style="dim", indent=2)
    return wrong


def _tell(scene: Scene) -> None:
    if scene.problem is None:
        console().print(f"✓ {scene.title}", style="green")
    else:
        console().print(f"✗ {scene.title}\n  {plain(scene.problem)}", style="red")


def _write(exhibit: Exhibit, folder: Path, number: int) -> str:
    name = re.sub(r"[^a-z0-9]+", "-", exhibit.label.lower()).strip("-")[:60]
    path = folder / f"{number:02d}-{name}{_SUFFIXES.get(exhibit.media_type, '.txt')}"
    path.write_bytes(exhibit.content)
    return f"{path}  {exhibit.label}"
