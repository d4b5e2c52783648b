"""``seatkeeper integration create``: a draft from a handful of options; ``apply`` can say everything."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.bootstrap.references import resolve_reference
from seatkeeper.cli.opening import carry_out, fail, me
from seatkeeper.cli.printing import say
from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.integrations import create_integration
from seatkeeper.operations.parsing import Reference
from seatkeeper.spi.settings import secret_names

Pairs = Sequence[str]


def create(
    slug: Annotated[
        str, typer.Argument(metavar="SLUG", help="Names it in URLs: lower-case letters, digits and hyphens.")
    ],
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
    declared = parts.engine.connectors.get(connector)
    secrets = frozenset[str]() if declared is None else secret_names(declared.settings)
    for name in secrets & {name for name, _ in map(_pair, settings)}:
        raise InvalidValueError(
            f"{name} is a secret, and a command line is seen by others and kept by the shell:"
            f" give it with --set-env {name}=VARIABLE or --set-file {name}=PATH."
        )
