"""Reading recordings."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import DateTime, Integer, Uuid, bindparam, select

from seatkeeper.core.ids import IntegrationId, RecordingId
from seatkeeper.core.recordings import EndReason
from seatkeeper.store.database import Database, Reader, Row
from seatkeeper.store.recording_tables import recorded_requests, recordings
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations


@dataclass(frozen=True, slots=True)
class RunningRecording:
    """What has to be known to record a request; ``mask_key`` makes its stand-ins."""

    id: RecordingId
    integration_id: IntegrationId
    slug: str
    mask_key: bytes = field(repr=False)
    kept: frozenset[str]
    ends_at: datetime


@dataclass(frozen=True, slots=True)
class Recording:
    """A recording as its Owner sees it. It runs until ``ended_at``."""

    id: RecordingId
    kept: Sequence[str]
    most_requests: int
    most_bytes: int
    requests: int
    bytes: int
    actor_name: str
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None


_RUNNING = prepare(
    select(
        *(recordings.c[name] for name in ("id", "integration_id", "mask_key", "kept", "ends_at")),
        integrations.c.slug,
    )
    .join(integrations, integrations.c.id == recordings.c.integration_id)
    .where(recordings.c.ended_at.is_(None), recordings.c.ends_at > bindparam("now", type_=DateTime(timezone=True)))
)
_SHOWN = tuple(Recording.__dataclass_fields__)
_OF = recordings.c.integration_id == bindparam("integration_id", type_=Uuid)
_LIST = prepare(select(*(recordings.c[name] for name in _SHOWN)).where(_OF).order_by(recordings.c.id.desc()))
_ONE = prepare(
    select(*(recordings.c[name] for name in _SHOWN)).where(
        _OF, recordings.c.id == bindparam("recording_id", type_=Uuid)
    )
)
_PAGE = prepare(
    select(recorded_requests.c.number, recorded_requests.c.exchange)
    .where(
        recorded_requests.c.recording_id == bindparam("recording_id", type_=Uuid),
        recorded_requests.c.number > bindparam("after", type_=Integer),
    )
    .order_by(recorded_requests.c.number)
    .limit(bindparam("at_most", type_=Integer))
)


async def list_running_recordings(reader: Reader, now: datetime) -> list[RunningRecording]:
    """List every recording that runs, of all integrations."""
    return [
        RunningRecording(
            RecordingId(row["id"]),
            IntegrationId(row["integration_id"]),
            row["slug"],
            bytes(row["mask_key"]),
            frozenset(row["kept"]),
            row["ends_at"],
        )
        for row in await reader.fetch_all(_RUNNING, now=now)
    ]


async def list_recordings(reader: Reader, integration_id: IntegrationId) -> list[Recording]:
    """List the recordings of an integration, the latest first."""
    return [_decode(row) for row in await reader.fetch_all(_LIST, integration_id=integration_id)]


async def find_recording(
    reader: Reader, integration_id: IntegrationId, recording_id: RecordingId
) -> Recording | None:
    """Find a recording of an integration."""
    row = await reader.fetch_one(_ONE, integration_id=integration_id, recording_id=recording_id)
    return None if row is None else _decode(row)


async def list_exchanges(
    reader: Reader, recording_id: RecordingId, *, after: int = 0, at_most: int
) -> list[tuple[int, str]]:
    """List encoded exchanges with their numbers, in the order in which they were answered."""
    rows = await reader.fetch_all(_PAGE, recording_id=recording_id, after=after, at_most=at_most)
    return [(row["number"], row["exchange"]) for row in rows]


async def stream_exchanges(database: Database, recording_id: RecordingId) -> AsyncIterator[str]:
    """Give every encoded exchange, some at a time, so that a long recording needs little memory."""
    after, some = 0, 100
    while True:
        async with database.read() as reader:
            page = await list_exchanges(reader, recording_id, after=after, at_most=some)
        for after, exchange in page:  # noqa: B007 - the last number is where the next page begins
            yield exchange
        if len(page) < some:
            return


def _decode(row: Row) -> Recording:
    reason = row.pop("end_reason")
    return Recording(end_reason=None if reason is None else EndReason(reason), **row)
