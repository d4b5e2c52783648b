"""Groups within groups: stored, shown, filtered and resolved however deep; circles do no harm."""

import pytest

from seatkeeper.core.ids import GroupId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Database
from seatkeeper.store.queries.accounts import load_people
from seatkeeper.store.queries.app_groups import list_app_groups_of_accounts, list_member_uids
from tests.scim.idp import IdP, Json


def within(group: Json, *members: Json) -> Json:
    return {"op": "add", "path": "members", "value": [{"value": each["id"]} for each in members]}


async def _belongs(idp: IdP, user: Json) -> dict[str, str]:
    current = await idp.read(idp.path_of(user))
    return {each["display"]: each["type"] for each in current.get("groups", [])}


@pytest.mark.proves("RFC 7643 §4.2", "groups are members of groups, and their people belong to both")
async def test_a_group_within_a_group_is_a_member_and_its_people_belong_to_both(idp: IdP) -> None:
    ada, grace = await idp.user("ada"), await idp.user("grace")
    inner = await idp.group("Inner", ada)
    outer = await idp.group("Outer", grace, inner)
    assert [(each["value"], each["type"], each["display"]) for each in outer["members"]] == [
        (grace["id"], "User", "grace"),
        (inner["id"], "Group", "Inner"),
    ]
    assert outer["members"][1]["$ref"] == f"{idp.base_url}/Groups/{inner['id']}"
    assert await _belongs(idp, ada) == {"Inner": "direct", "Outer": "indirect"}
    assert await _belongs(idp, grace) == {"Outer": "direct"}
    for query, found in (
        (f'groups.value eq "{outer["id"]}"', {"ada", "grace"}),
        (f'groups[value eq "{outer["id"]}" and type eq "indirect"]', {"ada"}),
        ('groups.display sw "inn"', {"ada"}),
        ('groups.type eq "indirect"', {"ada"}),
    ):
        assert {each["userName"] for each in await idp.find("Users", query)} == found, query
    for query in (f'members.value eq "{inner["id"]}"', 'members.type eq "Group"', 'members[display eq "inner"]'):
        assert [each["displayName"] for each in await idp.find("Groups", query)] == ["Outer"], query
    await idp.patched(outer, {"op": "remove", "path": f'members[value eq "{inner["id"]}"]'})
    assert await _belongs(idp, ada) == {"Inner": "direct"}


@pytest.mark.proves("RFC 7643 §2.4", "a member may be named by its $ref alone")
async def test_a_member_may_be_named_by_its_reference_alone(idp: IdP) -> None:
    ada, inner = await idp.user("ada"), await idp.group("Inner")
    members = [
        {"$ref": ada["meta"]["location"], "type": "Group"},
        {"$REF": f"../Groups/{inner['id']}/", "value": None},
    ]
    outer = await idp.create("Groups", {"displayName": "Outer", "members": members})
    assert [(each["display"], each["type"]) for each in outer["members"]] == [("ada", "User"), ("Inner", "Group")]


async def test_a_group_changes_its_version_when_a_group_within_it_goes(idp: IdP) -> None:
    inner = await idp.group("Inner")
    outer = await idp.group("Outer", inner)
    assert (await idp.send("DELETE", idp.path_of(inner))).status_code == 204
    current = await idp.read(idp.path_of(outer))
    assert (current["members"], current["meta"]["version"]) == ([], 'W/"2"')
    put = {"displayName": "Outer", "members": [{"value": outer["id"]}]}
    assert (await idp.send("PUT", idp.path_of(outer), put)).json()["members"][0]["value"] == outer["id"]


async def test_circles_of_groups_do_no_harm_and_accounts_have_all_their_groups(
    idp: IdP, database: Database, integration: Integration
) -> None:
    ada = await idp.user("ada")
    one = await idp.group("One", ada)
    two = await idp.group("Two", one)
    three = await idp.group("Three", two)
    await idp.patched(one, within(one, three))
    assert await _belongs(idp, ada) == {"One": "direct", "Two": "indirect", "Three": "indirect"}
    async with database.read() as reader:
        await reader.connection.execute("UPDATE accounts SET uid = 'uid-' || id WHERE user_id = %s", [ada["id"]])
        cursor = await reader.connection.execute("SELECT id, uid FROM accounts WHERE user_id = %s", [ada["id"]])
        [account] = await cursor.fetchall()
        person = (await load_people(reader, [account["id"]], with_groups=True))[account["id"]]
        assert {group.display_name for group in person.groups} == {"One", "Two", "Three"}
        for group in (one, two, three):
            assert await list_member_uids(reader, GroupId(group["id"])) == {account["uid"]}
        assert len(await list_app_groups_of_accounts(reader, [account["id"]])) == 3


async def test_what_happens_within_a_group_is_a_job_for_the_groups_around_it(
    idp: IdP, database: Database, integration: Integration
) -> None:
    ada = await idp.user("ada")
    inner = await idp.group("Inner")
    middle = await idp.group("Middle", inner)
    await idp.group("Outer", middle)

    async def asked() -> list[str]:
        async with database.read() as reader:
            cursor = await reader.connection.execute(
                "DELETE FROM jobs WHERE integration_id = %s RETURNING target, kind", [integration.id]
            )
            return sorted(row["target"] for row in await cursor.fetchall() if row["kind"] == "group")

    await asked()
    await idp.patched(inner, within(inner, ada))
    assert await asked() == ["Inner", "Middle", "Outer"]
    await idp.patched(inner, within(inner, ada))
    await idp.patched(inner, {"op": "add", "path": "externalId", "value": "x"})
    assert await asked() == []
    assert (await idp.send("DELETE", idp.path_of(ada))).status_code == 204
    assert await asked() == ["Inner", "Middle", "Outer"]
    assert (await idp.send("DELETE", idp.path_of(inner))).status_code == 204
    assert await asked() == ["Inner", "Middle", "Outer"]
