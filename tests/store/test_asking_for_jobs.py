"""At most one open job per account: newer wishes join it, and a running one is followed."""

from datetime import UTC, datetime, timedelta

import pytest

from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import AccountId, AppGroupId, IntegrationId
from seatkeeper.core.jobs import JobKind
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.jobs import ask_for_accounts, ask_for_groups

ORIGIN = Origin(ActorKind.IDP, "Okta", "req-1")


async def _account(tx: Transaction) -> AccountId:
    integration, account = IntegrationId(new_id()), AccountId(new_id())
    await tx.connection.execute(
        "INSERT INTO integrations (id, slug, name, connector, settings, schema, mapping, policy, state,"
        " created_at, updated_at) VALUES (%s, 'app', 'App', 'scim', '{}', '[]', '{}', '{}', 'live', %s, %s)",
        [integration, tx.now, tx.now],
    )
    await tx.connection.execute(
        "INSERT INTO accounts (id, integration_id, user_name_key, created_at) VALUES (%s, %s, 'ada', %s)",
        [account, integration, tx.now],
    )
    return account


async def _jobs(tx: Transaction) -> list[dict[str, object]]:
    cursor = await tx.connection.execute("SELECT * FROM jobs ORDER BY id")
    return await cursor.fetchall()


async def test_a_newer_wish_joins_the_open_job(database: Database) -> None:
    async with database.transaction(ORIGIN) as tx:
        account = await _account(tx)
        first = await ask_for_accounts(tx, JobKind.PROVISION, [account])
        second = await ask_for_accounts(tx, JobKind.UPDATE, [account])
        assert first == second
        [job] = await _jobs(tx)
    assert (job["wishes"], job["kind"], job["priority"], job["request_id"]) == (2, "provision", 10, "req-1")


async def test_a_queued_job_keeps_its_place_and_a_retrying_one_becomes_due(database: Database) -> None:
    async with database.transaction(ORIGIN) as tx:
        account = await _account(tx)
        await ask_for_accounts(tx, JobKind.PROVISION, [account])
        await tx.connection.execute("UPDATE jobs SET due_at = due_at - interval '1 hour'")
        await ask_for_accounts(tx, JobKind.UPDATE, [account])
        [job] = await _jobs(tx)
        assert job["due_at"] == tx.now - timedelta(hours=1)
        await tx.connection.execute("UPDATE jobs SET state = 'retrying', due_at = due_at + interval '2 hours'")
        await ask_for_accounts(tx, JobKind.UPDATE, [account])
        [job] = await _jobs(tx)
        assert (job["state"], job["due_at"]) == ("queued", tx.now)


async def test_a_leaver_overtakes_the_wish_to_provision(database: Database) -> None:
    async with database.transaction(ORIGIN) as tx:
        account = await _account(tx)
        await ask_for_accounts(tx, JobKind.PROVISION, [account])
        await ask_for_accounts(tx, JobKind.DEPROVISION, [account])
        [job] = await _jobs(tx)
    assert (job["kind"], job["priority"]) == ("deprovision", 0)


async def test_a_running_job_is_followed_by_a_new_one(database: Database) -> None:
    async with database.transaction(ORIGIN) as tx:
        account = await _account(tx)
        await ask_for_accounts(tx, JobKind.PROVISION, [account])
        await tx.connection.execute("UPDATE jobs SET state = 'running'")
        await ask_for_accounts(tx, JobKind.UPDATE, [account])
        jobs = await _jobs(tx)
    assert [job["state"] for job in jobs] == ["running", "queued"]


@pytest.mark.parametrize(("kind", "held"), [(JobKind.DEPROVISION, True), (JobKind.PROVISION, False)])
async def test_a_held_removal_stays_held_until_the_person_returns(
    database: Database, kind: JobKind, held: bool
) -> None:
    async with database.transaction(ORIGIN) as tx:
        account = await _account(tx)
        await ask_for_accounts(tx, JobKind.DEPROVISION, [account])
        await tx.connection.execute("UPDATE jobs SET state = 'waiting', held = true")
        await ask_for_accounts(tx, kind, [account])
        [job] = await _jobs(tx)
    assert (job["held"], job["state"]) == (held, "waiting" if held else "queued")


async def test_a_wish_to_take_members_out_keeps_its_place_when_another_joins_it(database: Database) -> None:
    async with database.transaction(ORIGIN) as tx:
        await _account(tx)
        app_group = AppGroupId(new_id())
        await tx.connection.execute(
            "INSERT INTO app_groups (id, integration_id, display_name, created_at)"
            " SELECT %s, id, 'Team', %s FROM integrations",
            [app_group, tx.now],
        )
        await ask_for_groups(tx, [app_group], takes_access=True)
        await ask_for_groups(tx, [app_group])
        [job] = await _jobs(tx)
    assert (job["kind"], job["priority"]) == ("group", 5)


async def test_the_change_carries_the_instant_it_was_made(database: Database) -> None:
    before = datetime.now(UTC)
    async with database.transaction(ORIGIN) as tx:
        assert before <= tx.now <= datetime.now(UTC)
