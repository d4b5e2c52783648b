"""Integrations that have something to do, and what the queue holds for them."""

from psycopg import AsyncConnection

from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import AccountId, IntegrationId
from seatkeeper.core.integrations import Integration, IntegrationState, MappingRules, Policy
from seatkeeper.core.jobs import JobKind
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.records.jobs import ask_for_accounts

ORIGIN = Origin(ActorKind.IDP, "Okta", "req-1")


async def integration_with_job(
    database: Database, slug: str = "app", state: IntegrationState = IntegrationState.LIVE
) -> IntegrationId:
    """Store an integration and ask for one job, in one transaction that touches it."""
    async with database.transaction(ORIGIN) as tx:
        integration = Integration(
            id=IntegrationId(new_id()),
            slug=slug,
            name=slug,
            connector="scim",
            settings={},
            schema=(),
            mapping=MappingRules({}),
            policy=Policy(),
            state=state,
        )
        await insert_integration(tx, integration, None)
        await ask_for_a_job(tx, integration.id)
    return integration.id


async def ask_for_a_job(tx: Transaction, integration_id: IntegrationId) -> None:
    """Ask for a job about a new account."""
    account = AccountId(new_id())
    await tx.connection.execute(
        "INSERT INTO accounts (id, integration_id, user_name_key, created_at) VALUES (%s, %s, %s, %s)",
        [account, integration_id, f"person-{account}", tx.now],
    )
    await ask_for_accounts(tx, JobKind.PROVISION, [account])
    tx.touch(integration_id)


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
