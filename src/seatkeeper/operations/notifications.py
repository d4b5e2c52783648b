"""Notification rules: whom to tell of which events. Where they lead is sealed, and never shown again."""

from collections.abc import Collection
from dataclasses import dataclass, field, replace

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import EventId, IntegrationId, NotificationRuleId
from seatkeeper.core.notifications import Channel, NotificationRule
from seatkeeper.engine import messengers, webhooks
from seatkeeper.engine.context import Engine
from seatkeeper.engine.notices import Message
from seatkeeper.engine.telling import Target, seal_target, unseal_target
from seatkeeper.engine.undelivered import UndeliveredError
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.notifications import get_rule, get_sealed_target
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.notifications import (
    delete_rule_row,
    insert_rule,
    set_target,
    switch_rule_row,
    update_rule,
)
from seatkeeper.store.sealing import Keyring, SealError
from seatkeeper.store.texts import check_name

_LONGEST_NAME = 200
_TEST = "This is a test: Seatkeeper can reach you, and nothing has happened."


@dataclass(frozen=True, slots=True)
class RuleForm:
    """What somebody says about a rule. An empty ``address`` keeps the one there is."""

    name: str
    channel: Channel
    kinds: Collection[EventKind]
    address: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class NewRule:
    """A rule that was just made. ``secret`` signs what a webhook is sent; it is shown this once."""

    rule: NotificationRule
    secret: str = field(repr=False)


async def create_rule(
    tx: Transaction, keyring: Keyring, form: RuleForm, integration_id: IntegrationId | None
) -> NewRule:
    """Make a rule, about what happens from now on. Raises ``InvalidValueError``."""
    rule_id = NotificationRuleId(new_id())
    target, shown = await _read_target(form.channel, form.address, webhooks.new_secret())
    rule = NotificationRule(
        id=rule_id,
        integration_id=integration_id,
        name=_read_name(form.name),
        kinds=_read_kinds(form.kinds),
        channel=form.channel,
        shown=shown,
        enabled=True,
        told_until=EventId(new_id()),
        told_at=None,
        due_at=tx.now,
        failures=0,
        problem=None,
    )
    await insert_rule(tx, rule, seal_target(keyring, rule_id, target))
    await _record(tx, EventKind.NOTIFICATION_RULE_ADDED, rule)
    return NewRule(rule, target.secret)


async def change_rule(
    tx: Transaction, keyring: Keyring, rule: NotificationRule, form: RuleForm
) -> NotificationRule:
    """Change what a rule is called, what it tells of, and where it leads; how it tells stays.

    Raises ``InvalidValueError``, and ``SealError`` when what there is cannot be opened to be kept.
    """
    changed = replace(rule, name=_read_name(form.name), kinds=_read_kinds(form.kinds))
    await update_rule(tx, changed)
    if form.address.strip():
        kept = unseal_target(keyring, rule.id, await get_sealed_target(tx, rule.id))
        target, shown = await _read_target(rule.channel, form.address, kept.secret)
        await set_target(tx, rule.id, seal_target(keyring, rule.id, target), shown)
    await _record(tx, EventKind.NOTIFICATION_RULE_CHANGED, changed)
    return changed


async def renew_secret(tx: Transaction, keyring: Keyring, rule: NotificationRule) -> NewRule:
    """Sign with a new secret from now on; the one before is void."""
    if rule.channel is not Channel.WEBHOOK:
        raise InvalidValueError("Only webhooks are signed.")
    kept = unseal_target(keyring, rule.id, await get_sealed_target(tx, rule.id))
    target = replace(kept, secret=webhooks.new_secret())
    await set_target(tx, rule.id, seal_target(keyring, rule.id, target), rule.shown)
    await _record(tx, EventKind.NOTIFICATION_RULE_CHANGED, rule)
    return NewRule(rule, target.secret)


async def switch_rule(tx: Transaction, rule: NotificationRule, *, on: bool) -> None:
    """Tell no more, or again: then of what happens from now on."""
    await switch_rule_row(tx, rule.id, on=on, from_here=EventId(new_id()))
    await _record(tx, EventKind.NOTIFICATION_RULE_CHANGED, rule)


async def remove_rule(tx: Transaction, rule: NotificationRule) -> None:
    """Forget a rule and where it led."""
    await delete_rule_row(tx, rule.id)
    await _record(tx, EventKind.NOTIFICATION_RULE_REMOVED, rule)


async def send_test(engine: Engine, rule_id: NotificationRuleId) -> str | None:
    """Tell the receiver that this is a test; give why it was not taken, or None. Holds no connection meanwhile."""
    async with engine.database.read() as reader:
        rule = await get_rule(reader, rule_id)
        sealed = await get_sealed_target(reader, rule_id)
    try:
        target = unseal_target(engine.keyring, rule_id, sealed)
        if rule.channel is Channel.APPRISE:
            await messengers.deliver(target.address, Message("Seatkeeper: test", _TEST))
        else:
            await _post_test(engine, target)
    except (UndeliveredError, SealError) as error:
        return str(error)
    return None


async def _post_test(engine: Engine, target: Target) -> None:
    now = engine.clock()
    body = webhooks.write_body("test", now, {"sentence": _TEST})
    async with webhooks.new_client() as client:
        await webhooks.post(client, (target.address, target.secret), f"msg_{new_id().hex}", body, now)


def _read_name(name: str) -> str:
    name = check_name(name.strip(), "The name")
    if not name or not name.isprintable() or len(name) > _LONGEST_NAME:
        raise InvalidValueError("Give the notification a name, such as IT on Slack.")
    return name


def _read_kinds(kinds: Collection[EventKind]) -> frozenset[EventKind]:
    if not kinds:
        raise InvalidValueError("Choose at least one thing to be told of.")
    return frozenset(kinds)


async def _read_target(channel: Channel, address: str, secret: str) -> tuple[Target, str]:
    """Read where a rule leads, and what may be shown of that."""
    if channel is Channel.APPRISE:
        checked, shown = await messengers.check_address(address)
        return Target(checked), shown
    url = webhooks.check_url(address)
    return Target(url, secret), webhooks.shown_url(url)


async def _record(tx: Transaction, kind: EventKind, rule: NotificationRule) -> None:
    await record_event(tx, Happening(rule.integration_id, kind, rule.name))
