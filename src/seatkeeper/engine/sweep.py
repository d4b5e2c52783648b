"""The look for work nobody announced: it makes a lost wake-up harmless."""

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.jobs import JobKind
from seatkeeper.engine.canary import list_due_canaries
from seatkeeper.engine.changes import change
from seatkeeper.engine.context import Engine
from seatkeeper.engine.reminding import remind_of_tasks
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.due_jobs import list_accounts_to_delete, list_integrations_with_work
from seatkeeper.store.records.jobs import ask_for_accounts


async def sweep(engine: Engine) -> list[IntegrationId]:
    """List the live integrations that need a run; ask first for the disabled accounts whose time is up."""
    return await change(engine.database, lambda tx: _sweep(tx, engine))


async def _sweep(tx: Transaction, engine: Engine) -> list[IntegrationId]:
    to_delete = await list_accounts_to_delete(tx, tx.now)
    if to_delete:
        await ask_for_accounts(tx, JobKind.DEPROVISION, to_delete)
    await remind_of_tasks(tx)
    due = await list_integrations_with_work(tx, tx.now)
    return list(dict.fromkeys([*due, *await list_due_canaries(tx, engine)]))
