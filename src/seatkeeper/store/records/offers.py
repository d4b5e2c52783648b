"""What apps said they offer."""

from collections.abc import Sequence

from psycopg.types.json import Jsonb
from sqlalchemy import DateTime, Uuid, bindparam
from sqlalchemy.dialects.postgresql import JSONB, insert

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import offers

_VALUES = {
    "integration_id": bindparam("integration_id", type_=Uuid),
    "read_at": bindparam("now", type_=DateTime(timezone=True)),
    "entitlements": bindparam("entitlements", type_=JSONB),
}
_PUT = prepare(
    insert(offers)
    .values(_VALUES)
    .on_conflict_do_update(
        index_elements=[offers.c.integration_id],
        set_={name: _VALUES[name] for name in ("read_at", "entitlements")},
    )
)


async def put_offer(tx: Transaction, integration_id: IntegrationId, offered: Sequence[Entitlement]) -> None:
    """Write down what the app offers at the transaction's instant, instead of what it said before."""
    entitlements = Jsonb([[one.type, one.value] for one in offered])
    await tx.execute(_PUT, integration_id=integration_id, now=tx.now, entitlements=entitlements)
