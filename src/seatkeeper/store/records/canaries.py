"""When frail apps were last tried with nothing changed."""

from datetime import datetime, timedelta

from sqlalchemy import DateTime, Uuid, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import insert

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import IntegrationState
from seatkeeper.core.jobs import JobState
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.evidence_tables import canaries
from seatkeeper.store.queries.due_jobs import written
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations, jobs

_ID = bindparam("integration_id", type_=Uuid)
_BEFORE = bindparam("before", type_=DateTime(timezone=True))
_INSERT = insert(canaries).values(integration_id=_ID, sang_at=bindparam("now", type_=DateTime(timezone=True)))
_NOTE = prepare(
    _INSERT.on_conflict_do_update(index_elements=["integration_id"], set_={"sang_at": _INSERT.excluded.sang_at})
)
_LAST = prepare(select(canaries.c.sang_at).where(canaries.c.integration_id == _ID))
_WAITING = prepare(
    select(func.count().label("count")).select_from(
        select(jobs.c.id)
        .where(
            jobs.c.integration_id == _ID,
            jobs.c.state.in_([written(JobState.QUEUED), written(JobState.RETRYING)]),
        )
        .limit(bindparam("most"))
        .subquery()
    )
)
_SILENT = prepare(
    select(integrations.c.id, integrations.c.connector)
    .select_from(integrations.outerjoin(canaries))
    .where(
        integrations.c.state == written(IntegrationState.LIVE),
        integrations.c.quarantine.is_(None),
        or_(canaries.c.sang_at.is_(None), canaries.c.sang_at < _BEFORE),
    )
)


async def note_canary(tx: Transaction, integration_id: IntegrationId) -> None:
    """Keep that the app was just tried."""
    await tx.execute(_NOTE, integration_id=integration_id, now=tx.now)


async def find_last_canary(reader: Reader, integration_id: IntegrationId) -> datetime | None:
    """Find when the app was last tried."""
    row = await reader.fetch_one(_LAST, integration_id=integration_id)
    return None if row is None else row["sang_at"]


async def has_waiting_jobs(reader: Reader, integration_id: IntegrationId, count: int) -> bool:
    """Say whether at least so many jobs wait for their turn."""
    row = await reader.fetch_one(_WAITING, integration_id=integration_id, most=count)
    return row is not None and row["count"] >= count


async def list_silent(reader: Reader, now: datetime, longer_than: timedelta) -> list[tuple[IntegrationId, str]]:
    """List live integrations whose app was not tried for so long, with the name of their connector."""
    rows = await reader.fetch_all(_SILENT, before=now - longer_than)
    return [(IntegrationId(row["id"]), row["connector"]) for row in rows]
