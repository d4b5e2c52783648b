"""From where an integration's endpoint may be called: a list of networks, empty for everywhere."""

from collections.abc import Sequence

from seatkeeper.core.errors import NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.networks import Network, covers, read_networks
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.networks import list_networks
from seatkeeper.store.queries.tokens import list_tokens
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.networks import put_networks

_MOST_TOLD = 20


async def set_networks(
    tx: Transaction, integration: Integration, typed: str, *, knowing: bool = False
) -> Sequence[Network]:
    """Replace the list, which web processes follow within five seconds.

    Raises ``InvalidValueError``. Raises ``NotPossibleNowError`` where the address that called last is not on the
    list, unless the asker is ``knowing``.
    """
    networks = read_networks(typed)
    last = await find_last_address(tx, integration.id)
    if not knowing and networks and last is not None and not covers(networks, last):
        raise NotPossibleNowError(
            f"The identity provider last called from {last}, which is not on this list: it would be refused."
        )
    if networks != await list_networks(tx, integration.id):
        await put_networks(tx, integration.id, networks)
        told = [str(network) for network in networks]
        rest = [f"{len(told) - _MOST_TOLD} more"] if len(told) > _MOST_TOLD else []
        details = {"networks": told[:_MOST_TOLD] + rest}
        await record_event(
            tx,
            Happening(integration.id, EventKind.INTEGRATION_NETWORKS_CHANGED, integration.name, details=details),
        )
    return networks


async def find_last_address(reader: Reader, integration_id: IntegrationId) -> str | None:
    """Say from which address the integration was last called, by whichever of its tokens that are not revoked."""
    used = [
        (token.last_used_at, token.last_used_from)
        for token in await list_tokens(reader, integration_id)
        if token.last_used_at is not None and token.last_used_from and token.revoked_at is None
    ]
    return max(used)[1] if used else None


async def note_refused_address(tx: Transaction, integration: Integration, address: str) -> None:
    """Tell in Activity that good credentials came from an address that is not allowed."""
    await record_event(tx, Happening(integration.id, EventKind.INTEGRATION_ADDRESS_REFUSED, address))
