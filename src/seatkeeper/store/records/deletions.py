"""Forgetting an integration: everything kept of it but one event, which says what was forgotten."""

from sqlalchemy import Uuid, bindparam, delete, select

from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.values import Document
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.events import INSERT_EVENT, Happening, event_values
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, app_groups, events, groups, integrations, jobs, tasks, users

_INTEGRATION = bindparam("integration_id", type_=Uuid)
# Whoever changes a user or a group holds it before the event refers to the integration, so they come first.
_LOCK = [
    *(
        prepare(
            select(table.c.id).where(table.c.integration_id == _INTEGRATION).order_by(table.c.id).with_for_update()
        )
        for table in (groups, users)
    ),
    prepare(select(integrations.c.id).where(integrations.c.id == _INTEGRATION).with_for_update()),
]
# What refers to others goes before them: cascades would look for it row by row.
_DELETE = [
    prepare(delete(table).where(table.c.integration_id == _INTEGRATION))
    for table in (tasks, jobs, accounts, app_groups, groups, users, events)
]
_DELETE_ITSELF = prepare(delete(integrations).where(integrations.c.id == _INTEGRATION))


async def delete_integration_row(tx: Transaction, integration_id: IntegrationId) -> None:
    """Delete an integration and all that belongs to it, once what is being written for it is written."""
    for statement in (*_LOCK, *_DELETE, _DELETE_ITSELF):
        await tx.execute(statement, integration_id=integration_id)


async def record_deletion(tx: Transaction, integration: Integration, details: Document) -> None:
    """Record that an integration was deleted, as an event of none."""
    happening = Happening(integration.id, EventKind.INTEGRATION_DELETED, integration.name, details=details)
    await tx.execute(INSERT_EVENT, **{**event_values(tx, happening), "integration_id": None})
