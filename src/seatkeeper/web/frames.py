"""What every page of one integration shows around its content: how it stands, and what keeps it."""

from typing import Any

from seatkeeper.core.health import health_of
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.integrations import get_hindrance
from seatkeeper.store.queries.standings import get_standing
from seatkeeper.web.visits import Visit


async def integration_frame(visit: Visit, reader: Reader) -> dict[str, Any]:
    """Read what ``integration.html`` needs: ``standing``, ``hindrance`` and ``health``."""
    integration = visit.integration
    standing = await get_standing(reader, integration.id)
    health = health_of(integration, proven=standing.proven, failed=standing.failed, tasks=standing.tasks)
    return {"standing": standing, "hindrance": await get_hindrance(reader, integration.id), "health": health}
