"""Whom to tell of what, in the workspace and in an integration: the address goes in and never comes out."""

import re
from collections.abc import AsyncIterator

import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Database
from seatkeeper.store.records.integrations import insert_integration
from tests.receiver import Receiver, receiving
from tests.scim.conftest import an_integration
from tests.web.conftest import SignIn
from tests.web.people import SETUP, Person
from tests.web.reading import text_of

PATH = "/workspace/notifications"


@pytest.fixture
async def receiver() -> AsyncIterator[Receiver]:
    async with receiving() as listening:
        yield listening


@pytest.fixture
async def integration(database: Database) -> Integration:
    made = an_integration()
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, made, None)
    return made


def _form(receiver: Receiver, **other: str | list[str]) -> dict[str, str | list[str]]:
    address = f"{receiver.url}/s3cret-path"
    return {"name": "Ops <b>", "channel": "webhook", "address": address, "topic": ["failures", "tasks"], **other}


def _rule_path(html: str) -> str:
    [path] = set(re.findall(r'href="([^"]*/notifications/[0-9a-f-]{36})"', html))
    return str(path)


async def test_a_webhook_is_added_its_secret_shown_once_and_tested(admin: Person, receiver: Receiver) -> None:
    added = await admin.post(PATH, _form(receiver))
    assert added.status_code == 200
    [secret] = set(re.findall(r"whsec_[\w+/=]+", added.text))
    page = await admin.get(PATH)
    assert secret not in page.text
    assert "s3cret-path" not in page.text
    assert "Ops &lt;b&gt;" in page.text
    assert "A job failed" in text_of(page.text)
    rule = _rule_path(page.text)
    form = await admin.get(rule)
    assert "s3cret-path" not in form.text
    assert 'value="failures" checked' in form.text
    assert 'value="done" checked' not in form.text
    tested = await admin.post(f"{rule}/test")
    assert "took the test" in text_of(tested.text)
    assert receiver.received[0].path == "/s3cret-path"
    receiver.statuses = [500]
    assert "status 500" in text_of((await admin.post(f"{rule}/test")).text)


async def test_a_refused_form_keeps_what_was_entered_but_the_address(admin: Person, receiver: Receiver) -> None:
    refused = await admin.post(PATH, _form(receiver, address="http://s3cret.example.org/"))
    assert refused.status_code == 422
    assert "must be reached on https" in refused.text
    assert "s3cret" not in refused.text
    assert 'value="Ops &lt;b&gt;"' in refused.text
    nothing = await admin.post(PATH, _form(receiver, topic=[]))
    assert nothing.status_code == 422
    assert "at least one thing" in nothing.text
    assert "by webhook, or by mail" in (await admin.post(PATH, _form(receiver, channel="pigeon"))).text


async def test_a_rule_is_changed_switched_renewed_and_removed(admin: Person, receiver: Receiver) -> None:
    await admin.post(PATH, _form(receiver))
    rule = _rule_path((await admin.get(PATH)).text)
    changed = await admin.post(rule, {"name": "Others", "address": "", "topic": ["done", "refusals"]})
    assert changed.status_code == 303
    text = text_of((await admin.get(PATH)).text)
    assert "Others" in text
    assert "A sign-in is refused" in text
    await admin.post(f"{rule}/do", {"do": "off"})
    assert "Off" in text_of((await admin.get(PATH)).text)
    await admin.post(f"{rule}/do", {"do": "on"})
    assert re.search("whsec_", (await admin.post(f"{rule}/secret")).text)
    await admin.post(f"{rule}/do", {"do": "remove"})
    assert "Nobody is told yet" in (await admin.get(PATH)).text
    assert (await admin.get(rule)).status_code == 404


async def test_an_owner_has_rules_of_their_own_integration_only(
    admin: Person, signed_in: SignIn, receiver: Receiver, integration: Integration
) -> None:
    here = f"/integrations/{integration.slug}/settings/notifications"
    owner = await signed_in(WorkspaceRole.MEMBER, on={IntegrationId(integration.id): IntegrationRole.OWNER})
    assert (await owner.post(here, _form(receiver))).status_code == 200
    rule = _rule_path((await owner.get(here)).text)
    assert rule.startswith(here)
    assert "A sign-in is refused" not in (await owner.get(f"{here}/new")).text
    elsewhere = rule.replace(here, PATH)
    assert (await admin.get(elsewhere)).status_code == 404
    assert "Nobody is told yet" in (await admin.get(PATH)).text
    viewer = await signed_in(WorkspaceRole.MEMBER, on={IntegrationId(integration.id): IntegrationRole.VIEWER})
    seen = (await viewer.get(here)).text
    assert "Ops" in seen
    assert "Send a test" not in seen


async def test_an_auditor_sees_rules_and_no_buttons(admin: Person, signed_in: SignIn, receiver: Receiver) -> None:
    await admin.post(PATH, _form(receiver))
    auditor = await signed_in(WorkspaceRole.AUDITOR)
    page = (await auditor.get(PATH)).text
    assert "Ops" in page
    assert "Add a notification" not in page
    assert "Send a test" not in page
