"""What a group's members are is not looked at by whoever asks to leave them out."""

import asyncio

from seatkeeper.store.database import Database
from tests.scim.idp import IdP

_PATIENCE = 20.0


async def test_a_group_without_its_members_is_shown_while_nobody_may_read_memberships(
    database: Database, idp: IdP
) -> None:
    user = await idp.user("ada")
    group = await idp.group("Crew", user)
    paths = [f"/Groups/{group['id']}", "/Groups", "/Groups?cursor=", '/Groups?filter=displayName eq "crew"']
    async with database.read() as reader, reader.connection.transaction():
        await reader.connection.execute("LOCK TABLE memberships, nested_groups IN ACCESS EXCLUSIVE MODE")
        for path in paths:
            left_out = f"{path}{'&' if '?' in path else '?'}excludedAttributes=members"
            async with asyncio.timeout(_PATIENCE):
                answer = await idp.get(left_out)
            assert answer.status_code == 200, left_out
            assert "members" not in answer.text
