"""Integrations: checked before they are kept, secrets sealed, changed with a trace, switched by the rules."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from seatkeeper.core.errors import AlreadyExistsError, NotFoundError, NotPossibleNowError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import IntegrationState, LeaverRule, MappingRules, Policy
from seatkeeper.operations.checks import DraftInvalidError, IntegrationDraft
from seatkeeper.operations.integrations import (
    Saved,
    change_integration,
    create_integration,
    read_secrets,
)
from seatkeeper.operations.switches import activate_integration, pause_integration, resume_integration
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.queries.events import EventFilter, list_events
from seatkeeper.store.queries.integrations import find_integration, list_integrations
from seatkeeper.store.queries.jobs import JobFilter, list_jobs
from seatkeeper.store.queries.standings import list_standings
from seatkeeper.store.sealing import Keyring, make_key
from tests.operations.integrations_at_hand import ADMIN, group_in, user_with_account_in
from tests.operations.paper import CONNECTORS, KEYRING, a_draft


def _noon() -> datetime:
    return datetime(2026, 3, 1, 12, tzinfo=UTC)


async def _change(tx: Transaction, draft: IntegrationDraft) -> Saved:
    return await change_integration(tx, draft, CONNECTORS, KEYRING)


async def _live(tx: Transaction) -> IntegrationId:
    created = await create_integration(tx, a_draft(), CONNECTORS, KEYRING)
    await activate_integration(tx, "crm")
    return created.id


async def _kinds(tx: Transaction, integration_id: IntegrationId) -> list[str]:
    return [event.kind.value for event in await list_events(tx, EventFilter(integration_id))][::-1]


async def test_a_new_integration_is_a_draft_with_the_connectors_mapping(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        created = await create_integration(tx, a_draft(), CONNECTORS, KEYRING)
        assert await list_integrations(tx) == [created]
        assert await _kinds(tx, created.id) == ["integration.created"]
    assert (created.state, created.mapping) == (IntegrationState.DRAFT, CONNECTORS["paper"].mapping)
    assert created.settings == {"drawer": "top"}


async def test_secrets_are_sealed_and_no_row_holds_them(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        created = await create_integration(tx, a_draft(), CONNECTORS, KEYRING)
        assert await read_secrets(tx, created, KEYRING) == {"key": "hunter2"}
        cursor = await tx.connection.execute(
            "SELECT integrations::text, encode(secrets, 'escape') FROM integrations"
        )
        assert "hunter2" not in str(await cursor.fetchall())
    assert "hunter2" not in repr(a_draft())


@pytest.mark.parametrize("slug", ["", "CRM", "c_rm", "-crm", "crm-", "c" * 64, "crm/x", "crm\n"])
async def test_a_slug_that_cannot_be_part_of_a_url_is_refused(database: Database, slug: str) -> None:
    async with database.transaction(ADMIN) as tx:
        with pytest.raises(DraftInvalidError, match="slug"):
            await create_integration(tx, a_draft(slug), CONNECTORS, KEYRING)
        assert await list_integrations(tx) == []


@pytest.mark.parametrize(
    ("settings", "where"),
    [
        ({"sheets": 0}, ("settings", "sheets")),
        ({"drawr": "x"}, ("settings", "drawr")),
        ({"key": None}, ("settings", "key")),
        ({"spare_key": "hunter2"}, ("settings",)),
    ],
)
async def test_settings_the_connector_refuses_are_named_and_no_secret_is_repeated(
    database: Database, settings: dict[str, Any], where: tuple[str, ...]
) -> None:
    async with database.transaction(ADMIN) as tx:
        with pytest.raises(DraftInvalidError) as caught:
            await create_integration(tx, a_draft(**settings), CONNECTORS, KEYRING)
    assert [fault.where for fault in caught.value.faults] == [where]
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize(
    ("mapping", "where"),
    [
        (MappingRules({"mail": "user.emails[0"}), ("mapping", "attributes", "mail")),
        (MappingRules({"mail": "person.mail"}), ("mapping", "attributes", "mail")),
        (MappingRules({"mail": "user.userName"}, join=("uid",)), ("mapping",)),
    ],
)
async def test_a_bad_expression_is_refused_when_it_is_saved(
    database: Database, mapping: MappingRules, where: tuple[str, ...]
) -> None:
    async with database.transaction(ADMIN) as tx:
        with pytest.raises(DraftInvalidError) as caught:
            await create_integration(tx, replace(a_draft(), mapping=mapping), CONNECTORS, KEYRING)
        assert [fault.where for fault in caught.value.faults] == [where]
        await create_integration(tx, a_draft(), CONNECTORS, KEYRING)
        with pytest.raises(DraftInvalidError):
            await _change(tx, replace(a_draft(), mapping=mapping))


async def test_an_unknown_connector_is_refused_with_those_there_are(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        with pytest.raises(DraftInvalidError, match="installed: paper"):
            await create_integration(tx, replace(a_draft(), connector="stone"), CONNECTORS, KEYRING)


async def test_a_slug_belongs_to_one_integration(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        await create_integration(tx, a_draft(), CONNECTORS, KEYRING)
        with pytest.raises(AlreadyExistsError):
            await create_integration(tx, a_draft(), CONNECTORS, KEYRING)


async def test_a_change_is_told_field_by_field_and_no_secret_is_shown(database: Database) -> None:
    draft = replace(a_draft(key="hunter3", sheets=7), name="Sales", policy=Policy(leavers=LeaverRule.DELETE))
    async with database.transaction(ADMIN) as tx:
        integration_id = await _live(tx)
        saved = await _change(tx, draft)
        [event, *_] = await list_events(tx, EventFilter(integration_id))
        assert await read_secrets(tx, saved.integration, KEYRING) == {"key": "hunter3"}
        assert await find_integration(tx, "crm") == saved.integration
    assert [(each.field, each.before, each.after) for each in saved.differences] == [
        ("name", "CRM", "Sales"),
        ("settings.sheets", None, 7),
        ("policy.leavers", "disable", "delete"),
        ("settings.key", None, None),
    ]
    assert event.details["changed"] == ["name", "settings.sheets", "policy.leavers", "settings.key"]


async def test_the_same_draft_again_changes_nothing_and_leaves_no_trace(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        integration_id = await _live(tx)
        saved = await _change(tx, a_draft())
        assert await _kinds(tx, integration_id) == ["integration.created", "integration.activated"]
    assert (saved.differences, saved.jobs, saved.integration.state) == ((), 0, IntegrationState.LIVE)


async def test_a_secret_that_is_left_out_is_forgotten(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        await create_integration(tx, a_draft(spare_key="hunter4"), CONNECTORS, KEYRING)
        saved = await _change(tx, a_draft())
        assert await read_secrets(tx, saved.integration, KEYRING) == {"key": "hunter2"}


async def test_secrets_can_be_set_anew_when_their_key_is_lost(database: Database) -> None:
    new = Keyring.parse(make_key())
    async with database.transaction(ADMIN) as tx:
        await create_integration(tx, a_draft(), CONNECTORS, KEYRING)
        saved = await change_integration(tx, a_draft(), CONNECTORS, new)
        assert await read_secrets(tx, saved.integration, new) == {"key": "hunter2"}
    assert [each.field for each in saved.differences] == ["settings.key"]


async def test_the_connector_of_an_integration_cannot_be_changed(database: Database) -> None:
    connectors = {**CONNECTORS, "stone": replace(CONNECTORS["paper"], name="stone")}
    async with database.transaction(ADMIN) as tx:
        await create_integration(tx, a_draft(), connectors, KEYRING)
        with pytest.raises(DraftInvalidError, match="make another"):
            await change_integration(tx, replace(a_draft(), connector="stone"), connectors, KEYRING)


@pytest.mark.parametrize(
    ("draft", "jobs"),
    [
        (replace(a_draft(), mapping=MappingRules({"userName": "user.userName"})), ["update"]),
        (a_draft(drawer="bottom"), ["group", "update"]),
        (a_draft(key="hunter3"), []),
        (replace(a_draft(), policy=Policy(concurrency=9)), []),
    ],
)
async def test_only_a_change_that_may_concern_accounts_looks_at_every_active_one(
    database: Database, draft: IntegrationDraft, jobs: list[str]
) -> None:
    async with database.transaction(ADMIN) as tx:
        integration_id = await _live(tx)
        await user_with_account_in(tx, integration_id)
        await user_with_account_in(tx, integration_id, active=False)
        await group_in(tx, integration_id)
        saved = await _change(tx, draft)
        asked = sorted(job.kind.value for job in await list_jobs(tx, JobFilter(integration_id)))
    assert (asked, saved.jobs) == (jobs, len(jobs))


async def test_groups_that_came_while_none_were_pushed_are_pushed_once_the_policy_says_so(
    database: Database,
) -> None:
    quiet = replace(a_draft(), policy=Policy(push_groups=False))
    async with database.transaction(ADMIN) as tx:
        created = await create_integration(tx, quiet, CONNECTORS, KEYRING)
        await group_in(tx, created.id)
        assert (await _change(tx, a_draft())).jobs == 1
        [job] = await list_jobs(tx, JobFilter(created.id))
    assert (job.kind, job.state) == ("group", "queued")


async def test_an_integration_that_is_not_there_cannot_be_changed_or_switched(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        with pytest.raises(NotFoundError):
            await _change(tx, a_draft())
        for switch in (activate_integration, pause_integration, resume_integration):
            with pytest.raises(NotFoundError):
                await switch(tx, "crm")


async def test_an_integration_is_activated_paused_and_resumed(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        integration_id = await _live(tx)
        await pause_integration(tx, "crm")
        paused = await find_integration(tx, "crm")
        await resume_integration(tx, "crm")
        resumed = await find_integration(tx, "crm")
        kinds = await _kinds(tx, integration_id)
    assert paused is not None
    assert resumed is not None
    assert (paused.state, resumed.state) == (IntegrationState.PAUSED, IntegrationState.LIVE)
    assert kinds[1:] == ["integration.activated", "integration.paused", "integration.resumed"]


async def test_moves_that_make_no_sense_are_refused_with_what_to_do(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        await create_integration(tx, a_draft(), CONNECTORS, KEYRING)
        for switch in (pause_integration, resume_integration):
            with pytest.raises(NotPossibleNowError, match="activate"):
                await switch(tx, "crm")
        await activate_integration(tx, "crm")
        for switch in (activate_integration, resume_integration):
            with pytest.raises(NotPossibleNowError, match="live already"):
                await switch(tx, "crm")
        await pause_integration(tx, "crm")
        with pytest.raises(NotPossibleNowError, match="paused already"):
            await pause_integration(tx, "crm")
        with pytest.raises(NotPossibleNowError, match="resume"):
            await activate_integration(tx, "crm")


async def test_changed_settings_have_a_quarantined_integration_probed_at_once(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        await _live(tx)
        await tx.connection.execute(
            'UPDATE integrations SET quarantine = \'{"code": "credentials_refused", "detail": "No."}\','
            " probe_at = now() + interval '1 day'"
        )
        await _change(tx, a_draft(key="hunter3"))
        cursor = await tx.connection.execute("SELECT probe_at, quarantine IS NULL AS lifted FROM integrations")
        assert await cursor.fetchone() == {"probe_at": tx.now, "lifted": False}


async def test_every_change_wakes_a_run(database_url: str) -> None:
    woken: list[IntegrationId] = []
    database = Database(database_url, size=2, clock=_noon, after_commit=woken.extend)
    await database.open()
    async with database.transaction(ADMIN) as tx:
        integration_id = await _live(tx)
    async with database.transaction(ADMIN) as tx:
        await _change(tx, a_draft(sheets=5))
    await database.close()
    assert woken == [integration_id, integration_id]


async def test_standings_count_people_groups_and_what_is_open(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        integration_id = await _live(tx)
        await user_with_account_in(tx, integration_id)
        await user_with_account_in(tx, integration_id, active=False)
        await group_in(tx, integration_id)
        await _change(tx, a_draft(drawer="bottom"))
        [standing] = (await list_standings(tx)).values()
        assert (standing.people, standing.groups, standing.open_jobs, standing.failed, standing.tasks) == (
            1,
            1,
            2,
            0,
            0,
        )
        await tx.connection.execute("UPDATE jobs SET state = 'failed'")
        [standing] = (await list_standings(tx)).values()
        assert (standing.open_jobs, standing.failed) == (0, 2)
