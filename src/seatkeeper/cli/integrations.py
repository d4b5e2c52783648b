"""``seatkeeper integration``: making, looking at, testing and switching integrations."""

from collections.abc import Awaitable, Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from rich.text import Text

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.bootstrap.references import resolve_reference
from seatkeeper.cli.finding import Slug, find_by_slug
from seatkeeper.cli.integration_details import document, integration_row, print_details
from seatkeeper.cli.opening import carry_out, fail, me
from seatkeeper.cli.printing import AsJSON, print_json, print_table, say, tell
from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.integrations import Integration
from seatkeeper.core.outcomes import Succeeded, Unchanged, Unverified
from seatkeeper.core.problems import Problem
from seatkeeper.core.wording import explain
from seatkeeper.engine.attempt import interpret
from seatkeeper.engine.connections import check_connection
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.declarations import Reference
from seatkeeper.operations.integrations import (
    activate_integration,
    create_integration,
    pause_integration,
    read_secrets,
    resume_integration,
)
from seatkeeper.spi.settings import secret_names
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.integrations import (
    Hindrance,
    Standing,
    get_hindrance,
    list_integrations,
    list_standings,
)

Pairs = Sequence[str]


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="Make, look at, test and switch integrations.")
    for name, command in (
        ("list", list_all),
        ("create", create),
        ("show", show),
        ("test", test),
        ("activate", activate),
        ("pause", pause),
        ("resume", resume),
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


def create(
    slug: Annotated[str, typer.Argument(help="Names it in URLs: lower-case letters, digits and hyphens.")],
    connector: Annotated[
        str, typer.Option("--connector", "-c", help="How to reach the app, such as scim or ldap.")
    ],
    name: Annotated[str | None, typer.Option(help="What people call the app; the slug if left out.")] = None,
    settings: Annotated[
        list[str], typer.Option("--set", metavar="NAME=VALUE", help="A setting of the connector. Repeatable.")
    ] = [],  # noqa: B006 - how Typer spells "none given"
    env: Annotated[
        list[str], typer.Option("--set-env", metavar="NAME=VARIABLE", help="The same, from the environment.")
    ] = [],  # noqa: B006
    file: Annotated[
        list[str], typer.Option("--set-file", metavar="NAME=PATH", help="The same, from a file.")
    ] = [],  # noqa: B006
) -> None:
    """Make an integration, as a draft: it takes what the identity provider sends and changes nothing in the app.

    Everything else is as the connector declares it; seatkeeper apply can say all of it.
    """
    given = _given(settings, env, file)

    async def make(parts: Parts) -> Integration:
        _refuse_literal_secrets(parts, connector, settings)
        draft = IntegrationDraft(slug=slug, name=name or slug, connector=connector, settings=given)
        async with parts.database.transaction(me()) as tx:
            return await create_integration(tx, draft, parts.engine.connectors, parts.keyring)

    created = carry_out(make)
    say(f"Created {created.slug}, as a draft. Next:")
    say(f"  seatkeeper integration test {created.slug}")
    say(f"  seatkeeper token create {created.slug} --name okta")
    say(f"  seatkeeper integration activate {created.slug}")


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

    async def check(parts: Parts) -> str | Problem:
        async with parts.database.read() as reader:
            found = await find_by_slug(reader, integration)
        answer = await interpret(check_connection(parts.engine, found))
        assert not isinstance(answer, Succeeded | Unverified | Unchanged)
        return answer if isinstance(answer, str) else answer.problem

    answer = carry_out(check)
    if isinstance(answer, Problem):
        tell(explain(answer))
        raise typer.Exit(1)
    say(f"✓ {answer}", style="green")


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


def _given(settings: Pairs, env: Pairs, file: Pairs) -> dict[str, Any]:
    given = {name: _value(text) for name, text in map(_pair, settings)}
    try:
        given |= {name: resolve_reference(Reference("env", text), Path()) for name, text in map(_pair, env)}
        given |= {name: resolve_reference(Reference("file", text), Path()) for name, text in map(_pair, file)}
    except InvalidValueError as error:
        fail(f"{error}.")
    return given


def _pair(typed: str) -> tuple[str, str]:
    name, equals, value = typed.partition("=")
    if not equals or not name.strip():
        raise typer.BadParameter(f"{name} needs a value: write NAME=VALUE")
    return name.strip(), value


def _value(text: str) -> Any:
    """Read lists and objects as JSON; everything else is a text that the connector's settings make sense of."""
    if not text.startswith(("[", "{")):
        return text
    try:
        return orjson.loads(text)
    except orjson.JSONDecodeError:
        return text


def _refuse_literal_secrets(parts: Parts, connector: str, settings: Pairs) -> None:
    for name in _secrets_of(parts, connector) & {name for name, _ in map(_pair, settings)}:
        raise InvalidValueError(
            f"{name} is a secret, and a command line is seen by others and kept by the shell:"
            f" give it with --set-env {name}=VARIABLE or --set-file {name}=PATH."
        )


def _secrets_of(parts: Parts, connector: str) -> frozenset[str]:
    declared = parts.engine.connectors.get(connector)
    return frozenset() if declared is None else secret_names(declared.settings)


_NOTHING = Standing(0, 0, 0, 0, 0)


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
