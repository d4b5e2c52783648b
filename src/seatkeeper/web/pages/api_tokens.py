"""One's own API tokens: what scripts show to the JSON API."""

from collections.abc import Sequence
from datetime import timedelta
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import Permission, Scope
from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.ids import APITokenId
from seatkeeper.operations.api_tokens import create_api_token, revoke_api_token
from seatkeeper.store.queries.api_tokens import list_api_tokens
from seatkeeper.web.doors import Door
from seatkeeper.web.pages.settings_scim import LIFETIMES, chosen_days
from seatkeeper.web.visits import Visit

SCOPES = (
    (Scope.READ, "Read integrations, people, jobs and activity"),
    (Scope.OPERATE, "Try jobs again, cancel them, answer tasks, pause and resume"),
    (Scope.CONFIGURE, "Make, change and delete integrations, and their SCIM tokens"),
    (Scope.ADMIN, "Manage the workspace: members, providers, notifications; and your own sessions"),
)
_PATH = "/account/tokens"


async def show_tokens(visit: Visit) -> Response:
    """Show one's tokens; of each, only how it begins."""
    return await _page(visit)


async def make_token(visit: Visit) -> Response:
    """Make a token and show it this once."""
    known = {scope.value for scope in Scope}
    try:
        days = chosen_days(visit, "days", LIFETIMES)
        scopes = [Scope(one) for one in visit.all_given("scope") if one in known]
        async with visit.transaction() as tx:
            expires_at = tx.now + timedelta(days=days) if days else None
            made = await create_api_token(tx, visit.member.id, visit.given("name"), scopes, expires_at)
    except InvalidValueError as error:
        return await _page(visit, fault=str(error), status=422)
    return await _page(visit, secret=made.secret)


async def revoke(visit: Visit) -> Response:
    """Refuse a token from now on."""
    try:
        token_id = APITokenId(UUID(visit.param("token")))
    except ValueError:
        raise NotFoundError("You have no such token.") from None
    async with visit.transaction() as tx:
        await revoke_api_token(tx, visit.member.id, token_id)
    return visit.go(_PATH, "The token is revoked.")


async def _page(visit: Visit, *, secret: str = "", fault: str = "", status: int = 200) -> Response:
    async with visit.read() as reader:
        tokens = await list_api_tokens(reader, visit.member.id)
    return visit.page(
        "api_tokens.html",
        status,
        tokens=tokens,
        scopes=SCOPES,
        lifetimes=LIFETIMES,
        secret=secret,
        fault=fault,
        token_name=visit.given("name"),
        api=f"{visit.base_url}/api/v1",
    )


DOORS: Sequence[Door] = (
    Door("GET", _PATH, show_tokens, Permission.MANAGE_SELF),
    Door("POST", _PATH, make_token, Permission.MANAGE_SELF),
    Door("POST", f"{_PATH}/{{token}}/revoke", revoke, Permission.MANAGE_SELF),
)
