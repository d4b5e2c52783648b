"""Notifications: whom to tell of which events. Where they lead is write-only."""

from collections.abc import Mapping
from datetime import datetime
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, Field, SecretStr, StrictBool

from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId, NotificationRuleId
from seatkeeper.core.notifications import NOTICES, WORKSPACE_NOTICES, Channel, NotificationRule
from seatkeeper.core.topics import Topic
from seatkeeper.operations.notifications import (
    NewRule,
    RuleForm,
    change_rule,
    create_rule,
    remove_rule,
    renew_secret,
    send_test,
    switch_rule,
)
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.notifications import get_rule, list_rules
from seatkeeper.web.api.calls import Call, IntegrationCall
from seatkeeper.web.api.shapes import Name, Shape

EVERY: Mapping[str, Topic] = {**NOTICES, **WORKSPACE_NOTICES}

TopicName = Annotated[str, Field(json_schema_extra={"enum": [*NOTICES]})]
AnyTopicName = Annotated[str, Field(json_schema_extra={"enum": [*EVERY]})]


class RuleBody(Shape):
    """What a rule tells of."""

    name: Name
    topics: list[TopicName] = Field(min_length=1)


class NewRuleBody(RuleBody):
    """A rule to be made."""

    channel: Channel = Field(description="`webhook` for scripts, `apprise` for mail and chat.")
    address: SecretStr = Field(description="An https address, or what Apprise takes.")


class ChangedRuleBody(RuleBody):
    """A rule as it should become; how it tells stays."""

    enabled: StrictBool = True
    address: SecretStr | None = Field(None, description="Left out, the one there is stays.")


class WorkspaceRuleBody(NewRuleBody):
    """A rule about every integration and the workspace, to be made."""

    topics: list[AnyTopicName] = Field(min_length=1)


class ChangedWorkspaceRuleBody(ChangedRuleBody):
    """A rule about every integration and the workspace, as it should become."""

    topics: list[AnyTopicName] = Field(min_length=1)


class RuleShape(BaseModel):
    """A rule, without where it leads."""

    id: UUID
    name: str
    channel: Channel
    topics: list[str]
    kinds: list[EventKind]
    shown: str = Field(description="What may be shown of where it leads.")
    enabled: bool
    told_at: datetime | None
    failures: int
    problem: str | None

    @classmethod
    def of(cls, rule: NotificationRule) -> "RuleShape":
        """Tell a rule."""
        plain = {name: getattr(rule, name) for name in cls.model_fields if name not in {"topics", "kinds"}}
        topics = [name for name, topic in EVERY.items() if topic.kinds <= rule.kinds]
        return cls(**plain, topics=topics, kinds=sorted(rule.kinds))


class NewRuleShape(BaseModel):
    """A rule that was just made, or has a new secret."""

    rule: RuleShape
    secret: str | None = Field(description="Of a webhook: what it is signed with. It is told this once.")

    @classmethod
    def of(cls, made: NewRule) -> "NewRuleShape":
        """Tell it."""
        return cls(rule=RuleShape.of(made.rule), secret=made.secret or None)


class DeliveryShape(BaseModel):
    """Whether a test was taken."""

    problem: str | None = Field(description="Why it was not.")


async def list_here(call: Call) -> list[RuleShape]:
    """List the rules of the place the call is about."""
    async with call.read() as reader:
        return [RuleShape.of(rule) for rule in await list_rules(reader, _place(call))]


async def read_here(call: Call, rule: UUID) -> RuleShape:
    """Read one rule. Raises ``NotFoundError``."""
    async with call.read() as reader:
        return RuleShape.of(await _find(call, reader, rule))


async def add_here(call: Call, body: NewRuleBody) -> NewRuleShape:
    """Make a rule. Raises ``InvalidValueError``."""
    form = RuleForm(body.name, body.channel, _kinds(call, body), body.address.get_secret_value())
    async with call.transaction() as tx:
        return NewRuleShape.of(await create_rule(tx, call.house.keyring, form, _place(call)))


async def change_here(call: Call, rule: UUID, body: ChangedRuleBody) -> RuleShape:
    """Change a rule. Raises ``NotFoundError`` and ``InvalidValueError``."""
    address = "" if body.address is None else body.address.get_secret_value()
    async with call.transaction() as tx:
        found = await _find(call, tx, rule)
        form = RuleForm(body.name, found.channel, _kinds(call, body), address)
        changed = await change_rule(tx, call.house.keyring, found, form)
        if body.enabled is not found.enabled:
            await switch_rule(tx, changed, on=body.enabled)
        return RuleShape.of(await _find(call, tx, rule))


async def remove_here(call: Call, rule: UUID) -> None:
    """Forget a rule. Raises ``NotFoundError``."""
    async with call.transaction() as tx:
        await remove_rule(tx, await _find(call, tx, rule))


async def renew_here(call: Call, rule: UUID) -> NewRuleShape:
    """Sign with a new secret. Raises ``NotFoundError`` and ``InvalidValueError``."""
    async with call.transaction() as tx:
        return NewRuleShape.of(await renew_secret(tx, call.house.keyring, await _find(call, tx, rule)))


async def try_here(call: Call, rule: UUID) -> DeliveryShape:
    """Send a test. Raises ``NotFoundError``."""
    async with call.read() as reader:
        found = await _find(call, reader, rule)
    return DeliveryShape(problem=await send_test(call.house.engine, found.id))


def _place(call: Call) -> IntegrationId | None:
    return call.integration.id if isinstance(call, IntegrationCall) else None


async def _find(call: Call, reader: Reader, rule: UUID) -> NotificationRule:
    found = await get_rule(reader, NotificationRuleId(rule))
    if found.integration_id != _place(call):
        raise NotFoundError("There is no such notification here.")
    return found


def _kinds(call: Call, body: RuleBody) -> set[EventKind]:
    known = NOTICES if isinstance(call, IntegrationCall) else EVERY
    unknown = [name for name in body.topics if name not in known]
    if unknown:
        raise InvalidValueError(f"There is no topic {unknown[0]}; there are {', '.join(known)}.")
    return {kind for name in body.topics for kind in known[name].kinds}
