"""Telling people and programs of what happened: each rule reads the events after the last one it told.

At least once and in order: how far a rule came is written after the receiver took it. One worker at a time tells a
rule; it keeps it by ``due_at``, so no connection is held while somebody is told, and a crash costs two minutes.
"""

import asyncio
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, assert_never

import orjson
import structlog

from seatkeeper.core.backoff import next_delay
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import EventId, NotificationRuleId
from seatkeeper.core.integrations import RetryRule
from seatkeeper.core.notifications import Channel, NotificationRule
from seatkeeper.engine import messengers, webhooks
from seatkeeper.engine.context import ORIGIN, Engine
from seatkeeper.engine.notices import as_message
from seatkeeper.engine.undelivered import UndeliveredError
from seatkeeper.store.queries.notifications import (
    News,
    get_sealed_target,
    has_passed,
    list_due_rules,
    list_news,
    read_horizon,
)
from seatkeeper.store.records.notifications import Told, claim_rule, note_told
from seatkeeper.store.sealing import Keyring, SealError

_AT_ONCE: Final = {Channel.WEBHOOK: 100, Channel.APPRISE: 1000}
_RULES_AT_ONCE: Final = 4
_KEPT_FOR: Final = timedelta(minutes=2)
"""How long a worker keeps a rule to itself."""
_TURN: Final = timedelta(minutes=1)
"""How long it tells before it writes how far it came."""
_COALESCED: Final = timedelta(minutes=1)
"""Messages to people are no more frequent than that."""
_BACKOFF: Final = RetryRule(timedelta(seconds=5), timedelta(hours=1))
_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Target:
    """Where a rule leads. ``secret`` signs what a webhook is sent, and is empty for others."""

    address: str = field(repr=False)
    secret: str = field(default="", repr=False)


@dataclass(frozen=True, slots=True)
class TellingRules:
    """``base_url`` is how people reach Seatkeeper, if that is known. ``settled``: see ``read_horizon``."""

    base_url: str | None = None
    settled: timedelta = timedelta(seconds=5)


def seal_target(keyring: Keyring, rule_id: NotificationRuleId, target: Target) -> bytes:
    """Seal where a rule leads."""
    kept = orjson.dumps({"address": target.address, "secret": target.secret})
    return keyring.seal(kept, bound_to=_bound_to(rule_id))


def unseal_target(keyring: Keyring, rule_id: NotificationRuleId, sealed: bytes) -> Target:
    """Open what ``seal_target`` sealed. Raises ``SealError``."""
    return Target(**orjson.loads(keyring.unseal(sealed, bound_to=_bound_to(rule_id))))


async def tell(engine: Engine, rules: TellingRules) -> bool:
    """Give every due rule a turn, a few at the same time; say whether one of them has more to tell at once.

    A rule in trouble holds up no other.
    """
    async with engine.database.read() as reader:
        due = await list_due_rules(reader, engine.clock())
        horizon = await read_horizon(reader, rules.settled) if due else None
    if horizon is None:
        return False
    few = asyncio.Semaphore(_RULES_AT_ONCE)

    async def take_turn(rule: NotificationRule) -> bool:
        async with few:
            with suppress(NotFoundError):  # it may be removed meanwhile
                return await _Turn(engine, rules, rule, horizon).take()
            return False

    return any(await asyncio.gather(*map(take_turn, due)))


@dataclass(slots=True)
class _Turn:
    engine: Engine
    rules: TellingRules
    rule: NotificationRule
    horizon: EventId

    async def take(self) -> bool:
        now, rule = self.engine.clock(), self.rule
        is_early = rule.told_at is not None and now - rule.told_at < _COALESCED
        if rule.channel is Channel.APPRISE and is_early:
            return False
        async with self.engine.database.read() as reader:
            news = await list_news(reader, rule, self.horizon, _AT_ONCE[rule.channel])
            if not news and not await has_passed(reader, rule, self.horizon):
                return False
            sealed = await get_sealed_target(reader, rule.id) if news else b""
        async with self.engine.database.transaction(ORIGIN) as tx:
            if not await claim_rule(tx, rule, now + _KEPT_FOR):
                return False
        told = await self._tell(news, sealed, now)
        async with self.engine.database.transaction(ORIGIN) as tx:
            await note_told(tx, rule, told)
        return told.problem is None and told.until != self.horizon

    async def _tell(self, news: Sequence[News], sealed: bytes, now: datetime) -> Told:
        rule, is_all = self.rule, len(news) < _AT_ONCE[self.rule.channel]
        taken: list[News] = []
        problem: UndeliveredError | None = None
        try:
            if news:
                await self._send(unseal_target(self.engine.keyring, rule.id, sealed), news, taken)
        except UndeliveredError as error:
            problem = error
        except SealError as error:
            problem = UndeliveredError(str(error))
        except Exception:  # noqa: BLE001 - whatever it is, the page tells it and the rule is tried again
            _log.exception("notification.failed", rule=str(rule.id))
            problem = UndeliveredError("Something went wrong on our side. The worker's log has it.")
        last = taken[-1].event.id if taken else rule.told_until
        done = is_all and len(taken) == len(news)
        told = Told(self.horizon if done else last, now if taken else rule.told_at, now)
        return told if problem is None else self._failed(told, problem, went_on=bool(taken))

    def _failed(self, told: Told, problem: UndeliveredError, *, went_on: bool) -> Told:
        failures = 1 if went_on else self.rule.failures + 1
        wait = next_delay(_BACKOFF, failures, self.engine.random.random())
        _log.warning("notification.undelivered", rule=str(self.rule.id), reason=str(problem), failures=failures)
        due_at = self.engine.clock() + wait
        return replace(told, due_at=due_at, failures=failures, problem=str(problem), enabled=not problem.ends)

    async def _send(self, target: Target, news: Sequence[News], taken: list[News]) -> None:
        match self.rule.channel:
            case Channel.WEBHOOK:
                await self._post(target, news, taken)
            case Channel.APPRISE:
                await messengers.deliver(target.address, as_message(news, self.rules.base_url))
                taken.extend(news)
            case _:
                assert_never(self.rule.channel)

    async def _post(self, target: Target, news: Sequence[News], taken: list[News]) -> None:
        until = self.engine.clock() + _TURN
        async with webhooks.new_client() as client:
            for each in news:
                now = self.engine.clock()
                if now > until:
                    return
                body = webhooks.body_of(each, self.rules.base_url)
                message = webhooks.message_id(self.rule.id, each)
                await webhooks.post(client, (target.address, target.secret), message, body, now)
                taken.append(each)


def _bound_to(rule_id: NotificationRuleId) -> str:
    return f"notification rule {rule_id}"
