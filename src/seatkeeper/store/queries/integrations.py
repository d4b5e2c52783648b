"""Reading integrations, and what keeps them from running jobs."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, Uuid, bindparam, select

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.store.database import Reader
from seatkeeper.store.rows import decode_integration
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations

INTEGRATION_COLUMNS = tuple(
    integrations.c[name]
    for name in (
        *("id", "slug", "name", "connector", "settings", "schema", "mapping", "policy", "state", "quarantine"),
        "recognised",
    )
)
"""What ``store.rows.decode_integration`` reads."""


@dataclass(frozen=True, slots=True)
class Hindrance:
    """What keeps an integration from running jobs now, whatever its state."""

    quarantine: Problem | None
    probe_at: datetime | None
    """When the service account is tried again."""
    throttled_until: datetime | None


def _selected() -> Select[tuple[object, ...]]:
    return select(*INTEGRATION_COLUMNS)


_BY_SLUG = prepare(_selected().where(integrations.c.slug == bindparam("slug")))
_BY_ID = prepare(_selected().where(integrations.c.id == bindparam("id", type_=Uuid)))
_ALL = prepare(_selected().order_by(integrations.c.slug))
_SECRETS = prepare(select(integrations.c.secrets).where(integrations.c.id == bindparam("id", type_=Uuid)))
_HINDRANCE = prepare(
    select(integrations.c.quarantine, integrations.c.probe_at, integrations.c.throttled_until).where(
        integrations.c.id == bindparam("id", type_=Uuid)
    )
)


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


async def find_sealed_secrets(reader: Reader, integration_id: IntegrationId) -> bytes | None:
    """Read an integration's secrets as they were sealed, if it has any."""
    row = await reader.fetch_one(_SECRETS, id=integration_id)
    return None if row is None or row["secrets"] is None else bytes(row["secrets"])


async def get_hindrance(reader: Reader, integration_id: IntegrationId) -> Hindrance:
    """Read what keeps an integration from running jobs. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_HINDRANCE, id=integration_id)
    if row is None:
        raise NotFoundError(f"There is no integration with the id {integration_id}.")
    document = row["quarantine"]
    problem = None if document is None else Problem(ProblemCode(document["code"]), document["detail"])
    return Hindrance(problem, row["probe_at"], row["throttled_until"])
