"""Members who do not exist yet are waited for, and become members in the moment they arrive."""

import asyncio
from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Database
from tests.scim.idp import IdP, Json

NOBODY = "0190a000-0000-7000-8000-000000000001"


def adding(*values: str) -> Json:
    return {"op": "add", "path": "members", "value": [{"value": value} for value in values]}


def removing(*values: str) -> Json:
    return {"op": "remove", "path": "members", "value": [{"value": value} for value in values]}


async def _rows(database: Database, integration: Integration, query: str) -> Sequence[Mapping[str, Any]]:
    async with database.read() as reader:
        cursor = await reader.connection.execute(query.encode(), [integration.id])
        return await cursor.fetchall()


async def _waiting(database: Database, integration: Integration) -> list[str]:
    rows = await _rows(database, integration, "SELECT value FROM waiting_members WHERE integration_id = %s")
    return sorted(row["value"] for row in rows)


async def _told(database: Database, integration: Integration) -> list[tuple[str, Json]]:
    rows = await _rows(
        database, integration, "SELECT kind, details FROM events WHERE integration_id = %s ORDER BY id"
    )
    return [(row["kind"], {k: v for k, v in row["details"].items() if k != "request"}) for row in rows[1:]]


async def test_who_is_waited_for_becomes_a_member_on_arrival(
    idp: IdP, database: Database, integration: Integration
) -> None:
    """By externalId with case, by userName without; whoever is waited for by both is a member once."""
    group = await idp.group("Engineering")
    answer = await idp.patch(group, adding("x-1", "GRACE@example.com", "X-3", NOBODY))
    assert (answer.status_code, answer.json()["members"], answer.json()["meta"]) == (200, [], group["meta"])
    assert await _waiting(database, integration) == sorted(["x-1", "GRACE@example.com", "X-3", NOBODY])
    ada = await idp.user("ada", externalId="x-1")
    assert [each["value"] for each in ada["groups"]] == [group["id"]]
    assert ada == await idp.read(idp.path_of(ada))
    await idp.user("grace@example.com", externalId="x-2")
    await idp.user("alan", externalId="x-3")
    assert await idp.members_of(group) == {"ada", "grace@example.com"}
    assert await _waiting(database, integration) == sorted(["X-3", NOBODY])
    assert (await _told(database, integration))[1:] == [
        ("group.members_changed", {"added": 0, "removed": 0, "waiting": 4}),
        ("user.assigned", {}),
        ("group.members_changed", {"added": 1, "removed": 0}),
        ("user.assigned", {}),
        ("group.members_changed", {"added": 1, "removed": 0}),
        ("user.assigned", {}),
    ]


async def test_names_mean_those_who_are_here_already(
    idp: IdP, database: Database, integration: Integration
) -> None:
    await idp.user("ada", externalId="x-1")
    await idp.user("grace", externalId=NOBODY)
    group = await idp.group("Engineering")
    assert (await idp.patch(group, adding("x-1", NOBODY))).status_code == 200
    assert await idp.members_of(group) == {"ada", "grace"}
    assert (await idp.patch(group, removing("ADA", NOBODY))).status_code == 200
    assert await idp.members_of(group) == {"grace"}
    assert await _waiting(database, integration) == []


@pytest.mark.parametrize(
    "forget",
    [
        removing("x-1", NOBODY),
        {"op": "remove", "path": "members"},
        {"op": "replace", "path": "members", "value": []},
    ],
)
async def test_who_is_taken_out_again_is_no_longer_waited_for(
    idp: IdP, database: Database, integration: Integration, forget: Json
) -> None:
    group = await idp.group("Engineering")
    assert (await idp.patch(group, adding("x-1", NOBODY))).status_code == 200
    assert (await idp.patch(group, forget)).status_code == 200
    assert await _waiting(database, integration) == []
    await idp.user("ada", externalId="x-1")
    assert await idp.members_of(group) == set()


async def test_waiting_twice_is_waiting_once_and_ends_with_the_group(
    idp: IdP, database: Database, integration: Integration
) -> None:
    body = {"displayName": "Engineering", "members": [{"value": "x-1"}, "x-1"]}
    group = await idp.create("Groups", body)
    told = await _told(database, integration)
    assert told == [("group.assigned", {"added": 0, "waiting": 1})]
    assert (await idp.patch(group, adding("x-1"))).status_code == 200
    assert (await idp.send("PUT", idp.path_of(group), body)).status_code == 200
    assert await _told(database, integration) == told
    assert (await idp.send("DELETE", idp.path_of(group))).status_code == 204
    assert await _waiting(database, integration) == []


async def test_a_new_name_may_be_the_one_that_is_waited_for(idp: IdP) -> None:
    ada = await idp.user("ada", externalId="x-1")
    group = await idp.group("Engineering")
    assert (await idp.patch(group, adding("countess", "x-2"))).status_code == 200
    await idp.patched(ada, {"op": "replace", "path": "userName", "value": "Countess"})
    assert await idp.members_of(group) == {"Countess"}
    grace = await idp.user("grace")
    await idp.patched(grace, {"op": "add", "path": "externalId", "value": "x-2"})
    assert await idp.members_of(group) == {"Countess", "grace"}


async def test_groups_are_waited_for_too(idp: IdP) -> None:
    outer = await idp.group("Outer")
    assert (await idp.patch(outer, adding("g-1", "g-2"))).status_code == 200
    inner = await idp.create("Groups", {"displayName": "Inner", "externalId": "g-1"})
    other = await idp.group("Other")
    await idp.patched(other, {"op": "add", "path": "externalId", "value": "g-2"})
    members = (await idp.read(idp.path_of(outer)))["members"]
    assert {(each["value"], each["type"]) for each in members} == {(inner["id"], "Group"), (other["id"], "Group")}


async def test_those_who_arrive_in_company_join_in_company(
    idp: IdP, database: Database, integration: Integration
) -> None:
    names = [f"person-{number}" for number in range(60)]
    teams = [await idp.group("All"), await idp.group("Some")]
    assert (await idp.patch(teams[0], adding(*names))).status_code == 200
    assert (await idp.patch(teams[1], adding(*(f"x-{name}" for name in names[:9])))).status_code == 200
    people = ({"userName": name, "externalId": f"x-{name}"} for name in [*names, "stranger", "Stranger"])
    answers = await asyncio.gather(*(idp.send("POST", "/Users", person) for person in people))
    assert sorted(each.status_code for each in answers) == [*[201] * 61, 409]
    assert await idp.members_of(teams[0]) == set(names)
    assert len(await idp.members_of(teams[1])) == 9
    assert await _waiting(database, integration) == []
    changes = [kind for kind, _ in await _told(database, integration) if kind == "group.members_changed"]
    assert len(changes) < 40


async def test_who_arrives_in_the_moment_they_are_named_is_a_member(
    idp: IdP, database: Database, integration: Integration
) -> None:
    groups = [await idp.group(f"Team {number}") for number in range(3)]
    names = [f"person-{number}" for number in range(40)]
    people = [idp.send("POST", "/Users", {"userName": name, "externalId": f"x-{name}"}) for name in names]
    wishes = [
        idp.patch(group, adding(*(f"x-{name}" if by_id else name for name in names[start : start + 8])))
        for group, by_id in zip(groups, (True, False, True), strict=True)
        for start in range(0, 40, 8)
    ]
    turns = [each for pair in zip(people[:15], wishes, strict=True) for each in pair] + people[15:]
    answers = await asyncio.gather(*turns)
    assert {each.status_code for each in answers} == {200, 201}
    assert await _waiting(database, integration) == []
    for group in groups:
        assert await idp.members_of(group) == set(names)
