"""Notifications: each event arrives at least once, signed and in order; a receiver in trouble is waited for."""

import base64
import hashlib
import hmac
import json
import random
from collections.abc import AsyncIterator, Collection
from datetime import timedelta

import pytest

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.notifications import Channel, NotificationRule
from seatkeeper.core.values import Document
from seatkeeper.engine.context import Engine
from seatkeeper.engine.telling import TellingRules, tell
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
from seatkeeper.store.database import Database
from seatkeeper.store.queries.notifications import get_rule
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.sealing import Keyring, make_key
from tests.engine.world import Clock
from tests.operations.integrations_at_hand import ADMIN, stored
from tests.receiver import Received, Receiver, receiving
from tests.waiting import until

FAILED = frozenset({EventKind.JOB_FAILED})
RULES = TellingRules("https://seatkeeper.example.org", settled=timedelta(0))
WHY: Document = {"kind": "provision", "problem": "no_seats", "detail": "no seat is free"}


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def engine(database_url: str, clock: Clock) -> AsyncIterator[Engine]:
    database = Database(database_url, size=6, clock=clock)
    await database.open()
    yield Engine(database, {}, Keyring.parse(make_key()), clock, random.Random(7))
    await database.close()


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as listening:
        yield listening


@pytest.fixture
async def crm(engine: Engine) -> IntegrationId:
    async with engine.database.transaction(ADMIN) as tx:
        return (await stored(tx)).id


async def _rule(
    engine: Engine,
    address: str,
    channel: Channel = Channel.WEBHOOK,
    kinds: Collection[EventKind] = FAILED,
    integration_id: IntegrationId | None = None,
) -> NewRule:
    async with engine.database.transaction(ADMIN) as tx:
        form = RuleForm("IT", channel, kinds, address)
        return await create_rule(tx, engine.keyring, form, integration_id)


async def _fail(engine: Engine, integration_id: IntegrationId, *names: str) -> None:
    for name in names:
        async with engine.database.transaction(ADMIN) as tx:
            await record_event(tx, Happening(integration_id, EventKind.JOB_FAILED, name, details=WHY))


async def _now(engine: Engine, made: NewRule) -> NotificationRule:
    async with engine.database.read() as reader:
        return await get_rule(reader, made.rule.id)


async def _tell_until(engine: Engine, receiver: Receiver, count: int) -> None:
    async def told() -> bool:
        await tell(engine, RULES)
        return len(receiver.received) >= count

    await until(told)


def _targets(receiver: Receiver) -> list[str]:
    return [json.loads(each.body)["data"]["target"] for each in receiver.received]


def _is_signed(received: Received, secret: str) -> bool:
    headers = received.headers
    content = f"{headers['webhook-id']}.{headers['webhook-timestamp']}.".encode() + received.body
    key = base64.b64decode(secret.removeprefix("whsec_"))
    expected = base64.b64encode(hmac.new(key, content, hashlib.sha256).digest()).decode()
    return headers["webhook-signature"] == f"v1,{expected}"


async def test_each_event_of_its_kinds_arrives_signed_and_in_order(
    engine: Engine, receiver: Receiver, crm: IntegrationId
) -> None:
    await _fail(engine, crm, "before the rule")
    made = await _rule(engine, receiver.url + "/hook")
    await _fail(engine, crm, "ada", "grace\n<b>x</b>")
    async with engine.database.transaction(ADMIN) as tx:
        await record_event(tx, Happening(crm, EventKind.JOB_SUCCEEDED, "alan", details={"kind": "update"}))
    await _tell_until(engine, receiver, 2)
    assert _targets(receiver) == ["ada", "grace\n<b>x</b>"]
    assert all(_is_signed(each, made.secret) for each in receiver.received)
    assert {each.path for each in receiver.received} == {"/hook"}
    sent = json.loads(receiver.received[0].body)
    assert sent["type"] == "job.failed"
    assert sent["data"]["integration"] == {"slug": "crm", "name": "CRM"}
    assert sent["data"]["problem"]["code"] == "no_seats"
    assert sent["data"]["problem"]["remedy"]
    assert sent["data"]["url"] == "https://seatkeeper.example.org/integrations/crm/activity"
    await tell(engine, RULES)
    assert len(receiver.received) == 2


async def test_a_refused_event_is_sent_again_later_under_the_same_id(
    engine: Engine, receiver: Receiver, crm: IntegrationId, clock: Clock
) -> None:
    made = await _rule(engine, receiver.url)
    await _fail(engine, crm, "ada", "grace")
    receiver.statuses = [204, 500]
    await _tell_until(engine, receiver, 2)
    rule = await _now(engine, made)
    assert rule.problem == "The receiver answered with status 500 instead of taking the message."
    assert rule.failures == 1
    await tell(engine, RULES)
    assert len(receiver.received) == 2
    clock.advance(minutes=1)
    await _tell_until(engine, receiver, 3)
    assert _targets(receiver) == ["ada", "grace", "grace"]
    ids = [each.headers["webhook-id"] for each in receiver.received]
    assert ids[1] == ids[2] != ids[0]
    rule = await _now(engine, made)
    assert (rule.problem, rule.failures) == (None, 0)


async def test_a_receiver_that_is_gone_for_good_is_told_no_more(
    engine: Engine, receiver: Receiver, crm: IntegrationId, clock: Clock
) -> None:
    made = await _rule(engine, receiver.url)
    receiver.statuses = [410]
    await _fail(engine, crm, "ada")
    await _tell_until(engine, receiver, 1)
    rule = await _now(engine, made)
    assert not rule.enabled
    assert "switched off" in (rule.problem or "")
    clock.advance(hours=2)
    await tell(engine, RULES)
    assert len(receiver.received) == 1


async def test_a_receiver_cannot_send_us_elsewhere(engine: Engine, receiver: Receiver, crm: IntegrationId) -> None:
    made = await _rule(engine, receiver.url)
    receiver.statuses, receiver.location = [302], receiver.url + "/elsewhere"
    await _fail(engine, crm, "ada")
    await _tell_until(engine, receiver, 1)
    assert [each.path for each in receiver.received] == ["/"]
    assert "status 302" in ((await _now(engine, made)).problem or "")


async def test_one_rule_in_trouble_holds_up_no_other(
    engine: Engine, receiver: Receiver, crm: IntegrationId
) -> None:
    lost = await _rule(engine, "http://127.0.0.1:9/")
    await _rule(engine, receiver.url)
    await _fail(engine, crm, "ada")
    await _tell_until(engine, receiver, 1)

    async def noticed() -> bool:
        await tell(engine, RULES)
        return "cannot be reached" in ((await _now(engine, lost)).problem or "")

    await until(noticed)


async def test_a_rule_of_one_integration_is_told_nothing_of_another(
    engine: Engine, receiver: Receiver, crm: IntegrationId
) -> None:
    async with engine.database.transaction(ADMIN) as tx:
        other = (await stored(tx, slug="other")).id
    await _rule(engine, receiver.url, integration_id=other)
    await _fail(engine, crm, "ada")
    await _fail(engine, other, "grace")
    await _tell_until(engine, receiver, 1)
    assert _targets(receiver) == ["grace"]


async def test_what_a_transaction_commits_late_is_not_passed_over(
    engine: Engine, receiver: Receiver, crm: IntegrationId
) -> None:
    await _rule(engine, receiver.url)
    async with engine.database.transaction(ADMIN) as slow:
        await record_event(slow, Happening(crm, EventKind.JOB_FAILED, "late", details=WHY))
        await _fail(engine, crm, "early")
        for _ in range(3):
            await tell(engine, RULES)
    await _tell_until(engine, receiver, 2)
    assert _targets(receiver) == ["late", "early"]


@pytest.mark.slow
async def test_many_failures_are_one_message_for_people_and_the_next_a_minute_later(
    engine: Engine, receiver: Receiver, crm: IntegrationId, clock: Clock
) -> None:
    await _fail(engine, crm, "before the rule")
    address = receiver.url.replace("http://", "json://")
    await _rule(engine, address, Channel.APPRISE)
    async with engine.database.transaction(ADMIN) as tx:
        for number in range(25):
            happening = Happening(crm, EventKind.JOB_FAILED, f"person{number}", details=WHY)
            await record_event(tx, happening)
    await _tell_until(engine, receiver, 1)
    message = json.loads(receiver.received[0].body)
    assert message["title"] == "Seatkeeper: 25 events"
    assert "… and 15 more." in message["message"]
    await _fail(engine, crm, "ada", "grace")
    for _ in range(3):
        await tell(engine, RULES)
    assert len(receiver.received) == 1
    clock.advance(minutes=2)
    await _tell_until(engine, receiver, 2)
    assert json.loads(receiver.received[1].body)["title"] == "Seatkeeper: 2 events"


@pytest.mark.slow
async def test_a_hundred_are_sent_in_one_turn_and_the_others_at_once_after_it(
    engine: Engine, receiver: Receiver, crm: IntegrationId
) -> None:
    await _rule(engine, receiver.url)
    names = [f"person{number}" for number in range(150)]
    await _fail(engine, crm, *names)
    await _tell_until(engine, receiver, 150)
    assert _targets(receiver) == names


async def test_a_message_about_one_failure_says_what_to_do(
    engine: Engine, receiver: Receiver, crm: IntegrationId
) -> None:
    await _rule(engine, receiver.url.replace("http://", "json://"), Channel.APPRISE)
    await _fail(engine, crm, "ada")
    await _tell_until(engine, receiver, 1)
    message = json.loads(receiver.received[0].body)
    assert message["title"].startswith("Seatkeeper: CRM: Provisioning of ada failed")
    assert "https://seatkeeper.example.org/integrations/crm/activity" in message["message"]


async def test_switched_on_again_it_tells_of_what_happens_from_then_on(
    engine: Engine, receiver: Receiver, crm: IntegrationId
) -> None:
    made = await _rule(engine, receiver.url)
    async with engine.database.transaction(ADMIN) as tx:
        await switch_rule(tx, made.rule, on=False)
    await _fail(engine, crm, "meanwhile")
    await tell(engine, RULES)
    async with engine.database.transaction(ADMIN) as tx:
        await switch_rule(tx, made.rule, on=True)
    await _fail(engine, crm, "ada")
    await _tell_until(engine, receiver, 1)
    assert _targets(receiver) == ["ada"]


async def test_a_test_is_sent_at_once_and_a_new_secret_signs_it(engine: Engine, receiver: Receiver) -> None:
    made = await _rule(engine, receiver.url)
    assert await send_test(engine, made.rule.id) is None
    async with engine.database.transaction(ADMIN) as tx:
        renewed = await renew_secret(tx, engine.keyring, made.rule)
    assert await send_test(engine, made.rule.id) is None
    first, second = receiver.received
    assert json.loads(first.body)["type"] == "test"
    assert _is_signed(first, made.secret)
    assert _is_signed(second, renewed.secret)
    assert not _is_signed(second, made.secret)
    receiver.statuses = [503]
    assert "status 503" in (await send_test(engine, made.rule.id) or "")


async def test_a_changed_address_is_used_and_an_empty_one_keeps_it(engine: Engine, receiver: Receiver) -> None:
    made = await _rule(engine, receiver.url + "/one")
    async with engine.database.transaction(ADMIN) as tx:
        renamed = await change_rule(
            tx, engine.keyring, made.rule, RuleForm("Ops", Channel.WEBHOOK, FAILED | {EventKind.TASK_OPENED})
        )
        await change_rule(tx, engine.keyring, renamed, RuleForm("Ops", Channel.WEBHOOK, FAILED))
    await send_test(engine, made.rule.id)
    async with engine.database.transaction(ADMIN) as tx:
        form = RuleForm("Ops", Channel.WEBHOOK, FAILED, receiver.url + "/two")
        await change_rule(tx, engine.keyring, renamed, form)
    await send_test(engine, made.rule.id)
    assert [each.path for each in receiver.received] == ["/one", "/two"]
    assert all(_is_signed(each, made.secret) for each in receiver.received)


async def test_a_removed_rule_is_forgotten(engine: Engine, receiver: Receiver, crm: IntegrationId) -> None:
    made = await _rule(engine, receiver.url)
    async with engine.database.transaction(ADMIN) as tx:
        await remove_rule(tx, made.rule)
    await _fail(engine, crm, "ada")
    await tell(engine, RULES)
    assert receiver.received == []


@pytest.mark.parametrize(
    ("channel", "address", "why"),
    [
        (Channel.WEBHOOK, "http://hooks.example.org/x", "https"),
        (Channel.WEBHOOK, "ftp://hooks.example.org/x", "address of the receiver"),
        (Channel.WEBHOOK, "https://user:secret@hooks.example.org/", "name and password"),
        (Channel.WEBHOOK, "https://[::1", "address of the receiver"),
        (Channel.WEBHOOK, "https://hooks.example.org/\x00", "NUL"),
        (Channel.WEBHOOK, "", "address of the receiver"),
        (Channel.APPRISE, "nonsense://secret", "does not know"),
        (Channel.APPRISE, "syslog://", "only the machine itself"),
        (Channel.APPRISE, "json://hooks.example.org/secret", "begin it with jsons://"),
        (Channel.APPRISE, "jsons://hooks.example.org/secret?verify=no", "certificate"),
        (Channel.APPRISE, "mailto://user:secret@localhost?smtp=mail.example.org", "begin it with mailtos://"),
    ],
)
async def test_an_address_that_could_leak_is_refused_without_repeating_it(
    engine: Engine, channel: Channel, address: str, why: str
) -> None:
    with pytest.raises(InvalidValueError, match=why) as refused:
        await _rule(engine, address, channel)
    assert "secret" not in str(refused.value)


async def test_what_is_shown_of_a_target_holds_no_secret(engine: Engine) -> None:
    hook = await _rule(engine, "https://hooks.example.org:8443/services/T0/s3cret?key=s3cret")
    mail = await _rule(engine, "mailtos://user:s3cret@gmail.com", Channel.APPRISE)
    assert hook.rule.shown == "https://hooks.example.org:8443/…"
    assert mail.rule.shown == "E-Mail"
    assert "s3cret" not in f"{hook} {mail} {hook.rule} {mail.rule}"
    async with engine.database.read() as reader:
        cursor = await reader.connection.execute("SELECT notification_rules::text AS row FROM notification_rules")
        rows = await cursor.fetchall()
    assert "s3cret" not in str(rows)
