"""The list of integrations: what there is, how each one stands, and what needs somebody."""

from collections.abc import Sequence

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.operations.access import list_visible_integrations
from seatkeeper.store.queries.standings import list_standings
from seatkeeper.web.doors import Door
from seatkeeper.web.visits import Visit


async def show_list(visit: Visit) -> Response:
    """Show the integrations the guest may see."""
    async with visit.read() as reader:
        seen = await list_visible_integrations(reader, visit.known)
        standings = await list_standings(reader)
    return visit.page("integrations.html", rows=[(one, standings[one.id]) for one, _ in seen])


DOORS: Sequence[Door] = (Door("GET", "/", show_list, Permission.MANAGE_SELF),)
