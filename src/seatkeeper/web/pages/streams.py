"""The streams that tell a browser to look again, for as long as its guest may."""

from collections.abc import Sequence

from starlette.responses import Response

from seatkeeper.core.access import Guest, Permission, allows
from seatkeeper.core.errors import NotAllowedError
from seatkeeper.core.health import Health
from seatkeeper.operations.access import open_integration
from seatkeeper.operations.sessions import resume_session
from seatkeeper.store.changes import Watched
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.members import list_roles_of
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import find_health
from seatkeeper.web.live import LiveResponse
from seatkeeper.web.visits import Visit


async def stream_all(visit: Visit) -> Response:
    """Tell a browser to look again whenever an integration changes that its guest may see."""

    async def look() -> Watched:
        async with visit.read() as reader:
            return await _visible(reader, await _still(visit, reader))

    return LiveResponse(visit.house.changes, await look(), look)


async def stream_one(visit: Visit) -> Response:
    """Tell a browser to look again whenever this integration changes, and when it stands otherwise."""
    watched = frozenset({visit.integration.id})

    async def look() -> Watched:
        async with visit.read() as reader:
            guest = await _still(visit, reader)
            await open_integration(reader, guest, visit.integration.slug, Permission.SEE)
        return watched

    async def health() -> Health:
        return await find_health(visit.house, visit.integration.id)

    return LiveResponse(visit.house.changes, watched, look, health)


async def show_health(visit: Visit) -> Response:
    """Show how an integration stands, as the mark beside its name."""
    if not visit.is_fragment:
        return visit.go(f"/integrations/{visit.integration.slug}")
    health = await find_health(visit.house, visit.integration.id)
    return visit.page("parts/health_mark.html", health=health)


async def _still(visit: Visit, reader: Reader) -> Guest:
    """Find out who is signed in by now: sessions end, and roles are taken away. Raises ``NotAllowedError``."""
    resumed = await resume_session(reader, visit.secret, visit.now, visit.house.settings.sessions)
    if resumed is None:
        raise NotAllowedError("Sign in again.")
    return resumed.guest


async def _visible(reader: Reader, guest: Guest) -> Watched:
    if allows(guest, Permission.SEE):
        return None
    return frozenset(await list_roles_of(reader, guest.member.id))


DOORS: Sequence[Door] = (
    Door("GET", "/live", stream_all, Permission.ENTER),
    Door("GET", "/integrations/{integration}/live", stream_one, Permission.SEE),
    Door("GET", "/integrations/{integration}/health", show_health, Permission.SEE),
)
