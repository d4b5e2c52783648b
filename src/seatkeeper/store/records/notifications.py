"""Writing the notification rules, and how far each has told."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import Boolean, DateTime, Integer, LargeBinary, Text, Uuid, bindparam, delete, insert, update

from seatkeeper.core.ids import EventId, NotificationRuleId
from seatkeeper.core.notifications import NotificationRule
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import notification_rules

_AT = DateTime(timezone=True)
_THIS = notification_rules.c.id == bindparam("this", type_=Uuid)
_AS_READ = notification_rules.c.told_until == bindparam("before", type_=Uuid)
_INSERT = prepare(
    insert(notification_rules).values({each.name: bindparam(each.name) for each in notification_rules.c})
)
_UPDATE = prepare(
    update(notification_rules).where(_THIS).values(name=bindparam("new_name"), kinds=bindparam("new_kinds"))
)
_SET_TARGET = prepare(
    update(notification_rules)
    .where(_THIS)
    .values(
        target=bindparam("sealed", type_=LargeBinary),
        shown=bindparam("new_shown", type_=Text),
        due_at=bindparam("now", type_=_AT),
        failures=0,
        problem=None,
    )
)
_SWITCH = prepare(
    update(notification_rules)
    .where(_THIS)
    .values(
        enabled=bindparam("on", type_=Boolean),
        told_until=bindparam("from_here", type_=Uuid),
        due_at=bindparam("now", type_=_AT),
        failures=0,
        problem=None,
    )
)
_DELETE = prepare(delete(notification_rules).where(_THIS))
_CLAIM = prepare(
    update(notification_rules)
    .where(
        _THIS,
        _AS_READ,
        notification_rules.c.enabled,
        notification_rules.c.due_at <= bindparam("now", type_=_AT),
    )
    .values(due_at=bindparam("until", type_=_AT))
)
_NOTE = prepare(
    update(notification_rules)
    .where(_THIS, _AS_READ)
    .values(
        enabled=bindparam("on", type_=Boolean),
        told_until=bindparam("after", type_=Uuid),
        told_at=bindparam("at", type_=_AT),
        due_at=bindparam("next_at", type_=_AT),
        failures=bindparam("failed", type_=Integer),
        problem=bindparam("because", type_=Text),
    )
)


@dataclass(frozen=True, slots=True)
class Told:
    """How far a rule has told, and when it goes on. ``problem`` is why it could not go further."""

    until: EventId
    at: datetime | None
    due_at: datetime
    failures: int = 0
    problem: str | None = None
    enabled: bool = True


async def insert_rule(tx: Transaction, rule: NotificationRule, sealed: bytes) -> None:
    """Write a new rule with its sealed target."""
    values: dict[str, Any] = {name: getattr(rule, name) for name in rule.__dataclass_fields__}
    values |= {"kinds": _kinds(rule), "channel": rule.channel.value, "target": sealed, "created_at": tx.now}
    await tx.execute(_INSERT, **values)


async def update_rule(tx: Transaction, rule: NotificationRule) -> None:
    """Write what a rule is called and what it tells of."""
    await tx.execute(_UPDATE, this=rule.id, new_name=rule.name, new_kinds=_kinds(rule))


async def set_target(tx: Transaction, rule_id: NotificationRuleId, sealed: bytes, shown: str) -> None:
    """Have a rule lead elsewhere; it is tried there at once."""
    await tx.execute(_SET_TARGET, this=rule_id, sealed=sealed, new_shown=shown, now=tx.now)


async def switch_rule_row(tx: Transaction, rule_id: NotificationRuleId, *, on: bool, from_here: EventId) -> None:
    """Switch a rule on or off; what happened before ``from_here`` is passed over."""
    await tx.execute(_SWITCH, this=rule_id, on=on, from_here=from_here, now=tx.now)


async def delete_rule_row(tx: Transaction, rule_id: NotificationRuleId) -> None:
    """Forget a rule."""
    await tx.execute(_DELETE, this=rule_id)


async def claim_rule(tx: Transaction, rule: NotificationRule, until: datetime) -> bool:
    """Keep a rule to oneself until then; False when another worker has it, or it has changed."""
    return await tx.execute(_CLAIM, this=rule.id, before=rule.told_until, now=tx.now, until=until) > 0


async def note_told(tx: Transaction, rule: NotificationRule, told: Told) -> None:
    """Write how far a rule has told; what was switched or changed meanwhile stays as it is."""
    await tx.execute(
        _NOTE,
        this=rule.id,
        before=rule.told_until,
        on=told.enabled,
        after=told.until,
        at=told.at,
        next_at=told.due_at,
        failed=told.failures,
        because=told.problem,
    )


def _kinds(rule: NotificationRule) -> Jsonb:
    return Jsonb(sorted(kind.value for kind in rule.kinds))
