"""Events: what happened, written in the transaction in which it happened."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Boolean, Uuid, and_, bindparam, column, exists, insert, or_, select

from seatkeeper.core.events import FOLDING, EventKind
from seatkeeper.core.ids import EventId, IntegrationId, JobId, UserId
from seatkeeper.core.values import Document
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.rowsets import encode_rows, rowset
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import events


@dataclass(frozen=True, slots=True)
class Happening:
    """An event to be. ``target`` is the name a person knows it by; ``details`` hold no secret.

    What happens in the workspace belongs to no integration.
    """

    integration_id: IntegrationId | None
    kind: EventKind
    target: str
    user_id: UserId | None = None
    job_id: JobId | None = None
    details: Document = field(default_factory=dict)
    request_id: str | None = None
    """The request that led here, where it is not that of the transaction."""
    actor_name: str | None = None
    """Who did it, where the transaction does not know yet: somebody who is just signing in."""


def _is_told_of(job_id: Any) -> Any:
    earlier = events.alias("earlier")
    return exists(select(earlier.c.id).where(earlier.c.job_id == job_id))


_VALUES: dict[str, Any] = {each.name: bindparam(each.name) for each in events.columns}
_FOLDS = and_(bindparam("folded", type_=Boolean), _is_told_of(bindparam("job_id", type_=Uuid)))
INSERT_EVENT = prepare(insert(events).values(_VALUES | {"folded": _FOLDS}))
"""Writes the one event whose values ``event_values`` gives."""

_GIVEN = rowset(*(column(each.name, each.type) for each in events.columns), column("follows", Boolean))
_ALL = {each.name: _GIVEN.c[each.name] for each in events.columns} | {
    "folded": and_(_GIVEN.c.folded, or_(_GIVEN.c.follows, _is_told_of(_GIVEN.c.job_id)))
}
_INSERT_ALL = prepare(insert(events).from_select(list(_ALL), select(*_ALL.values())))


def event_values(tx: Transaction, happening: Happening) -> dict[str, Any]:
    """Give a value to every column of an event, with the transaction's instant and origin.

    ``folded`` is whether it may fold: it does when an earlier event tells of its job already.
    """
    origin = tx.origin
    request = {} if origin.request is None else {"request": origin.request}
    return {
        "id": new_id(),
        "integration_id": happening.integration_id,
        "at": tx.now,
        "kind": happening.kind.value,
        "actor": origin.actor.value,
        "actor_name": happening.actor_name or origin.name,
        "target": happening.target,
        "user_id": happening.user_id,
        "job_id": happening.job_id,
        "request_id": happening.request_id or origin.request_id,
        "details": {**request, **happening.details},
        "folded": happening.job_id is not None and happening.kind in FOLDING,
    }


async def record_event(tx: Transaction, happening: Happening) -> EventId:
    """Write one event with the transaction's instant and origin, and mark its integration as touched."""
    values = event_values(tx, happening)
    await tx.execute(INSERT_EVENT, **values)
    touch_subject(tx, happening)
    return EventId(values["id"])


async def record_events(tx: Transaction, happenings: Sequence[Happening]) -> None:
    """Write many events, in this order, as ``record_event`` writes one."""
    told: set[JobId | None] = set()
    rows = []
    for happening in happenings:
        rows.append({**event_values(tx, happening), "follows": happening.job_id in told})
        told.add(happening.job_id)
    await tx.execute(_INSERT_ALL, rows=encode_rows(rows))
    for happening in happenings:
        touch_subject(tx, happening)


def touch_subject(tx: Transaction, happening: Happening) -> None:
    """Mark the integration an event is about, if it is about one."""
    if happening.integration_id is not None:
        tx.touch(happening.integration_id)
