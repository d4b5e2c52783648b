"""How the installation stands: what works, how much waits, and what to do about what is bad."""

from collections.abc import Mapping, Sequence
from importlib.metadata import version
from typing import Final

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.operations.installation import survey_installation
from seatkeeper.web.doors import Door
from seatkeeper.web.visits import Visit

_TITLES: Final[Mapping[str, str]] = {
    "workers": "Workers",
    "queue": "Queue",
    "clock": "Clock",
    "tables": "Tables",
    "connections": "Connections",
    "connectors": "Connectors",
    "disk": "Disk",
}


async def show_health(visit: Visit) -> Response:
    """Show everything; every ten seconds the page asks for it again."""
    settings = visit.house.settings
    async with visit.read() as reader:
        seen = await survey_installation(reader, visit.house.engine, settings.heard_within, settings.data_dir)
    return visit.page(
        "parts/health.html" if visit.is_fragment else "workspace_health.html",
        titles=_TITLES,
        findings=seen.findings,
        standing=seen.standing,
        facts=seen.facts,
        workers=seen.workers,
        alive_since=seen.alive_since,
        version=version("seatkeeper"),
    )


DOORS: Sequence[Door] = (Door("GET", "/workspace/health", show_health, Permission.SEE_WORKSPACE),)
