"""Events: what happened, written in the transaction in which it happened."""

from dataclasses import dataclass, field

from sqlalchemy import bindparam, insert

from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import EventId, IntegrationId, JobId, UserId
from seatkeeper.core.values import Document
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import events


@dataclass(frozen=True, slots=True)
class Happening:
    """An event to be. ``target`` is the name a person knows it by; ``details`` hold no secret."""

    integration_id: IntegrationId
    kind: EventKind
    target: str
    user_id: UserId | None = None
    job_id: JobId | None = None
    details: Document = field(default_factory=dict)


_INSERT = prepare(insert(events).values({column.name: bindparam(column.name) for column in events.columns}))


async def record_event(tx: Transaction, happening: Happening) -> EventId:
    """Write one event with the transaction's instant and origin, and mark its integration as touched."""
    event_id = EventId(new_id())
    await tx.execute(
        _INSERT,
        id=event_id,
        integration_id=happening.integration_id,
        at=tx.now,
        kind=happening.kind.value,
        actor=tx.origin.actor.value,
        actor_name=tx.origin.name,
        target=happening.target,
        user_id=happening.user_id,
        job_id=happening.job_id,
        request_id=tx.origin.request_id,
        details=dict(happening.details),
    )
    tx.touch(happening.integration_id)
    return event_id
