"""A request under way while its integration is deleted: one of the two is first, and nothing breaks."""

import asyncio

from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.operations.deletions import delete_integration
from seatkeeper.store.database import Database
from tests.scim.conftest import ADMIN, an_integration, client_of, opened
from tests.scim.idp import IdP, Json
from tests.waiting import until


async def _delete(database: Database, integration: Integration) -> None:
    async with database.transaction(ADMIN) as tx:
        await delete_integration(tx, integration.slug, confirm=integration.slug)


async def _is_waited_for(database: Database, most: int = 1) -> bool:
    async with database.read() as reader:
        cursor = await reader.connection.execute(
            "SELECT count(*) AS n FROM pg_stat_activity"
            " WHERE datname = current_database() AND wait_event_type = 'Lock'"
        )
        row = await cursor.fetchone()
    return row is not None and row["n"] >= most


async def test_what_comes_after_the_deletion_began_is_not_found(database: Database) -> None:
    integration = an_integration(IntegrationState.PAUSED)
    token = await opened(database, integration)
    async with client_of(database, integration.slug, token) as client:
        idp = IdP(client)
        ada, team = await idp.user("ada"), await idp.group("Team")
        title = {"op": "replace", "path": "title", "value": "Countess"}
        async with database.transaction(ADMIN) as tx:
            await delete_integration(tx, integration.slug, confirm=integration.slug)
            under_way = [
                asyncio.create_task(each)
                for each in (
                    idp.send("POST", "/Users", {"userName": "bob"}),
                    idp.send("POST", "/Groups", {"displayName": "Other"}),
                    idp.patch(ada, title),
                    idp.send("DELETE", idp.path_of(team)),
                )
            ]
            await until(lambda: _is_waited_for(database, len(under_way)))
        answers = await asyncio.gather(*under_way)
    assert [each.status_code for each in answers] == [404] * 4
    told: list[Json] = [each.json() for each in answers]
    assert all(each["status"] == "404" and each["detail"] for each in told)


async def test_a_change_that_began_before_the_deletion_is_made(database: Database) -> None:
    integration = an_integration(IntegrationState.PAUSED)
    token = await opened(database, integration)
    async with client_of(database, integration.slug, token) as client:
        idp = IdP(client)
        ada = await idp.user("ada")
        async with database.transaction(ADMIN) as tx:
            await tx.connection.execute("SELECT FROM users WHERE id = %s FOR UPDATE", [ada["id"]])
            deletion = asyncio.create_task(_delete(database, integration))
            await until(lambda: _is_waited_for(database))
            await tx.connection.execute(
                "SELECT FROM integrations WHERE id = %s FOR KEY SHARE NOWAIT", [integration.id]
            )
        await deletion
        assert (await idp.read("/Users"))["totalResults"] == 0
