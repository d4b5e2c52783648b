"""How the installation stands: what works, how much waits, and what to do about what is bad."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from importlib.metadata import version
from typing import Any, Final

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.operations.findings import (
    Finding,
    look_at_clock,
    look_at_connections,
    look_at_connectors,
    look_at_disk,
    look_at_queue,
    look_at_tables,
    look_at_workers,
)
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.installation import (
    find_revision,
    list_workers,
    read_clock,
    read_database_facts,
    read_queue_standing,
)
from seatkeeper.store.queries.integrations import list_integrations
from seatkeeper.web.doors import Door
from seatkeeper.web.visits import Visit

_SHOWN_FOR: Final = timedelta(hours=1)
"""Workers that fell silent longer ago are of no interest."""
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
    async with visit.read() as reader:
        context = await _look(visit, reader)
    template = "parts/health.html" if visit.is_fragment else "workspace_health.html"
    return visit.page(template, titles=_TITLES, **context)


async def _look(visit: Visit, reader: Reader) -> dict[str, Any]:
    house = visit.house
    before, theirs, after = visit.now, await read_clock(reader), visit.now
    standing = await read_queue_standing(reader, after, house.settings.heard_within)
    facts = await read_database_facts(reader)
    workers = await list_workers(reader)
    findings: Sequence[Finding] = (
        look_at_workers(standing),
        look_at_queue(standing, after),
        look_at_clock(before + (after - before) / 2, theirs),
        look_at_tables(await find_revision(reader)),
        look_at_connections(facts),
        look_at_connectors(await list_integrations(reader), house.connectors),
        look_at_disk(house.settings.data_dir),
    )
    return {
        "findings": findings,
        "standing": standing,
        "facts": facts,
        "workers": [one for one in workers if theirs - one.heard_at < _SHOWN_FOR],
        "alive_since": theirs - house.settings.heard_within,
        "version": version("seatkeeper"),
    }


DOORS: Sequence[Door] = (Door("GET", "/workspace/health", show_health, Permission.SEE_WORKSPACE),)
