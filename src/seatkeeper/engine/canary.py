"""The canary of frail apps: their stages are proven, with nothing changed, once a day and before much work."""

from datetime import timedelta

from seatkeeper.core.ids import IntegrationId
from seatkeeper.engine.context import Engine
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.canaries import find_last_canary, has_waiting_jobs, list_silent, note_canary
from seatkeeper.store.records.runs import Turn

AT_LEAST_EVERY = timedelta(days=1)
MANY_JOBS = 20
"""So many waiting jobs are worth a try beforehand ..."""
RECENTLY = timedelta(minutes=15)
"""... unless it was tried so recently."""


async def is_canary_due(engine: Engine, turn: Turn) -> bool:
    """Say whether the app has to be tried before this run starts any job."""
    integration = turn.integration
    connector = engine.connectors.get(integration.connector)
    if connector is None or not connector.is_frail:
        return False
    async with engine.database.read() as reader:
        last = await find_last_canary(reader, integration.id)
        age = AT_LEAST_EVERY if last is None else engine.clock() - last
        if age >= AT_LEAST_EVERY:
            return True
        return age >= RECENTLY and await has_waiting_jobs(reader, integration.id, MANY_JOBS)


async def note(tx: Transaction, turn: Turn) -> None:
    """Keep that the app was tried and is as it should be."""
    await note_canary(tx, turn.integration.id)


async def list_due_canaries(tx: Transaction, engine: Engine) -> list[IntegrationId]:
    """List the live integrations with frail apps that were not tried for a day: they need a run."""
    silent = await list_silent(tx, tx.now, AT_LEAST_EVERY)
    connectors = {name: engine.connectors.get(name) for name in {name for _, name in silent}}
    return [each for each, name in silent if (found := connectors[name]) is not None and found.is_frail]
