"""Scripts that call the API: httpx clients with a member's token."""

from collections.abc import Iterable

import httpx

from seatkeeper.core.access import IntegrationRole, Scope, WorkspaceRole
from seatkeeper.core.ids import IntegrationId
from seatkeeper.operations.api_tokens import create_api_token
from seatkeeper.store.database import Database
from tests.web.people import BASE, SETUP, sign_in


async def token_of(
    database: Database,
    role: WorkspaceRole = WorkspaceRole.ADMIN,
    *,
    on: dict[IntegrationId, IntegrationRole] | None = None,
    scopes: Iterable[Scope] = Scope,
) -> str:
    """Make a member with an API token, and give its secret."""
    member, _ = await sign_in(database, role, on=on)
    async with database.transaction(SETUP) as tx:
        return (await create_api_token(tx, member.id, "script", scopes, None)).secret


def caller_with(transport: httpx.ASGITransport, token: str | None) -> httpx.AsyncClient:
    """Make a client that shows the token, or none."""
    headers = {} if token is None else {"Authorization": f"Bearer {token}"}
    return httpx.AsyncClient(transport=transport, base_url=f"{BASE}/api/v1", headers=headers)
