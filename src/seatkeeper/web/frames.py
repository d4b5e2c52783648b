"""What every page of one integration shows around its content: how it stands, and what keeps it."""

from typing import Any

from seatkeeper.core.health import health_of
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.integrations import get_hindrance
from seatkeeper.store.queries.standings import get_outlook
from seatkeeper.web.visits import Visit


async def integration_frame(visit: Visit, reader: Reader) -> dict[str, Any]:
    """Read what ``integration.html`` needs: ``hindrance`` and ``health``."""
    integration = visit.integration
    outlook = await get_outlook(reader, integration.id)
    health = health_of(integration, proven=outlook.proven, failed=outlook.failed, tasks=outlook.tasks)
    return {"hindrance": await get_hindrance(reader, integration.id), "health": health}
