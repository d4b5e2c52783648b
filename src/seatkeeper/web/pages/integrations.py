"""The list of integrations: what there is, how each one stands, and what needs somebody."""

from collections.abc import Sequence

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.operations.access import list_visible_integrations
from seatkeeper.store.queries.standings import list_standings
from seatkeeper.web.doors import Door
from seatkeeper.web.live import LiveResponse
from seatkeeper.web.visits import Visit


async def show_list(visit: Visit) -> Response:
    """Show the integrations the guest may see."""
    async with visit.read() as reader:
        seen = await list_visible_integrations(reader, visit.known)
        standings = await list_standings(reader)
    return visit.page("integrations.html", rows=[(one, standings[one.id]) for one, _ in seen])


async def stream_all(visit: Visit) -> Response:
    """Tell a browser to look again whenever any integration changes."""
    return LiveResponse(visit.house.changes, None)


async def stream_one(visit: Visit) -> Response:
    """Tell a browser to look again whenever this integration changes."""
    return LiveResponse(visit.house.changes, visit.integration.id)


DOORS: Sequence[Door] = (
    Door("GET", "/", show_list, Permission.MANAGE_SELF),
    Door("GET", "/live", stream_all, Permission.MANAGE_SELF),
    Door("GET", "/integrations/{integration}/live", stream_one, Permission.SEE),
)
