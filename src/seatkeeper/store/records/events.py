"""Events: what happened, written in the transaction in which it happened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import bindparam, column, insert, select

from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import EventId, IntegrationId, JobId, UserId
from seatkeeper.core.values import Document
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.rowsets import encode_rows, rowset
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
    request_id: str | None = None
    """The request that led here, where it is not that of the transaction."""


INSERT_EVENT = prepare(insert(events).values({each.name: bindparam(each.name) for each in events.columns}))
"""Writes the one event whose values ``event_values`` gives."""

_GIVEN = rowset(*(column(each.name, each.type) for each in events.columns))
_INSERT_ALL = prepare(insert(events).from_select(list(events.columns.keys()), select(*_GIVEN.c)))


def event_values(tx: Transaction, happening: Happening) -> dict[str, Any]:
    """Give a value to every column of an event, with the transaction's instant and origin."""
    return {
        "id": new_id(),
        "integration_id": happening.integration_id,
        "at": tx.now,
        "kind": happening.kind.value,
        "actor": tx.origin.actor.value,
        "actor_name": tx.origin.name,
        "target": happening.target,
        "user_id": happening.user_id,
        "job_id": happening.job_id,
        "request_id": happening.request_id or tx.origin.request_id,
        "details": dict(happening.details),
    }


async def record_event(tx: Transaction, happening: Happening) -> EventId:
    """Write one event with the transaction's instant and origin, and mark its integration as touched."""
    values = event_values(tx, happening)
    await tx.execute(INSERT_EVENT, **values)
    tx.touch(happening.integration_id)
    return EventId(values["id"])


async def record_events(tx: Transaction, happenings: Sequence[Happening]) -> None:
    """Write many events, in this order, as ``record_event`` writes one."""
    await tx.execute(_INSERT_ALL, rows=encode_rows([event_values(tx, happening) for happening in happenings]))
    for happening in happenings:
        tx.touch(happening.integration_id)
