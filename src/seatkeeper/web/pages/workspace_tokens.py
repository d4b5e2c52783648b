"""The API tokens of all members, for Admins to see and to revoke."""

from collections.abc import Sequence

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import APITokenId
from seatkeeper.operations.api_tokens import revoke_api_token
from seatkeeper.store.queries.api_tokens import list_tokens_of_all
from seatkeeper.web.doors import Door
from seatkeeper.web.entering import given_id
from seatkeeper.web.visits import Visit

_PATH = "/workspace/tokens"


async def show_tokens(visit: Visit) -> Response:
    """Show the tokens that are still good, or all."""
    every = visit.query("every") == "1"
    async with visit.read() as reader:
        tokens = await list_tokens_of_all(reader)
    shown = [one for one in tokens if every or one.token.is_good(visit.now)]
    return visit.page("workspace_tokens.html", tokens=shown, every=every, hidden=len(tokens) - len(shown))


async def revoke(visit: Visit) -> Response:
    """Refuse a token of any member from now on."""
    token_id = APITokenId(given_id(visit, "token"))
    async with visit.transaction() as tx:
        owners = {one.token.id: one.member.id for one in await list_tokens_of_all(tx)}
        if token_id not in owners:
            raise NotFoundError("There is no such token.")
        await revoke_api_token(tx, owners[token_id], token_id)
    return visit.go(_PATH, "The token is revoked.")


DOORS: Sequence[Door] = (
    Door("GET", _PATH, show_tokens, Permission.SEE_WORKSPACE),
    Door("POST", f"{_PATH}/{{token}}/revoke", revoke, Permission.MANAGE_WORKSPACE),
)
