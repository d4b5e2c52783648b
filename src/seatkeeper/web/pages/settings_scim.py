"""The integration's SCIM endpoint: its address, the tokens identity providers show there, and its recordings."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.credentials import TOKEN_PATH, CredentialKind
from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.ids import TokenId
from seatkeeper.operations.networks import find_last_address
from seatkeeper.operations.tokens import NewToken, create_token, revoke_token, rotate_token
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.networks import list_networks
from seatkeeper.store.queries.recordings import list_recordings
from seatkeeper.store.queries.tokens import list_tokens
from seatkeeper.web.doors import Door
from seatkeeper.web.pages.settings_frames import settings_page
from seatkeeper.web.visits import Visit

LIFETIMES = ((365, "a year"), (180, "half a year"), (90, "90 days"), (30, "30 days"), (0, "for ever"))
OVERLAPS = ((7, "7 days"), (1, "1 day"), (30, "30 days"), (0, "no longer"))
REQUESTS = ((500, "500 requests"), (100, "100 requests"), (2_000, "2,000 requests"), (10_000, "10,000 requests"))
MINUTES = ((60, "an hour"), (15, "15 minutes"), (480, "8 hours"), (1_440, "a day"), (10_080, "a week"))

_NOTHING_TOLD: Mapping[str, Any] = dict.fromkeys(
    ("made", "fault", "recording_fault", "kept", "networks_fault", "networks_warning"), ""
)


async def show_scim(visit: Visit) -> Response:
    """Show address, tokens and recordings; of a token, only how it begins."""
    return await scim_page(visit)


async def recording_parts(visit: Visit, reader: Reader) -> dict[str, Any]:
    """Read what is shown of the recordings, which is nothing to anybody but Owners."""
    if not visit.may(Permission.CONFIGURE):
        return {"recordings": [], "running": None}
    recordings = await list_recordings(reader, visit.integration.id)
    return {"recordings": recordings, "running": next((one for one in recordings if one.ended_at is None), None)}


async def make_token(visit: Visit) -> Response:
    """Make a token and show it this once."""
    try:
        made = await new_token(visit)
    except InvalidValueError as error:
        return await scim_page(visit, 422, fault=str(error))
    return await scim_page(visit, made=made)


async def replace_token(visit: Visit) -> Response:
    """Make a token in place of another, which stays good for a while; show the new one this once."""
    overlap = timedelta(days=chosen_days(visit, "overlap", OVERLAPS))
    async with visit.transaction() as tx:
        made = await rotate_token(tx, visit.integration.id, _token(visit), overlap)
    return await scim_page(visit, made=made)


async def revoke(visit: Visit) -> Response:
    """Refuse a token from now on."""
    async with visit.transaction() as tx:
        await _demand_ours(tx, visit)
        await revoke_token(tx, _token(visit))
    return visit.go(f"/integrations/{visit.integration.slug}/settings/scim", "The token is revoked.")


async def new_token(visit: Visit) -> NewToken:
    """Make the token the form asks for, a bearer token where it does not say. Raises ``InvalidValueError``."""
    kind = visit.given("kind", CredentialKind.BEARER.value)
    if kind not in set(CredentialKind):
        raise InvalidValueError("Choose one of the kinds in the list.")
    days = chosen_days(visit, "days", LIFETIMES)
    async with visit.transaction() as tx:
        expires_at = tx.now + timedelta(days=days) if days else None
        return await create_token(tx, visit.integration.id, visit.given("name"), expires_at, CredentialKind(kind))


def scim_url(visit: Visit) -> str:
    """Say what an identity provider is given as the base URL."""
    return f"{visit.base_url}/scim/v2/{visit.integration.slug}"


def chosen_days(visit: Visit, name: str, choices: Sequence[tuple[int, str]]) -> int:
    """Read a choice of days. Raises ``InvalidValueError``."""
    given = visit.given(name)
    if given not in {str(days) for days, _ in choices}:
        raise InvalidValueError("Choose one of the times in the list.")
    return int(given)


async def _demand_ours(reader: Reader, visit: Visit) -> None:
    if all(token.id != _token(visit) for token in await list_tokens(reader, visit.integration.id)):
        raise NotFoundError("This integration has no such token.")


def _token(visit: Visit) -> TokenId:
    try:
        return TokenId(UUID(visit.param("token")))
    except ValueError:
        raise NotFoundError("This integration has no such token.") from None


async def access_parts(visit: Visit, reader: Reader) -> dict[str, Any]:
    """Read from where the integration may be called, and from where it was."""
    networks = await list_networks(reader, visit.integration.id)
    return {
        "networks": "\n".join(map(str, networks)),
        "last_address": await find_last_address(reader, visit.integration.id),
    }


async def scim_page(visit: Visit, status: int = 200, **told: str | NewToken) -> Response:
    """Show the page with what a form of it came to: what was ``made``, a ``fault``, a ``recording_fault``,
    ``networks`` as they were typed with a ``networks_fault`` or a ``networks_warning``.
    """
    async with visit.read() as reader:
        tokens = await list_tokens(reader, visit.integration.id)
        access = await access_parts(visit, reader)
        recordings = await recording_parts(visit, reader)
    return await settings_page(
        visit,
        "scim",
        status,
        tokens=list(reversed(tokens)),
        url=scim_url(visit),
        lifetimes=LIFETIMES,
        overlaps=OVERLAPS,
        how_many=REQUESTS,
        how_long=MINUTES,
        **recordings,
        token_url=scim_url(visit) + TOKEN_PATH,
        kind=visit.given("kind"),
        **{**_NOTHING_TOLD, **access, **told},
    )


_BASE = "/integrations/{integration}/settings/scim"
DOORS: Sequence[Door] = (
    Door("GET", _BASE, show_scim, Permission.SEE),
    Door("POST", _BASE, make_token, Permission.CONFIGURE),
    Door("POST", f"{_BASE}/tokens/{{token}}/replace", replace_token, Permission.CONFIGURE),
    Door("POST", f"{_BASE}/tokens/{{token}}/revoke", revoke, Permission.CONFIGURE),
)
