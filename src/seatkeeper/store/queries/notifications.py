"""Reading the notification rules, and what there is to tell."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, DateTime, Integer, Select, Text, Uuid, any_, bindparam, func, select
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import EventId, IntegrationId, NotificationRuleId
from seatkeeper.core.notifications import Channel, NotificationRule
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.identifiers import first_id
from seatkeeper.store.queries.events import ListedEvent
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import events, integrations
from seatkeeper.store.workspace_tables import notification_rules

_EVENT = ("id", "at", "kind", "actor", "actor_name", "target", "user_id", "job_id", "request_id", "details")
_SHOWN = tuple(each for each in notification_rules.c if each.name not in {"target", "created_at"})
_THIS = notification_rules.c.id == bindparam("id", type_=Uuid)
_ONE = prepare(select(*_SHOWN).where(_THIS))
_OF_INTEGRATION = prepare(
    select(*_SHOWN)
    .where(notification_rules.c.integration_id == bindparam("integration_id", type_=Uuid))
    .order_by(notification_rules.c.id)
)
_OF_WORKSPACE = prepare(
    select(*_SHOWN).where(notification_rules.c.integration_id.is_(None)).order_by(notification_rules.c.id)
)
_DUE = prepare(
    select(*_SHOWN)
    .where(
        notification_rules.c.enabled,
        notification_rules.c.due_at <= bindparam("now", type_=DateTime(timezone=True)),
    )
    .order_by(notification_rules.c.due_at)
)
_TARGET = prepare(select(notification_rules.c.target).where(_THIS))
# Whoever writes has a transaction id; an id of an event is made after its transaction began.
_HORIZON = prepare(
    sql(
        "SELECT least(clock_timestamp(), min(xact_start)) AS at FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_xid IS NOT NULL"
    )
)
_AFTER, _UNTIL = bindparam("after", type_=Uuid), bindparam("until", type_=Uuid)
_HERE = events.c.integration_id == bindparam("integration_id", type_=Uuid)
_AMONG = events.c.kind == any_(bindparam("kinds", type_=ARRAY(Text)))


@dataclass(frozen=True, slots=True)
class News:
    """An event with the integration it is about; its name is empty for none."""

    event: ListedEvent
    integration_name: str


def _news(*narrowed: ColumnElement[bool]) -> Select[Any]:
    return (
        select(
            *(events.c[name] for name in _EVENT),
            func.coalesce(integrations.c.slug, events.c.details["slug"].astext, "").label("integration"),
            func.coalesce(integrations.c.name, "").label("integration_name"),
        )
        .outerjoin(integrations, integrations.c.id == events.c.integration_id)
        .where(events.c.id > _AFTER, events.c.id < _UNTIL, _AMONG, *narrowed)
        .order_by(events.c.id)
        .limit(bindparam("limit", type_=Integer))
    )


_NEWS_OF_ALL = prepare(_news())
_NEWS_OF_ONE = prepare(_news(_HERE))
_ANY = prepare(
    select(select(events.c.id).where(events.c.id > _AFTER, events.c.id < _UNTIL).exists().label("found"))
)


async def list_rules(reader: Reader, integration_id: IntegrationId | None) -> list[NotificationRule]:
    """List the rules of an integration, or with None those about every integration, the oldest first."""
    if integration_id is None:
        return [_rule(row) for row in await reader.fetch_all(_OF_WORKSPACE)]
    return [_rule(row) for row in await reader.fetch_all(_OF_INTEGRATION, integration_id=integration_id)]


async def get_rule(reader: Reader, rule_id: NotificationRuleId) -> NotificationRule:
    """Read one rule. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_ONE, id=rule_id)
    if row is None:
        raise NotFoundError("There is no such notification. It may have been removed.")
    return _rule(row)


async def get_sealed_target(reader: Reader, rule_id: NotificationRuleId) -> bytes:
    """Read where a rule leads, sealed. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_TARGET, id=rule_id)
    if row is None:
        raise NotFoundError("There is no such notification. It may have been removed.")
    return bytes(row["target"])


async def list_due_rules(reader: Reader, now: datetime) -> list[NotificationRule]:
    """List the rules that may be told now, those that waited longest first."""
    return [_rule(row) for row in await reader.fetch_all(_DUE, now=now)]


async def read_horizon(reader: Reader, settled: timedelta) -> EventId:
    """Give the id below which no event can appear any more.

    Ids are made before their transaction commits, by clocks that differ: whatever still writes keeps the horizon
    back, and so does the time given.
    """
    [row] = await reader.fetch_all(_HORIZON)
    at: datetime = row["at"]
    return EventId(first_id(at - settled))


async def list_news(reader: Reader, rule: NotificationRule, until: EventId, limit: int) -> Sequence[News]:
    """List what a rule is to tell: the oldest events after the last one told, below the horizon."""
    given = {
        "after": rule.told_until,
        "until": until,
        "kinds": sorted(kind.value for kind in rule.kinds),
        "limit": limit,
    }
    if rule.integration_id is None:
        rows = await reader.fetch_all(_NEWS_OF_ALL, **given)
    else:
        rows = await reader.fetch_all(_NEWS_OF_ONE, integration_id=rule.integration_id, **given)
    return [_to_news(row) for row in rows]


async def has_passed(reader: Reader, rule: NotificationRule, until: EventId) -> bool:
    """Say whether anything at all happened between what was told and the horizon."""
    [row] = await reader.fetch_all(_ANY, after=rule.told_until, until=until)
    return bool(row["found"])


def _to_news(row: Row) -> News:
    given = {name: row[name] for name in (*_EVENT, "integration")}
    return News(ListedEvent(**given | {"kind": EventKind(row["kind"])}), row["integration_name"])


def _rule(row: Row) -> NotificationRule:
    known = {kind.value for kind in EventKind}
    integration_id: UUID | None = row["integration_id"]
    return NotificationRule(
        **row
        | {
            "id": NotificationRuleId(row["id"]),
            "integration_id": None if integration_id is None else IntegrationId(integration_id),
            "kinds": frozenset(EventKind(kind) for kind in row["kinds"] if kind in known),
            "channel": Channel(row["channel"]),
            "told_until": EventId(row["told_until"]),
        }
    )
