"""What a session left for the next one, as it was sealed."""

from sqlalchemy import DateTime, Uuid, bindparam, select
from sqlalchemy.dialects.postgresql import insert

from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.evidence_tables import session_states
from seatkeeper.store.statements import prepare

_ID = bindparam("integration_id", type_=Uuid)
_INSERT = insert(session_states).values(
    integration_id=_ID, sealed=bindparam("sealed"), kept_at=bindparam("now", type_=DateTime(timezone=True))
)
_PUT = prepare(
    _INSERT.on_conflict_do_update(
        index_elements=["integration_id"],
        set_={"sealed": _INSERT.excluded.sealed, "kept_at": _INSERT.excluded.kept_at},
    )
)
_FIND = prepare(select(session_states.c.sealed).where(session_states.c.integration_id == _ID))


async def put_session_state(tx: Transaction, integration_id: IntegrationId, sealed: bytes) -> None:
    """Keep it in place of what was kept before."""
    await tx.execute(_PUT, integration_id=integration_id, sealed=sealed, now=tx.now)


async def find_session_state(reader: Reader, integration_id: IntegrationId) -> bytes | None:
    """Find what was kept."""
    row = await reader.fetch_one(_FIND, integration_id=integration_id)
    return None if row is None else bytes(row["sealed"])
