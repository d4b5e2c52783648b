"""Which identity provider an integration hears from, as far as its requests tell."""

from sqlalchemy import Uuid, bindparam, select

from seatkeeper.core.events import ActorKind
from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.due_jobs import written
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import events

_EVENTS_LOOKED_AT = 500

_newest = (
    select(events.c.actor, events.c.actor_name)
    .where(events.c.integration_id == bindparam("integration_id", type_=Uuid))
    .order_by(events.c.id.desc())
    .limit(_EVENTS_LOOKED_AT)
    .subquery("newest")
)
_NAMES = prepare(
    select(_newest.c.actor_name).distinct().where(_newest.c.actor == written(ActorKind.IDP)).order_by("actor_name")
)


async def list_callers(reader: Reader, integration_id: IntegrationId) -> list[str]:
    """List the names of the identity providers that sent what happened last, among the newest 500 events."""
    return [row["actor_name"] for row in await reader.fetch_all(_NAMES, integration_id=integration_id)]
