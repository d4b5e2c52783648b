"""Reading replays of recordings."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Uuid, bindparam, select

from seatkeeper.core.ids import IntegrationId, RecordingId
from seatkeeper.core.replays import ReplayFindings, ReplayState
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.recording_tables import replays
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations

_FINDINGS = TypeAdapter(ReplayFindings)


@dataclass(frozen=True, slots=True)
class Replay:
    """The replay into a copy, which has this slug and name: ``sent`` of ``requests`` were sent."""

    copy_id: IntegrationId
    slug: str
    name: str
    recording_id: RecordingId | None
    state: ReplayState
    requests: int
    sent: int
    findings: ReplayFindings
    actor_name: str
    started_at: datetime
    updated_at: datetime


_COLUMNS = (
    *(column for column in replays.c if column.name != "original_id"),
    *(integrations.c[name] for name in ("slug", "name")),
)
_FROM = select(*_COLUMNS).join(integrations, integrations.c.id == replays.c.copy_id)
_OF = replays.c.original_id == bindparam("original_id", type_=Uuid)
_LIST = prepare(
    _FROM.where(_OF, replays.c.recording_id == bindparam("recording_id", type_=Uuid)).order_by(
        replays.c.copy_id.desc()
    )
)
_ONE = prepare(_FROM.where(_OF, integrations.c.slug == bindparam("slug")))
_IS_COPY = prepare(select(replays.c.copy_id).where(replays.c.copy_id == bindparam("copy_id", type_=Uuid)))


async def list_replays(reader: Reader, original_id: IntegrationId, recording_id: RecordingId) -> list[Replay]:
    """List the replays of a recording, the latest first."""
    rows = await reader.fetch_all(_LIST, original_id=original_id, recording_id=recording_id)
    return [_decode(row) for row in rows]


async def find_replay(reader: Reader, original_id: IntegrationId, slug: str) -> Replay | None:
    """Find the replay into the copy of that slug, of an integration."""
    row = await reader.fetch_one(_ONE, original_id=original_id, slug=slug)
    return None if row is None else _decode(row)


async def is_copy(reader: Reader, integration_id: IntegrationId) -> bool:
    """Say whether an integration was made for a replay."""
    return await reader.fetch_one(_IS_COPY, copy_id=integration_id) is not None


def _decode(row: Row) -> Replay:
    findings = _FINDINGS.validate_python(row.pop("findings"))
    return Replay(state=ReplayState(row.pop("state")), findings=findings, **row)
