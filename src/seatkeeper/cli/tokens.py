"""``seatkeeper token``: what an identity provider shows at an integration's SCIM endpoint."""

from datetime import datetime, timedelta
from typing import Annotated, assert_never

import typer

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.cli.finding import Slug, find_by_slug
from seatkeeper.cli.moments import parse_span
from seatkeeper.cli.networks import networks
from seatkeeper.cli.opening import carry_out, me
from seatkeeper.cli.printing import AsJSON, print_fields, print_json, print_table, say, short_id, short_time
from seatkeeper.core.credentials import TOKEN_PATH, CredentialKind
from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.operations.tokens import NewToken, create_token, revoke_token
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.tokens import ListedToken, list_tokens

Name = Annotated[str, typer.Option("--name", help="Who uses it, such as okta.")]
Expires = Annotated[
    timedelta | None,
    typer.Option("--expires", metavar="DURATION", parser=parse_span, help="How long it is good, such as 365d."),
]
Kind = Annotated[
    CredentialKind,
    typer.Option("--kind", help="A bearer token, a user name with a secret (basic), or an OAuth client."),
]
Which = Annotated[str, typer.Argument(metavar="TOKEN", help="Its id, its beginning, or its name.")]

_SOMEWHERE = "https://YOUR-SEATKEEPER"


def register(app: typer.Typer) -> None:
    """Add these commands to the application."""
    group = typer.Typer(no_args_is_help=True, help="Make, list and revoke the SCIM tokens of an integration.")
    group.command("create")(create)
    group.command("list")(list_all)
    group.command("revoke")(revoke)
    group.command("networks")(networks)
    app.add_typer(group, name="token")


def create(
    integration: Slug,
    name: Name,
    expires: Expires = None,
    kind: Kind = CredentialKind.BEARER,
    as_json: AsJSON = False,
) -> None:
    """Make a token and show it this once. Those there are stay good, so one can be replaced without a gap."""

    async def make(parts: Parts) -> tuple[NewToken, datetime | None, str]:
        async with parts.database.transaction(me()) as tx:
            found = await find_by_slug(tx, integration)
            expires_at = None if expires is None else tx.now + expires
            token = await create_token(tx, found.id, name, expires_at, kind)
        return token, expires_at, f"{parts.settings.public_url or _SOMEWHERE}/scim/v2/{found.slug}"

    token, expires_at, url = carry_out(make)
    if as_json:
        told = {"id": token.id, "kind": kind, "name": name, "client_id": token.client_id, "token": token.secret}
        print_json({**told, "expires_at": expires_at, "url": url})
        return
    print_fields([*_fields(token, url), ("SCIM base URL", url)])
    say("Keep it now: it is not shown again.", style="dim")


def list_all(integration: Slug, as_json: AsJSON = False) -> None:
    """List the tokens of an integration, those that are no longer good too."""

    async def read(parts: Parts) -> tuple[list[ListedToken], datetime]:
        async with parts.database.read() as reader:
            found = await find_by_slug(reader, integration)
            return await list_tokens(reader, found.id), parts.engine.clock()

    tokens, now = carry_out(read)
    if as_json:
        print_json([_document(token, now) for token in tokens])
        return
    print_table(
        ["id", "name", "kind", "begins", "state", "created", "last used", "from"],
        [
            [
                short_id(token.id),
                token.name,
                token.kind.value if token.client_id is None else f"{token.kind.value} {token.client_id}",
                f"{token.prefix}…",
                _state_in_words(token, now),
                short_time(token.created_at, now),
                short_time(token.last_used_at, now),
                token.last_used_from or "",
            ]
            for token in tokens
        ],
        nothing=f"{integration} has no token yet: seatkeeper token create {integration} --name okta",
    )


def revoke(integration: Slug, token: Which) -> None:
    """Refuse a token from now on."""

    async def take_back(parts: Parts) -> ListedToken:
        async with parts.database.transaction(me()) as tx:
            found = await _find_token(tx, (await find_by_slug(tx, integration)).id, token)
            await revoke_token(tx, found.id)
            return found

    revoked = carry_out(take_back)
    say(f"Revoked {revoked.name} ({revoked.prefix}…).")


def _fields(token: NewToken, url: str) -> list[tuple[str, str]]:
    match token.kind:
        case CredentialKind.BEARER:
            return [("token", token.secret)]
        case CredentialKind.BASIC:
            return [("user name", str(token.client_id)), ("password", token.secret)]
        case CredentialKind.OAUTH:
            client = [("client id", str(token.client_id)), ("client secret", token.secret)]
            return [("token endpoint", url + TOKEN_PATH), *client]
        case _:
            assert_never(token.kind)


async def _find_token(reader: Reader, integration_id: IntegrationId, typed: str) -> ListedToken:
    good = [token for token in await list_tokens(reader, integration_id) if token.revoked_at is None]
    end = typed.strip().lower()
    found = [
        token
        for token in good
        if typed == token.name or typed.startswith(token.prefix) or (len(end) >= 4 and str(token.id).endswith(end))
    ]
    if not found:
        raise NotFoundError(f"There is no token {_hide(typed)} that could be revoked: seatkeeper token list.")
    if len(found) > 1:
        raise InvalidValueError(f"Several tokens fit {_hide(typed)}: give the id of one.")
    return found[0]


def _hide(typed: str) -> str:
    """Somebody may give the token itself, which belongs into no error."""
    return typed if len(typed) <= 36 else f"{typed[:8]}…"


def _state(token: ListedToken, now: datetime) -> str:
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= now else "good"


def _state_in_words(token: ListedToken, now: datetime) -> str:
    state = _state(token, now)
    if state == "good" and token.expires_at is not None:
        return f"until {short_time(token.expires_at, now)}"
    return state


def _document(token: ListedToken, now: datetime) -> dict[str, object]:
    return {
        "id": token.id,
        "kind": token.kind,
        "client_id": token.client_id,
        "name": token.name,
        "prefix": token.prefix,
        "state": _state(token, now),
        "created_at": token.created_at,
        "expires_at": token.expires_at,
        "revoked_at": token.revoked_at,
        "last_used_at": token.last_used_at,
        "last_used_from": token.last_used_from,
    }
