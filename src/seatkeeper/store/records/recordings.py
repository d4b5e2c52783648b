"""Writing recordings: what comes in is masked already."""

from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import DateTime, Integer, Text, Uuid, bindparam, delete, insert, update
from sqlalchemy.dialects import postgresql

from seatkeeper.core.ids import IntegrationId, RecordingId
from seatkeeper.core.recordings import Bounds, EndReason
from seatkeeper.store.database import Row, Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.recording_tables import recorded_requests, recordings
from seatkeeper.store.statements import prepare

_NOW = bindparam("now", type_=DateTime(timezone=True))
_THIS = recordings.c.id == bindparam("recording_id", type_=Uuid)
_RUNS = recordings.c.ended_at.is_(None)
_SIZE = bindparam("size", type_=Integer)

_WRITTEN = (
    *("id", "integration_id", "kept", "mask_key", "most_requests", "most_bytes"),
    *("actor_name", "started_at", "ends_at"),
)
_INSERT = prepare(
    postgresql.insert(recordings).values({name: bindparam(name) for name in _WRITTEN}).on_conflict_do_nothing()
)
_COUNT = prepare(
    update(recordings)
    .where(
        *(_THIS, _RUNS, recordings.c.ends_at > _NOW, recordings.c.requests < recordings.c.most_requests),
        recordings.c.bytes + _SIZE <= recordings.c.most_bytes,
    )
    .values(requests=recordings.c.requests + 1, bytes=recordings.c.bytes + _SIZE)
    .returning(recordings.c.requests, recordings.c.most_requests)
)
_KEEP = prepare(
    insert(recorded_requests).values({name: bindparam(name) for name in ("recording_id", "number", "exchange")})
)
_ENDED: dict[str, Any] = {
    "ended_at": _NOW,
    "end_reason": bindparam("reason", type_=Text),
    "mask_key": None,
}
_TOLD = (recordings.c.integration_id, recordings.c.requests)
_END = prepare(update(recordings).where(_THIS, _RUNS).values(_ENDED).returning(*_TOLD))
_END_OVERDUE = prepare(
    update(recordings).where(_RUNS, recordings.c.ends_at <= _NOW).values(_ENDED).returning(*_TOLD)
)
_DELETE = prepare(
    delete(recordings)
    .where(_THIS, recordings.c.integration_id == bindparam("integration_id", type_=Uuid))
    .returning(recordings.c.requests)
)
_DELETE_OLD = prepare(
    delete(recordings).where(recordings.c.ended_at < bindparam("before", type_=DateTime(timezone=True)))
)


async def insert_recording(
    tx: Transaction, integration_id: IntegrationId, bounds: Bounds, kept: list[str], mask_key: bytes
) -> RecordingId | None:
    """Begin a recording; None where one runs already."""
    recording_id = RecordingId(new_id())
    values = {"kept": Jsonb(kept), "mask_key": mask_key, "actor_name": tx.origin.name, "started_at": tx.now}
    bounded = {"most_requests": bounds.requests, "most_bytes": bounds.bytes, "ends_at": tx.now + bounds.lasts}
    made = await tx.execute(_INSERT, id=recording_id, integration_id=integration_id, **values, **bounded)
    return recording_id if made else None


async def insert_exchange(tx: Transaction, recording_id: RecordingId, exchange: str) -> bool:
    """Keep one more exchange; False where the recording takes this one, or any more, no longer."""
    row = await tx.fetch_one(_COUNT, recording_id=recording_id, size=len(exchange.encode()), now=tx.now)
    if row is None:
        return False
    await tx.execute(_KEEP, recording_id=recording_id, number=row["requests"], exchange=exchange)
    return bool(row["requests"] < row["most_requests"])


async def end_recording(tx: Transaction, recording_id: RecordingId, reason: EndReason) -> Row | None:
    """End a recording and forget its key; gives whose it was and its requests, None where it does not run."""
    return await tx.fetch_one(_END, recording_id=recording_id, reason=reason.value, now=tx.now)


async def end_overdue_recordings(tx: Transaction) -> list[Row]:
    """End every recording whose time is up, and give whose they were and their requests."""
    return await tx.fetch_all(_END_OVERDUE, reason=EndReason.OVER.value, now=tx.now)


async def delete_recording(
    tx: Transaction, integration_id: IntegrationId, recording_id: RecordingId
) -> int | None:
    """Forget a recording; gives how many requests it held, None where the integration has none of this id."""
    row = await tx.fetch_one(_DELETE, recording_id=recording_id, integration_id=integration_id)
    return None if row is None else int(row["requests"])


async def delete_old_recordings(tx: Transaction, before: datetime) -> int:
    """Forget the recordings that ended before an instant; say how many."""
    return await tx.execute(_DELETE_OLD, before=before)
