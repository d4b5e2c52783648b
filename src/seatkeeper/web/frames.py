"""What every page of one integration shows around its content: how it stands, and what keeps it."""

from typing import Any

from seatkeeper.core.health import Health, health_of
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.integrations import get_hindrance, get_integration
from seatkeeper.store.queries.standings import get_outlook
from seatkeeper.web.house import House
from seatkeeper.web.visits import Visit


async def integration_frame(visit: Visit, reader: Reader) -> dict[str, Any]:
    """Read what ``integration.html`` needs: ``hindrance``, ``health``, and ``app_title`` of its connector."""
    health = await _health_of(reader, visit.integration)
    connector = visit.house.connectors.get(visit.integration.connector)
    return {
        "hindrance": await get_hindrance(reader, visit.integration.id),
        "health": health,
        "app_title": visit.integration.connector if connector is None else connector.title,
    }


async def find_health(house: House, integration_id: IntegrationId) -> Health:
    """Find out how an integration stands by now; those who ask at the same time share one look.

    Raises ``NotFoundError``.
    """

    async def read() -> Health:
        async with house.database.read() as reader:
            return await _health_of(reader, await get_integration(reader, integration_id))

    return await house.healths.get(integration_id, read)


async def _health_of(reader: Reader, integration: Integration) -> Health:
    outlook = await get_outlook(reader, integration.id)
    return health_of(integration, proven=outlook.proven, failed=outlook.failed, tasks=outlook.tasks)
