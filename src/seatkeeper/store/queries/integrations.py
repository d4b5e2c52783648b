"""Reading integrations."""

from sqlalchemy import Select, Uuid, bindparam, select

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Reader
from seatkeeper.store.rows import decode_integration
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations

INTEGRATION_COLUMNS = tuple(
    integrations.c[name]
    for name in (
        *("id", "slug", "name", "connector", "settings", "schema", "mapping", "policy", "state", "quarantine"),
    )
)
"""What ``store.rows.decode_integration`` reads."""


def _selected() -> Select[tuple[object, ...]]:
    return select(*INTEGRATION_COLUMNS)


_BY_SLUG = prepare(_selected().where(integrations.c.slug == bindparam("slug")))
_BY_ID = prepare(_selected().where(integrations.c.id == bindparam("id", type_=Uuid)))
_ALL = prepare(_selected().order_by(integrations.c.slug))


async def find_integration(reader: Reader, slug: str) -> Integration | None:
    """Find an integration by the name it has in URLs."""
    row = await reader.fetch_one(_BY_SLUG, slug=slug)
    return None if row is None else decode_integration(row)


async def get_integration(reader: Reader, integration_id: IntegrationId) -> Integration:
    """Read one integration. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_BY_ID, id=integration_id)
    if row is None:
        raise NotFoundError(f"There is no integration with the id {integration_id}.")
    return decode_integration(row)


async def list_integrations(reader: Reader) -> list[Integration]:
    """List every integration, by slug."""
    return [decode_integration(row) for row in await reader.fetch_all(_ALL)]
