"""Reading Activity: what happened, across integrations or in one."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select

from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import EventId, IntegrationId, JobId, UserId
from seatkeeper.core.values import Document
from seatkeeper.store.database import Reader
from seatkeeper.store.tables import events, integrations


@dataclass(frozen=True, slots=True)
class EventFilter:
    """Which events are asked for; what is None does not narrow. ``since`` is included."""

    integration_id: IntegrationId | None = None
    since: datetime | None = None
    job_id: JobId | None = None
    limit: int = 50
    before: EventId | None = None
    """Only events older than this one, to go on where a part of the list ended."""


@dataclass(frozen=True, slots=True)
class ListedEvent:
    """One row of Activity; ``integration`` is the slug, also of one that is deleted."""

    id: EventId
    at: datetime
    integration: str
    kind: EventKind
    actor: str
    actor_name: str
    target: str
    user_id: UserId | None
    job_id: JobId | None
    request_id: str | None
    details: Document


_COLUMNS = tuple(
    events.c[name]
    for name in ("id", "at", "kind", "actor", "actor_name", "target", "user_id", "job_id", "request_id", "details")
)
_SLUG = func.coalesce(integrations.c.slug, events.c.details["slug"].astext, "")


async def list_events(reader: Reader, wanted: EventFilter) -> list[ListedEvent]:
    """List the newest events that pass the filter, newest first."""
    statement = (
        select(*_COLUMNS, _SLUG.label("integration"))
        .outerjoin(integrations, integrations.c.id == events.c.integration_id)
        .order_by(events.c.id.desc())
        .limit(wanted.limit)
    )
    if wanted.integration_id is not None:
        statement = statement.where(events.c.integration_id == wanted.integration_id)
    if wanted.since is not None:
        statement = statement.where(events.c.at >= wanted.since)
    if wanted.job_id is not None:
        statement = statement.where(events.c.job_id == wanted.job_id)
    if wanted.before is not None:
        statement = statement.where(events.c.id < wanted.before)
    rows = await reader.fetch_all(statement)
    return [ListedEvent(**{**row, "kind": EventKind(row["kind"])}) for row in rows]
