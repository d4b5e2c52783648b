"""Integrations that have something to do, and what the queue holds for them."""

from psycopg import AsyncConnection

from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration, IntegrationState, MappingRules, Policy
from seatkeeper.operations.users import UserDraft, create_user
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.integrations import insert_integration

ORIGIN = Origin(ActorKind.IDP, "Okta", "req-1")


async def integration_with_job(
    database: Database,
    slug: str = "app",
    state: IntegrationState = IntegrationState.LIVE,
    url: str = "http://127.0.0.1:1/scim",
) -> Integration:
    """Store an integration with one person, and so one job, in one transaction."""
    integration = Integration(
        id=IntegrationId(new_id()),
        slug=slug,
        name=slug,
        connector="scim",
        settings={"base_url": url, "authentication": "none"},
        schema=(),
        mapping=MappingRules({"userName": "user.userName"}, join=("userName",)),
        policy=Policy(),
        state=state,
    )
    async with database.transaction(ORIGIN) as tx:
        await insert_integration(tx, integration, None)
        await add_person(tx, integration)
    return integration


async def add_person(tx: Transaction, integration: Integration) -> None:
    """Assign one more person, which asks for one more job."""
    name = f"person-{new_id()}"
    await create_user(tx, integration, UserDraft(name, None, True, {"userName": name, "active": True}))


async def queued_runs(database: Database) -> list[str]:
    """List the integrations a run waits for."""
    async with database.read() as reader:
        cursor = await reader.connection.execute(
            "SELECT queueing_lock FROM procrastinate_jobs WHERE status = 'todo' ORDER BY id"
        )
        return [row["queueing_lock"] for row in await cursor.fetchall()]


async def listening(url: str) -> AsyncConnection[tuple[str]]:
    """Open a connection that hears which integrations change."""
    connection: AsyncConnection[tuple[str]] = await AsyncConnection.connect(url, autocommit=True)
    await connection.execute("LISTEN seatkeeper_changes")
    return connection
