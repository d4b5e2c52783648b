"""What the IdP wishes for a user becomes rows: the user, its account, a job and an event."""

import asyncio
from datetime import UTC, datetime
from typing import Any

import pytest

from seatkeeper.core.errors import (
    AlreadyExistsError,
    InvalidValueError,
    NotFoundError,
    RequestError,
    VersionMismatchError,
)
from seatkeeper.core.users import User
from seatkeeper.operations.users import create_user
from seatkeeper.store.database import Database
from seatkeeper.store.queries.users import get_user
from tests.operations.directory_at_hand import IDP, directory_in, user_draft

ENTERPRISE = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


async def test_a_new_user_has_an_account_a_job_to_provision_it_and_an_event(database: Database) -> None:
    here = await directory_in(database)
    user = await here.create("Ada@Example.com", externalId="00u1", title="Countess")
    account = await here.row("accounts")
    job = await here.row("jobs")
    event = await here.row("events")
    assert (account["user_id"], account["user_name_key"]) == (user.id, "ada@example.com")
    assert (job["account_id"], job["kind"], job["state"], job["priority"]) == (
        account["id"],
        "provision",
        "queued",
        10,
    )
    assert (job["actor"], job["request_id"], job["target"]) == ("Okta", "req-7", "ada@example.com")
    assert (event["kind"], event["user_id"], event["job_id"]) == ("user.assigned", user.id, job["id"])
    assert (event["actor"], event["actor_name"], event["request_id"]) == ("idp", "Okta", "req-7")
    assert (event["target"], event["details"]) == ("Ada@Example.com", {})


async def test_a_user_comes_back_as_it_was_sent(database: Database) -> None:
    here = await directory_in(database)
    user = await here.create("Ada@Example.com", externalId="00u1", emails=[{"type": "work", "value": "A@x"}])
    async with database.read() as reader:
        found = await get_user(reader, here.integration.id, user.id)
    assert found == user
    assert (found.version, found.external_id, found.created_at.tzinfo) == (1, "00u1", found.updated_at.tzinfo)
    assert found.created_at.utcoffset() == UTC.utcoffset(None)


async def test_a_user_of_another_integration_is_not_found(database: Database) -> None:
    here, elsewhere = await directory_in(database), await directory_in(database, "erp")
    user = await here.create("ada")
    async with database.read() as reader:
        with pytest.raises(NotFoundError):
            await get_user(reader, elsewhere.integration.id, user.id)
    with pytest.raises(NotFoundError):
        await elsewhere.change(user, title="Countess")
    with pytest.raises(NotFoundError):
        await elsewhere.delete(user)


async def test_an_inactive_new_user_has_an_account_and_nothing_to_do(database: Database) -> None:
    here = await directory_in(database)
    await here.create("ada", active=False)
    event = await here.row("events")
    assert (event["kind"], event["details"], event["job_id"]) == ("user.assigned", {"active": False}, None)
    assert len(await here.rows("accounts")) == 1
    assert await here.rows("jobs") == []


@pytest.mark.parametrize("other", ["ADA@EXAMPLE.COM", "ada@example.com"])
async def test_a_user_name_is_taken_without_case(database: Database, other: str) -> None:
    here = await directory_in(database)
    await here.create("Ada@example.com")
    with pytest.raises(AlreadyExistsError, match=other):
        await here.create(other)
    assert await here.traces() == (1, 1)


async def test_a_user_name_is_taken_in_whatever_form_its_letters_are_composed(database: Database) -> None:
    here = await directory_in(database)
    await here.create("Straße-\u00e9")
    with pytest.raises(AlreadyExistsError):
        await here.create("STRASSE-e\u0301")


async def test_a_user_name_may_be_used_once_in_each_integration(database: Database) -> None:
    here, elsewhere = await directory_in(database), await directory_in(database, "erp")
    assert (await here.create("ada")).id != (await elsewhere.create("ada")).id


async def test_a_refused_user_leaves_the_transaction_usable(database: Database) -> None:
    here = await directory_in(database)
    await here.create("ada")
    async with database.transaction(IDP) as tx:
        with pytest.raises(AlreadyExistsError):
            await create_user(tx, here.integration, user_draft("ADA"))
        await create_user(tx, here.integration, user_draft("grace"))
    assert len(await here.rows("users")) == 2


async def test_a_user_can_be_a_change_of_one_statement(database: Database) -> None:
    here = await directory_in(database)
    async with database.one_statement(IDP) as tx:
        await create_user(tx, here.integration, user_draft("ada"))
    assert await here.traces() == (1, 1)


async def test_of_many_who_want_one_name_at_once_exactly_one_gets_it(database: Database) -> None:
    here = await directory_in(database)
    answers = await asyncio.gather(*(here.create("ada") for _ in range(24)), return_exceptions=True)
    assert sum(isinstance(answer, User) for answer in answers) == 1
    assert sum(isinstance(answer, AlreadyExistsError) for answer in answers) == 23
    assert await here.traces() == (1, 1)
    assert len(await here.rows("accounts")) == 1


async def test_a_failure_in_the_block_leaves_nothing(database: Database) -> None:
    here = await directory_in(database)

    async def fail_after_creating() -> None:
        async with database.transaction(IDP) as tx:
            await create_user(tx, here.integration, user_draft("ada"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail_after_creating()
    for table in ("users", "accounts", "jobs", "events"):
        assert await here.rows(table) == [], table


async def test_a_change_is_written_and_told_by_the_names_of_what_changed(database: Database) -> None:
    here = await directory_in(database)
    before: dict[str, Any] = {ENTERPRISE: {"department": "a", "division": "x"}}
    after: dict[str, Any] = {ENTERPRISE: {"department": "b", "division": "x"}}
    user = await here.create("ada", title="Countess", **before)
    await here.settle()
    changed = await here.change(user, title="Lady", **after)
    job, event = await here.row("jobs"), await here.row("events")
    assert (changed.version, changed.document["title"]) == (2, "Lady")
    assert changed.updated_at > user.updated_at
    assert job["kind"] == "update"
    assert (event["kind"], event["job_id"]) == ("user.changed", job["id"])
    assert event["details"] == {"changed": ["title", f"{ENTERPRISE}:department"]}
    async with database.read() as reader:
        assert await get_user(reader, here.integration.id, user.id) == changed


async def test_a_change_that_changes_nothing_leaves_no_trace(database: Database) -> None:
    here = await directory_in(database)
    user = await here.create("ada", title="Countess", emails=[{"value": "a@x"}])
    await here.settle()
    assert await here.change(user, title="Countess") == user
    assert await here.change(user, emails=({"value": "a@x"},)) == user
    assert await here.traces() == (0, 0)


@pytest.mark.parametrize(
    ("before", "after", "kind", "event"),
    [
        (True, True, "update", "user.changed"),
        (True, False, "deprovision", "user.deactivated"),
        (False, True, "provision", "user.reactivated"),
        (False, False, None, "user.changed"),
    ],
)
async def test_what_a_change_asks_for_depends_on_who_is_active(
    database: Database, before: bool, after: bool, kind: str | None, event: str
) -> None:
    here = await directory_in(database)
    user = await here.create("ada", active=before)
    await here.settle()
    await here.change(user, active=after, title="Lady")
    assert [job["kind"] for job in await here.rows("jobs")] == ([kind] if kind else [])
    assert (await here.row("events"))["kind"] == event


async def test_a_renamed_user_keeps_the_account_under_the_new_name(database: Database) -> None:
    here = await directory_in(database)
    user = await here.create("ada.byron")
    await here.change(user, userName="Ada.Lovelace")
    account = await here.row("accounts")
    assert (account["user_id"], account["user_name_key"]) == (user.id, "ada.lovelace")
    await here.create("ada.byron")
    with pytest.raises(AlreadyExistsError):
        await here.create("ADA.LOVELACE")


async def test_the_case_of_a_user_name_can_be_changed(database: Database) -> None:
    here = await directory_in(database)
    changed = await here.change(await here.create("ada"), userName="Ada")
    assert (changed.user_name, changed.version) == ("Ada", 2)


async def test_a_user_cannot_take_the_name_of_another(database: Database) -> None:
    here = await directory_in(database)
    await here.create("grace")
    user = await here.create("ada")
    await here.settle()
    with pytest.raises(AlreadyExistsError):
        await here.change(user, userName="GRACE", title="Admiral")
    assert (await here.row("users", id=user.id))["version"] == 1
    assert await here.traces() == (0, 0)


async def test_a_change_based_on_an_older_version_is_refused(database: Database) -> None:
    here = await directory_in(database)
    user = await here.change(await here.create("ada"), title="Countess")
    with pytest.raises(VersionMismatchError, match="version 2"):
        await here.change(user, if_version=1, title="Lady")
    with pytest.raises(VersionMismatchError):
        await here.delete(user, if_version=1)
    assert (await here.change(user, if_version=2, title="Lady")).version == 3


async def test_changes_of_one_user_at_once_all_count(database: Database) -> None:
    here = await directory_in(database)
    user = await here.create("ada")
    parts: list[dict[str, Any]] = [{f"urn:x{n}": {"a": n}} for n in range(24)]
    await asyncio.gather(*(here.change(user, **part) for part in parts))
    row = await here.row("users")
    assert row["version"] == 25
    assert len(row["document"]) == 26


async def test_a_deleted_user_leaves_an_account_to_be_taken_away(database: Database) -> None:
    here = await directory_in(database)
    user = await here.create("ada")
    await here.settle()
    await here.delete(user)
    account, job, event = await here.row("accounts"), await here.row("jobs"), await here.row("events")
    assert await here.rows("users") == []
    assert (account["user_id"], account["user_name_key"]) == (None, "ada")
    assert (job["kind"], job["account_id"], job["priority"]) == ("deprovision", account["id"], 0)
    assert (event["kind"], event["user_id"], event["job_id"]) == ("user.removed", user.id, job["id"])
    with pytest.raises(NotFoundError):
        await here.delete(user)


async def test_a_person_who_comes_back_gets_the_account_that_was_left_behind(database: Database) -> None:
    here = await directory_in(database)
    await here.delete(await here.create("ada"))
    left = await here.row("accounts")
    back = await here.create("ADA")
    account, job = await here.row("accounts"), await here.row("jobs")
    assert (account["id"], account["user_id"]) == (left["id"], back.id)
    assert (job["kind"], job["priority"], job["wishes"]) == ("provision", 10, 3)


async def test_an_account_is_not_taken_over_from_another_integration(database: Database) -> None:
    here, elsewhere = await directory_in(database), await directory_in(database, "erp")
    await elsewhere.delete(await elsewhere.create("ada"))
    await here.create("ada")
    assert len(await here.rows("accounts")) == 2
    assert (await here.row("accounts", integration_id=elsewhere.integration.id))["user_id"] is None


async def test_a_leaver_leaves_the_groups_and_their_app_groups_are_asked_for(database: Database) -> None:
    here = await directory_in(database)
    ada, grace = await here.create("ada"), await here.create("grace")
    team = await here.create_group("Team", ada, grace)
    await here.create_group("Others", grace)
    await here.settle()
    await here.delete(ada)
    assert [row["user_id"] for row in await here.rows("memberships", group_id=team.id)] == [grace.id]
    assert (await here.row("groups", id=team.id))["version"] == 2
    assert (await here.row("groups", display_name="Others"))["version"] == 1
    assert {(job["kind"], job["target"], job["priority"]) for job in await here.rows("jobs")} == {
        ("deprovision", "ada", 0),
        ("group", "Team", 5),
    }


@pytest.mark.parametrize(
    "draft",
    [
        user_draft("a\0b"),
        user_draft("ada", externalId="\0"),
        user_draft("ada", title="\0"),
        user_draft("ada", title="\\\0"),
        user_draft("ada", title="\ud800"),
        user_draft("\ud800"),
        user_draft("a" * 2001),
        user_draft("ada", externalId="é" * 1001),
        user_draft("ada", size=2**70),
    ],
)
async def test_what_postgresql_cannot_hold_is_refused(database: Database, draft: object) -> None:
    here = await directory_in(database)
    async with database.transaction(IDP) as tx:
        with pytest.raises(InvalidValueError) as refusal:
            await create_user(tx, here.integration, draft)  # type: ignore[arg-type]
    assert isinstance(refusal.value, RequestError)
    assert await here.rows("users") == []


@pytest.mark.parametrize("text", ["\\u0000", "a\\\\u0000", "\x7f\x1f", "\U0001f600", "x" * 100_000])
async def test_what_only_looks_unstorable_is_kept(database: Database, text: str) -> None:
    here = await directory_in(database)
    user = await here.create("x" * 2000, title=text)
    async with database.read() as reader:
        assert (await get_user(reader, here.integration.id, user.id)).document["title"] == text


async def test_nobody_is_woken_for_a_change_that_changes_nothing(database_url: str) -> None:
    woken: list[int] = []
    database = Database(
        database_url,
        size=2,
        clock=lambda: datetime.now(UTC),
        after_commit=lambda touched: woken.append(len(touched)),
    )
    await database.open()
    try:
        here = await directory_in(database)
        user = await here.create("ada")
        assert woken == [1]
        await here.change(user)
        assert woken == [1]
        await here.change(user, title="Lady")
        assert woken == [1, 1]
    finally:
        await database.close()
