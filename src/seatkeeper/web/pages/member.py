"""One member: how they sign in, and what they may do where."""

from collections.abc import Sequence
from typing import Any

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.ids import MemberId
from seatkeeper.store.queries.api_tokens import list_api_tokens
from seatkeeper.store.queries.integrations import list_integrations
from seatkeeper.store.queries.members import get_member, list_roles_of
from seatkeeper.store.queries.passkeys import list_passkeys
from seatkeeper.store.queries.providers import list_providers_of
from seatkeeper.web.doors import Door
from seatkeeper.web.entering import given_id
from seatkeeper.web.pages.workspace import ROLES
from seatkeeper.web.visits import Visit


async def show_member(visit: Visit) -> Response:
    """Show a member with their integrations."""
    async with visit.read() as reader:
        listed = await get_member(reader, MemberId(given_id(visit, "member")))
        held = await list_roles_of(reader, listed.member.id)
        context: dict[str, Any] = {
            "integrations": [(one, held[one.id]) for one in await list_integrations(reader) if one.id in held],
            "passkeys": len(await list_passkeys(reader, listed.member.id)),
            "providers": await list_providers_of(reader, listed.member.id),
            "tokens": await list_api_tokens(reader, listed.member.id),
        }
    return visit.page("workspace_member.html", listed=listed, roles=dict(ROLES), **context)


DOORS: Sequence[Door] = (Door("GET", "/workspace/members/{member}", show_member, Permission.SEE_WORKSPACE),)
