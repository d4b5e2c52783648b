"""Writing replays of recordings into copies."""

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter
from sqlalchemy import DateTime, Integer, Text, Uuid, bindparam, insert, update
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.core.ids import IntegrationId, RecordingId
from seatkeeper.core.replays import ReplayFindings, ReplayState
from seatkeeper.store.database import Transaction
from seatkeeper.store.recording_tables import replays
from seatkeeper.store.statements import prepare

FINDINGS = TypeAdapter(ReplayFindings)

_WRITTEN = ("copy_id", "recording_id", "original_id", "state", "requests", "findings", "actor_name")
_INSERT = prepare(
    insert(replays).values(
        {name: bindparam(name) for name in _WRITTEN}
        | {name: bindparam("now", type_=DateTime(timezone=True)) for name in ("started_at", "updated_at")}
    )
)
_NOTE = prepare(
    update(replays)
    .where(replays.c.copy_id == bindparam("replayed_into", type_=Uuid))
    .values(
        state=bindparam("new_state", type_=Text),
        sent=bindparam("now_sent", type_=Integer),
        findings=bindparam("now_found", type_=JSONB),
        updated_at=bindparam("now", type_=DateTime(timezone=True)),
    )
)


async def insert_replay(
    tx: Transaction, copy_id: IntegrationId, original_id: IntegrationId, recording_id: RecordingId, requests: int
) -> None:
    """Begin the replay of a recording into a copy, which is marked as one for ever."""
    await tx.execute(
        _INSERT,
        copy_id=copy_id,
        original_id=original_id,
        recording_id=recording_id,
        state=ReplayState.RUNNING.value,
        requests=requests,
        findings=_encode(ReplayFindings()),
        actor_name=tx.origin.name,
        now=tx.now,
    )


async def note_replay(
    tx: Transaction, copy_id: IntegrationId, state: ReplayState, sent: int, findings: ReplayFindings
) -> bool:
    """Write how far it came; False when the copy is gone."""
    values = {"new_state": state.value, "now_sent": sent, "now_found": _encode(findings), "now": tx.now}
    return await tx.execute(_NOTE, replayed_into=copy_id, **values) > 0


def _encode(findings: ReplayFindings) -> Jsonb:
    return Jsonb(FINDINGS.dump_python(findings, mode="json"))
