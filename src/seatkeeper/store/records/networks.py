"""Writing from where an integration's endpoint may be called."""

from collections.abc import Sequence

from psycopg.types.json import Jsonb
from sqlalchemy import DateTime, Uuid, bindparam, delete
from sqlalchemy.dialects.postgresql import insert

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.networks import Network
from seatkeeper.store.database import Transaction
from seatkeeper.store.scim_access_tables import scim_networks
from seatkeeper.store.statements import prepare

_INSERT = insert(scim_networks).values(
    integration_id=bindparam("integration_id"),
    networks=bindparam("networks"),
    updated_at=bindparam("now", type_=DateTime(timezone=True)),
)
_PUT = prepare(
    _INSERT.on_conflict_do_update(
        index_elements=["integration_id"],
        set_={"networks": _INSERT.excluded.networks, "updated_at": _INSERT.excluded.updated_at},
    )
)
_DELETE = prepare(
    delete(scim_networks).where(scim_networks.c.integration_id == bindparam("integration_id", type_=Uuid))
)


async def put_networks(tx: Transaction, integration_id: IntegrationId, networks: Sequence[Network]) -> None:
    """Keep the networks; none leaves no row."""
    if not networks:
        await tx.execute(_DELETE, integration_id=integration_id)
        return
    values = Jsonb([str(network) for network in networks])
    await tx.execute(_PUT, integration_id=integration_id, networks=values, now=tx.now)
