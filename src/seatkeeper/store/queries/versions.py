"""Reading how an integration was configured at each time."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Integer, Uuid, bindparam, func, select

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Reader
from seatkeeper.store.rows import decode_integration
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import integration_versions


@dataclass(frozen=True, slots=True)
class ListedVersion:
    """One time the configuration changed."""

    number: int
    at: datetime
    actor_name: str


_THESE = integration_versions.c.integration_id == bindparam("integration_id", type_=Uuid)
_LISTED = tuple(integration_versions.c[name] for name in ("number", "at", "actor_name"))
_BEFORE = bindparam("before", type_=Integer)
_LIST = prepare(
    select(*_LISTED)
    .where(_THESE, integration_versions.c.number < _BEFORE)
    .order_by(integration_versions.c.number.desc())
    .limit(bindparam("limit", type_=Integer))
)
_LATEST = prepare(select(func.max(integration_versions.c.number).label("number")).where(_THESE))
_ONE = prepare(
    select(integration_versions.c.document).where(
        _THESE, integration_versions.c.number == bindparam("number", type_=Integer)
    )
)
_HIGHEST = 2**31 - 1


async def list_versions(
    reader: Reader, integration_id: IntegrationId, *, limit: int, before: int | None = None
) -> list[ListedVersion]:
    """List versions, newest first, those below ``before`` only."""
    rows = await reader.fetch_all(
        _LIST, integration_id=integration_id, limit=limit, before=_HIGHEST if before is None else before
    )
    return [ListedVersion(**row) for row in rows]


async def latest_version(reader: Reader, integration_id: IntegrationId) -> int:
    """Give the number of the newest version; 0 where none was kept."""
    row = await reader.fetch_one(_LATEST, integration_id=integration_id)
    return 0 if row is None else row["number"] or 0


async def get_version(reader: Reader, now: Integration, number: int) -> Integration:
    """Give the integration as it was configured then, otherwise as it is ``now``. Raises ``NotFoundError``."""
    row = None
    if 0 < number <= _HIGHEST:
        row = await reader.fetch_one(_ONE, integration_id=now.id, number=number)
    if row is None:
        raise NotFoundError(f"{now.slug} has no version {number}.")
    others = {"id": now.id, "slug": now.slug, "connector": now.connector, "state": now.state.value}
    then = decode_integration({**others, "quarantine": None, **row["document"]})
    return replace(then, quarantined=now.quarantined)
