"""``seatkeeper integration``: making, looking at, testing and switching integrations."""

from collections.abc import Awaitable, Callable
from datetime import datetime

import typer
from rich.text import Text

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.cli.creating import create
from seatkeeper.cli.deleting import delete
from seatkeeper.cli.finding import Slug, find_by_slug
from seatkeeper.cli.integration_details import document, integration_row, print_details
from seatkeeper.cli.opening import carry_out, me
from seatkeeper.cli.printing import AsJSON, print_json, print_table, say, tell
from seatkeeper.core.integrations import Integration
from seatkeeper.core.trials import Trial
from seatkeeper.engine.trying import try_integration
from seatkeeper.operations.integrations import read_secrets
from seatkeeper.operations.switches import activate_integration, pause_integration, resume_integration
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.integrations import Hindrance, get_hindrance, list_integrations
from seatkeeper.store.queries.standings import Standing, list_standings


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="Make, look at, test, switch and delete integrations.")
    for name, command in (
        ("list", list_all),
        ("create", create),
        ("show", show),
        ("test", test),
        ("activate", activate),
        ("pause", pause),
        ("resume", resume),
        ("delete", delete),
    ):
        group.command(name)(command)
    app.add_typer(group, name="integration")


def list_all(as_json: AsJSON = False) -> None:
    """List every integration and how it stands."""

    async def read(parts: Parts) -> list[tuple[Integration, Standing]]:
        async with parts.database.read() as reader:
            integrations, standings = await list_integrations(reader), await list_standings(reader)
            return [(each, standings.get(each.id, _NOTHING)) for each in integrations]

    found = carry_out(read)
    if as_json:
        print_json([integration_row(integration, standing) for integration, standing in found])
        return
    print_table(
        ["integration", "connector", "state", "people", "groups", "jobs open", "failed", "tasks"],
        [_cells(integration, standing) for integration, standing in found],
        nothing="There is no integration yet: seatkeeper integration create, or seatkeeper apply.",
    )


def show(integration: Slug, as_json: AsJSON = False) -> None:
    """Show all about an integration, secrets left out."""

    async def read(parts: Parts) -> tuple[Integration, Standing, Hindrance, datetime, frozenset[str]]:
        async with parts.database.read() as reader:
            found = await find_by_slug(reader, integration)
            standing = (await list_standings(reader)).get(found.id, _NOTHING)
            hindrance = await get_hindrance(reader, found.id)
            secrets = frozenset(await read_secrets(reader, found, parts.keyring))
        return found, standing, hindrance, parts.engine.clock(), secrets

    found, standing, hindrance, now, secrets = carry_out(read)
    if as_json:
        print_json(document(found, standing, hindrance))
    else:
        print_details(found, standing, hindrance, now, secrets)


def test(integration: Slug) -> None:
    """Ask the app: does it answer, and does it accept the service account?"""

    told = 0

    def tell_stages(trial: Trial) -> None:
        nonlocal told
        for stage in trial.stages[told:]:
            if stage.passed is None:
                break
            said = f"{stage.name}: {stage.found}" if stage.found else stage.name
            say(f"✓ {said}" if stage.passed else f"✗ {said}", style="green" if stage.passed else "red")
            told += 1

    async def check(parts: Parts) -> Trial:
        async with parts.database.read() as reader:
            found = await find_by_slug(reader, integration)
        return await try_integration(parts.engine, found, tell=tell_stages)

    trial = carry_out(check)
    if trial.problem is not None:
        tell(trial.explain())
        raise typer.Exit(1)


def activate(integration: Slug) -> None:
    """Set a draft live: it carries out its jobs."""
    _switch(integration, activate_integration, "is live: its jobs are carried out")


def pause(integration: Slug) -> None:
    """Carry out no more jobs; what the identity provider sends is kept."""
    _switch(integration, pause_integration, "is paused: what the identity provider sends is kept for later")


def resume(integration: Slug) -> None:
    """Go on with the jobs that have gathered."""
    _switch(integration, resume_integration, "is live again: the jobs that gathered are carried out")


def _switch(slug: str, switch: Callable[[Transaction, str], Awaitable[None]], told: str) -> None:
    async def work(parts: Parts) -> None:
        async with parts.database.transaction(me()) as tx:
            await find_by_slug(tx, slug)
            await switch(tx, slug)

    carry_out(work)
    say(f"{slug} {told}.")


_NOTHING = Standing(0, 0, 0, 0, 0, proven=False)


def _cells(integration: Integration, standing: Standing) -> list[str | Text]:
    style = {"live": "green", "paused": "yellow", "draft": "cyan"}[integration.state]
    state = Text("quarantined", style="red") if integration.quarantined else Text(integration.state, style=style)
    return [
        integration.slug,
        integration.connector,
        state,
        str(standing.people),
        str(standing.groups),
        str(standing.open_jobs),
        Text(str(standing.failed), style="red" if standing.failed else ""),
        Text(str(standing.tasks), style="yellow" if standing.tasks else ""),
    ]
