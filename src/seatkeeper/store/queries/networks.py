"""Reading from where an integration's endpoint may be called."""

from ipaddress import ip_network

from sqlalchemy import Uuid, bindparam, select

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.networks import Network
from seatkeeper.store.database import Reader
from seatkeeper.store.scim_access_tables import scim_networks
from seatkeeper.store.statements import prepare

_ONE = prepare(
    select(scim_networks.c.networks).where(
        scim_networks.c.integration_id == bindparam("integration_id", type_=Uuid)
    )
)


async def list_networks(reader: Reader, integration_id: IntegrationId) -> list[Network]:
    """List the networks an integration may be called from, in the order of its Owner; none means everywhere."""
    row = await reader.fetch_one(_ONE, integration_id=integration_id)
    return [] if row is None else [ip_network(one) for one in row["networks"]]
