"""``seatkeeper apply``: integrations as code."""

import sys
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.text import Text

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.bootstrap.references import resolve_reference
from seatkeeper.cli.opening import carry_out, fail, me
from seatkeeper.cli.printing import AsJSON, console, plain, print_json, say
from seatkeeper.operations.declarations import PlannedDeclaration, apply_declarations, plan_declarations
from seatkeeper.operations.differences import Difference
from seatkeeper.operations.integrations import Saved
from seatkeeper.operations.parsing import Source

Files = Annotated[
    list[str],
    typer.Option("--file", "-f", metavar="FILE", help="A YAML file, or - for standard input. Repeatable."),
]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Print the plan and change nothing.")]

_SIGNS = {"create": ("+", "green"), "change": ("~", "yellow"), "nothing": ("=", "dim")}


def register(app: typer.Typer) -> None:
    """Add this command to the application."""
    app.command("apply")(apply)


def apply(file: Files, dry_run: DryRun = False, as_json: AsJSON = False) -> None:
    """Make integrations what files say: print the plan, then carry it out.

    All of it in one transaction. What a file leaves out is as the connector declares it; secrets are given as
    {env: NAME} or {file: PATH}.
    """
    sources = [_read(name) for name in file]

    async def work(parts: Parts) -> tuple[list[PlannedDeclaration], list[Saved]]:
        async with parts.database.transaction(me()) as tx:
            planned = await plan_declarations(tx, sources, parts.engine.connectors, parts.keyring)
            if not as_json:
                _print_plan(planned)
            saved = [] if dry_run else await apply_declarations(tx, planned, parts.keyring)
            return planned, saved

    planned, saved = carry_out(work)
    if as_json:
        print_json([_document(one) for one in planned])
    elif not dry_run and any(one.action != "nothing" for one in planned):
        _print_outcome(saved)


def _read(name: str) -> Source:
    try:
        text = sys.stdin.read() if name == "-" else Path(name).read_text()
    except OSError as error:
        fail(f"The file {name} cannot be read: {error.strerror}.")
    except UnicodeDecodeError:
        fail(f"The file {name} holds no text.")
    folder = Path() if name == "-" else Path(name).parent
    return Source("standard input" if name == "-" else name, text, partial(resolve_reference, folder=folder))


def _print_plan(planned: Sequence[PlannedDeclaration]) -> None:
    if all(one.action == "nothing" for one in planned):
        say("Nothing to change." if planned else "The files declare nothing.")
        return
    for one in planned:
        _print_one(one)


def _print_one(planned: PlannedDeclaration) -> None:
    sign, style = _SIGNS[planned.action]
    slug = planned.integration.checked.integration.slug
    what = "nothing to change" if planned.action == "nothing" else planned.action
    console().print(Text.assemble((f"{sign} ", style), (slug, "bold"), f": {what}"))
    for difference in planned.integration.differences:
        console().print(Text(f"    {plain(_told(difference))}"))
    if planned.state is not planned.state_before:
        console().print(Text(f"    state: {planned.state_before} → {planned.state}"))


def _told(difference: Difference) -> str:
    if difference.secret:
        return f"{difference.field}: (secret) changed"
    return f"{difference.field}: {_shown(difference.before)} → {_shown(difference.after)}"


def _shown(value: Any) -> str:
    match value:
        case None:
            return "not set"
        case bool():
            return "true" if value else "false"
        case list() | tuple():
            return "[" + ", ".join(_shown(each) for each in value) + "]"
        case dict():
            return "{" + ", ".join(f"{name}: {_shown(each)}" for name, each in value.items()) + "}"
        case _:
            return str(value)


def _print_outcome(saved: Sequence[Saved]) -> None:
    say("Done.", style="green")
    jobs = sum(one.jobs for one in saved)
    if jobs:
        say(f"{jobs} jobs now look at accounts and groups again; they change only what differs.")


def _document(planned: PlannedDeclaration) -> dict[str, object]:
    return {
        "slug": planned.integration.checked.integration.slug,
        "action": planned.action,
        "state_before": planned.state_before,
        "state": planned.state,
        "changes": [
            {"field": each.field, "before": each.before, "after": each.after, "secret": each.secret}
            for each in planned.integration.differences
        ],
    }
