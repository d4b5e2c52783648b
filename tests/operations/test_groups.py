"""What the IdP wishes for a group and its members becomes rows, jobs and events."""

import asyncio
from datetime import UTC, datetime
from random import Random
from typing import Any

import pytest

from seatkeeper.core.errors import AlreadyExistsError, InvalidValueError, NotFoundError, VersionMismatchError
from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.users import Group
from seatkeeper.operations.groups import (
    GroupChange,
    GroupDraft,
    MembersChange,
    change_group,
    delete_group,
)
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.groups import get_group, list_members, members_of_groups
from seatkeeper.store.queries.users import Membership, list_groups_of
from tests.operations.directory_at_hand import BY_GROUPS, IDP, Directory, directory_in, group_draft, with_members


async def _members(here: Directory, group: Group) -> set[UserId | GroupId]:
    async with here.database.read() as reader:
        return {member.id for member in await list_members(reader, group.id)}


async def _apply(here: Directory, group: Group, change: Any, if_version: int | None = None) -> Group:
    async with here.database.transaction(IDP) as tx:
        return await change_group(tx, here.integration, group.id, change, if_version=if_version)


def _as(draft: GroupDraft) -> Any:
    return lambda _: GroupChange(draft)


async def test_a_new_group_has_its_members_an_app_group_a_job_and_an_event(database: Database) -> None:
    here = await directory_in(database)
    ada, grace = await here.create("ada"), await here.create("grace")
    await here.settle()
    group = await here.create_group("Team", ada, grace)
    app_group, job, event = await here.row("app_groups"), await here.row("jobs"), await here.row("events")
    assert await _members(here, group) == {ada.id, grace.id}
    assert (app_group["group_id"], app_group["display_name"], app_group["uid"]) == (group.id, "Team", None)
    assert (job["app_group_id"], job["kind"], job["priority"], job["target"]) == (
        app_group["id"],
        "group",
        20,
        "Team",
    )
    assert (event["kind"], event["target"], event["job_id"]) == ("group.assigned", "Team", job["id"])
    assert event["details"] == {"added": 2}
    async with database.read() as reader:
        assert await get_group(reader, here.integration.id, group.id) == group
    assert group.version == 1


async def test_a_group_that_is_not_pushed_leaves_only_an_event(database: Database) -> None:
    here = await directory_in(database, push_groups=False)
    ada = await here.create("ada")
    await here.settle()
    group = await here.create_group("Team")
    await here.change_members(group, add=(ada,))
    assert await here.rows("app_groups") == []
    assert await here.rows("jobs") == []
    assert [event["kind"] for event in await here.rows("events")] == ["group.assigned", "group.members_changed"]


async def test_a_group_name_is_taken_without_case(database: Database) -> None:
    here = await directory_in(database)
    await here.create_group("Team")
    other = await here.create_group("Other")
    with pytest.raises(AlreadyExistsError, match="TEAM"):
        await here.create_group("TEAM")
    with pytest.raises(AlreadyExistsError):
        await _apply(here, other, _as(group_draft("TEAM")))
    assert (await here.row("groups", id=other.id))["version"] == 1


async def test_strangers_are_no_members(database: Database) -> None:
    here, elsewhere = await directory_in(database), await directory_in(database, "erp")
    ada, stranger = await here.create("ada"), await elsewhere.create("ada")
    team = await here.create_group("Team")
    await here.settle()
    await _apply(here, team, with_members(ada.id, stranger.id, UserId(new_id())))
    assert await _members(here, team) == {ada.id}
    assert (await here.row("events"))["details"] == {"added": 1, "removed": 0, "waiting": 2}
    assert (await here.row("groups", id=team.id))["version"] == 2
    await here.settle()
    await _apply(here, team, with_members(ada.id, stranger.id, replace=True))
    assert await here.traces() == (0, 0)
    assert [row["value"] for row in await here.rows("waiting_members")] == [str(stranger.id)]


async def test_members_come_and_go_and_only_real_changes_count(database: Database) -> None:
    here = await directory_in(database)
    ada, grace, alan = [await here.create(name) for name in ("ada", "grace", "alan")]
    team = await here.create_group("Team", ada, grace)
    await here.settle()
    changed = await here.change_members(team, add=(grace, alan), remove=(ada, alan))
    job, event = await here.row("jobs"), await here.row("events")
    assert await _members(here, team) == {grace.id, alan.id}
    assert (changed.version, changed.updated_at > team.updated_at) == (2, True)
    assert (event["kind"], event["details"]) == ("group.members_changed", {"added": 1, "removed": 1})
    assert (event["job_id"], job["priority"]) == (job["id"], 5)
    async with database.read() as reader:
        assert await get_group(reader, here.integration.id, team.id) == changed


async def test_members_can_be_replaced_and_emptied(database: Database) -> None:
    here = await directory_in(database)
    ada, grace, alan = [await here.create(name) for name in ("ada", "grace", "alan")]
    team = await here.create_group("Team", ada, grace)
    await here.settle()
    await here.change_members(team, add=(grace, alan), replace=True)
    assert await _members(here, team) == {grace.id, alan.id}
    assert (await here.row("events"))["details"] == {"added": 1, "removed": 1}
    await here.change_members(team, replace=True)
    assert await _members(here, team) == set()


async def test_a_repeated_change_leaves_no_trace(database: Database) -> None:
    here = await directory_in(database)
    ada, grace = await here.create("ada"), await here.create("grace")
    team = await here.create_group("Team", ada)
    await here.settle()
    assert await here.change_members(team, add=(ada,)) == team
    assert await here.change_members(team, remove=(grace,)) == team
    assert await here.change_members(team, add=(ada,), replace=True) == team
    assert await here.change_members(team) == team
    assert await _apply(here, team, with_members(remove=(UserId(new_id()),))) == team
    assert await here.traces() == (0, 0)
    assert (await here.row("groups"))["version"] == 1


async def test_a_renamed_group_renames_its_app_group_by_a_job(database: Database) -> None:
    here = await directory_in(database)
    ada = await here.create("ada")
    team = await here.create_group("Team", ada)
    await here.settle()
    renamed = await _apply(here, team, _as(group_draft("Crew")))
    app_group, job, event = await here.row("app_groups"), await here.row("jobs"), await here.row("events")
    assert (renamed.display_name, renamed.version) == ("Crew", 2)
    assert (app_group["group_id"], app_group["display_name"]) == (team.id, "Crew")
    assert (job["app_group_id"], job["priority"], job["target"]) == (app_group["id"], 20, "Crew")
    assert (event["kind"], event["details"]) == ("group.changed", {"changed": ["displayName"]})
    assert await _members(here, team) == {ada.id}
    await here.create_group("Team")


async def test_a_new_name_and_new_members_are_two_events_and_one_job(database: Database) -> None:
    here = await directory_in(database)
    ada = await here.create("ada")
    team = await here.create_group("Team")
    await here.settle()

    def change(_: Group) -> GroupChange:
        return GroupChange(group_draft("Crew"), MembersChange(frozenset({ada.id})))

    assert (await _apply(here, team, change)).version == 2
    job, events = await here.row("jobs"), await here.rows("events")
    assert [event["kind"] for event in events] == ["group.changed", "group.members_changed"]
    assert {event["job_id"] for event in events} == {job["id"]}
    assert job["wishes"] == 1


async def test_what_the_app_does_not_see_of_a_group_asks_for_nothing(database: Database) -> None:
    here = await directory_in(database)
    team = await here.create_group("Team")
    await here.settle()
    changed = await _apply(here, team, _as(group_draft("Team", externalId="g-1")))
    assert changed.external_id == "g-1"
    assert await here.rows("jobs") == []
    assert (await here.row("events"))["details"] == {"changed": ["externalId"]}


async def test_a_deleted_group_leaves_an_app_group_to_be_removed(database: Database) -> None:
    here = await directory_in(database)
    team = await here.create_group("Team", await here.create("ada"))
    await here.settle()
    async with database.transaction(IDP) as tx:
        await delete_group(tx, here.integration, team.id)
    app_group, job, event = await here.row("app_groups"), await here.row("jobs"), await here.row("events")
    assert (await here.rows("groups"), await here.rows("memberships")) == ([], [])
    assert (app_group["group_id"], app_group["display_name"]) == (None, "Team")
    assert (job["app_group_id"], job["kind"], job["priority"]) == (app_group["id"], "group", 5)
    assert (event["kind"], event["job_id"]) == ("group.removed", job["id"])
    with pytest.raises(NotFoundError):
        await _apply(here, team, with_members())


async def test_a_group_of_another_integration_is_not_found(database: Database) -> None:
    here, elsewhere = await directory_in(database), await directory_in(database, "erp")
    team = await here.create_group("Team")
    with pytest.raises(NotFoundError):
        await _apply(elsewhere, team, with_members())
    async with database.transaction(IDP) as tx:
        with pytest.raises(NotFoundError):
            await delete_group(tx, elsewhere.integration, team.id)
    async with database.read() as reader:
        with pytest.raises(NotFoundError):
            await get_group(reader, elsewhere.integration.id, team.id)


async def test_a_change_based_on_an_older_version_is_refused(database: Database) -> None:
    here = await directory_in(database)
    ada = await here.create("ada")
    team = await here.change_members(await here.create_group("Team"), add=(ada,))
    with pytest.raises(VersionMismatchError):
        await _apply(here, team, with_members(), if_version=1)
    async with database.transaction(IDP) as tx:
        with pytest.raises(VersionMismatchError):
            await delete_group(tx, here.integration, team.id, if_version=1)
    assert (await _apply(here, team, with_members(remove=(ada.id,)), if_version=2)).version == 3


async def test_accounts_that_depend_on_groups_are_asked_for_with_the_group(database: Database) -> None:
    here = await directory_in(database, mapping=BY_GROUPS)
    ada, grace, alan = [await here.create(name) for name in ("ada", "grace", "alan")]
    gone = await here.create("gone", active=False)
    await here.settle()
    team = await here.create_group("Team", ada, gone)
    assert await _asked(here) == {"ada"}
    await here.change_members(team, add=(grace,), remove=(ada, gone))
    assert await _asked(here) == {"ada", "grace"}
    await here.change_members(team, add=(grace,))
    assert await _asked(here) == set()
    await _apply(here, team, lambda _: GroupChange(group_draft("Crew"), MembersChange(frozenset({alan.id}))))
    assert await _asked(here) == {"grace", "alan"}
    async with database.transaction(IDP) as tx:
        await delete_group(tx, here.integration, team.id)
    assert await _asked(here) == {"grace", "alan"}


async def _asked(here: Directory) -> set[str]:
    jobs = await here.rows("jobs", kind="update")
    assert all(job["wishes"] == 1 for job in jobs)
    await here.settle()
    return {job["target"] for job in jobs}


async def test_accounts_that_do_not_depend_on_groups_are_left_alone(database: Database) -> None:
    here = await directory_in(database)
    ada = await here.create("ada")
    await here.settle()
    await here.change_members(await here.create_group("Team"), add=(ada,))
    assert await _asked(here) == set()


async def test_an_inactive_member_stays_a_member(database: Database) -> None:
    here = await directory_in(database)
    ada = await here.create("ada")
    team = await here.create_group("Team", ada)
    await here.change(ada, active=False)
    assert await _members(here, team) == {ada.id}


async def test_members_and_groups_are_told_by_name(database: Database) -> None:
    here = await directory_in(database)
    ada, grace = await here.create("ada", displayName="Ada Lovelace"), await here.create("grace")
    team, crew = await here.create_group("Team", grace, ada), await here.create_group("Crew", ada)
    async with database.read() as reader:
        members = await members_of_groups(reader, [team.id, crew.id])
        groups = await list_groups_of(reader, [ada.id, grace.id])
        assert await members_of_groups(reader, []) == {}
        assert await list_groups_of(reader, []) == {}
    assert [(each.user_name, each.display) for each in members[team.id]] == [
        ("ada", "Ada Lovelace"),
        ("grace", "grace"),
    ]
    assert [each.id for each in members[crew.id]] == [ada.id]
    assert groups == {
        ada.id: [Membership(team.id, "Team"), Membership(crew.id, "Crew")],
        grace.id: [Membership(team.id, "Team")],
    }


@pytest.mark.slow
async def test_members_added_at_once_are_all_there(database_url: str) -> None:
    database = Database(database_url, size=16, clock=lambda: datetime.now(UTC), patience=240)
    await database.open()
    try:
        here = await directory_in(database)
        people = await asyncio.gather(*(here.create(f"person-{number}") for number in range(500)))
        team = await here.create_group("Team", *people[:100])
        adds = (here.change_members(team, add=(person,)) for person in people[100:])
        removals = (here.change_members(team, remove=(person,)) for person in people[:100])
        await asyncio.gather(*adds, *removals)
        assert await _members(here, team) == {person.id for person in people[100:]}
        assert (await here.row("groups"))["version"] == 501
    finally:
        await database.close()


@pytest.mark.slow
async def test_leavers_and_changes_of_their_groups_do_not_wait_for_one_another_for_ever(
    database: Database,
) -> None:
    here = await directory_in(database, mapping=BY_GROUPS)
    people = [await here.create(f"person-{number}") for number in range(40)]
    teams = [await here.create_group(f"Team {number}", *people) for number in range(4)]
    wishes = [
        *(here.change_members(team, remove=(one,), add=(people[-1],)) for team in teams for one in people[:20]),
        *(here.change(person, userName=f"new-{person.user_name}") for person in people[20:]),
        *(here.delete(person) for person in people[:20]),
    ]
    Random(7).shuffle(wishes)
    await asyncio.gather(*wishes)
    for team in teams:
        assert await _members(here, team) == {person.id for person in people[20:]}


@pytest.mark.slow
async def test_a_member_who_is_being_deleted_is_unknown_and_no_failure(database: Database) -> None:
    here = await directory_in(database)
    people = [await here.create(f"person-{number}") for number in range(20)]
    team = await here.create_group("Team")
    answers = await asyncio.gather(
        *(wish for person in people for wish in (here.delete(person), here.change_members(team, add=(person,)))),
        return_exceptions=True,
    )
    assert {type(answer) for answer in answers} <= {type(None), Group, InvalidValueError}
    assert await _members(here, team) == set()
