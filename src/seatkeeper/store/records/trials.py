"""Writing how far somebody's latest trial of a connection has come."""

from datetime import timedelta
from uuid import UUID

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter
from sqlalchemy import DateTime, Uuid, bindparam, delete, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from seatkeeper.core.ids import MemberId, TrialId
from seatkeeper.core.trials import Trial
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import connection_trials

_KEPT_FOR = timedelta(days=1)
_TOLD = TypeAdapter(Trial)

_NOW = bindparam("now", type_=DateTime(timezone=True))
_NAMES = ("member_id", "about", "id", "told", "started_at", "updated_at")
_GIVEN = insert(connection_trials).values({name: bindparam(name) for name in _NAMES})
_PUT = prepare(
    _GIVEN.on_conflict_do_update(
        index_elements=["member_id", "about"], set_={name: _GIVEN.excluded[name] for name in _NAMES[2:]}
    )
)
_NOTE = prepare(
    update(connection_trials)
    .where(connection_trials.c.id == bindparam("trial_id", type_=Uuid))
    .values(told=bindparam("now_told", type_=JSONB), updated_at=_NOW)
)
_FORGET = prepare(
    delete(connection_trials).where(
        connection_trials.c.updated_at < bindparam("before", type_=DateTime(timezone=True))
    )
)


async def put_trial(tx: Transaction, member_id: MemberId, about: UUID) -> TrialId:
    """Begin a trial in place of the one before; old ones of everybody's are forgotten."""
    await tx.execute(_FORGET, before=tx.now - _KEPT_FOR)
    trial_id = TrialId(new_id())
    instants = {"started_at": tx.now, "updated_at": tx.now}
    await tx.execute(_PUT, member_id=member_id, about=about, id=trial_id, told=_encode(Trial()), **instants)
    return trial_id


async def note_trial(tx: Transaction, trial_id: TrialId, trial: Trial) -> bool:
    """Write how far it came; False when another trial has taken its place."""
    return await tx.execute(_NOTE, trial_id=trial_id, now_told=_encode(trial), now=tx.now) > 0


def _encode(trial: Trial) -> Jsonb:
    return Jsonb(_TOLD.dump_python(trial, mode="json"))
