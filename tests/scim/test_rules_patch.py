"""Rules 13 to 20 of what identity providers need: PATCH."""

from typing import Any

import pytest

from tests.scim.idp import CUSTOM, ENTERPRISE, GROUP, IdP, Json

WORK = 'emails[type eq "work"].value'


def without_meta(resource: Json) -> Json:
    return {name: value for name, value in resource.items() if name != "meta"}


@pytest.mark.proves("IdP rule 13", "operations and paths ignore case (Entra: Add, Replace, Remove)")
@pytest.mark.proves("RFC 7643 §2.1", "names of attributes ignore case")
async def test_rule_13_operations_and_paths_ignore_case(idp: IdP) -> None:
    user = await idp.user(displayName="before")
    for op in ("replace", "Replace", "REPLACE", "Add", "add"):
        for path in ("displayName", "DisplayName", "displayname"):
            changed = await idp.patched(user, {"op": op, "path": path, "value": "after"})
            assert changed["displayName"] == "after"
            assert "displayName" not in await idp.patched(user, {"op": "Remove", "path": path})


@pytest.mark.proves(
    "IdP rule 14", "a value without a path may hold dotted keys, URNs and extension objects (Okta, Entra)"
)
@pytest.mark.proves("RFC 7644 §3.10", "dotted and URN-qualified names")
async def test_rule_14_a_value_without_a_path_may_hold_keys_of_every_kind(idp: IdP) -> None:
    user = await idp.user(name={"givenName": "Ada", "familyName": "Byron"})
    value = {
        "schemas": ["urn:any:thing"],
        "id": "not-mine",
        "meta": {"resourceType": "User"},
        "groups": [],
        "name.familyName": "Lovelace",
        "displayName": "Ada Lovelace",
        f"{ENTERPRISE}:employeeNumber": "701984",
        ENTERPRISE: {"department": "Engines", "manager": None},
        f"{CUSTOM}:tag": "t",
        "nobody.knows": "this",
        "nor this": "one",
        'emails[type eq "work"].value': "ada@work.example",
    }
    changed = await idp.patched(user, {"op": "replace", "value": value})
    assert changed["id"] == user["id"]
    assert changed["name"] == {"givenName": "Ada", "familyName": "Lovelace"}
    assert changed["displayName"] == "Ada Lovelace"
    assert changed[ENTERPRISE] == {"employeeNumber": "701984", "department": "Engines"}
    assert changed[CUSTOM] == {"tag": "t"}
    assert changed["emails"] == [{"type": "work", "value": "ada@work.example"}]


@pytest.mark.proves("IdP rule 14", "a group may be patched with the whole of itself (Okta, authentik)")
async def test_rule_14_a_group_may_be_patched_with_the_whole_of_itself(idp: IdP) -> None:
    group = await idp.group("Engineering", await idp.user())
    whole = {"schemas": [GROUP], "id": group["id"], "externalId": "e-1", "displayName": "Engines"}
    changed = await idp.patched(group, {"op": "replace", "value": whole})
    assert (changed["displayName"], changed["externalId"]) == ("Engines", "e-1")
    assert len(changed["members"]) == 1


@pytest.mark.parametrize("op", ["Add", "Replace"])
@pytest.mark.proves("IdP rule 15", "a value path that matches nothing makes the entry it describes (Entra)")
async def test_rule_15_an_address_that_is_not_there_is_made(idp: IdP, op: str) -> None:
    user = await idp.user(emails=[{"type": "home", "value": "ada@home.example"}])
    changed = await idp.patched(user, {"op": op, "path": WORK, "value": "ada@work.example"})
    assert changed["emails"] == [
        {"type": "home", "value": "ada@home.example"},
        {"type": "work", "value": "ada@work.example"},
    ]
    again = await idp.patched(user, {"op": op, "path": WORK, "value": "new@work.example"})
    assert again["emails"][1] == {"type": "work", "value": "new@work.example"}


@pytest.mark.proves("IdP rule 15", "two parts of one missing entry make one entry (Entra)")
async def test_rule_15_two_parts_of_one_missing_address_make_one_address(idp: IdP) -> None:
    user = await idp.user()
    changed = await idp.patched(
        user,
        {"op": "Add", "path": 'addresses[type eq "work"].locality', "value": "London"},
        {"op": "Add", "path": 'addresses[type eq "work"].country', "value": "GB"},
        {"op": "Replace", "path": 'phoneNumbers[type eq "mobile"].primary', "value": "True"},
        {"op": "Replace", "path": 'phoneNumbers[type eq "mobile"].value', "value": "+44"},
    )
    assert changed["addresses"] == [{"type": "work", "locality": "London", "country": "GB"}]
    assert changed["phoneNumbers"] == [{"type": "mobile", "value": "+44", "primary": True}]


@pytest.mark.proves("IdP rule 15", 'roles[primary eq "True"] chooses the primary role (Entra)')
async def test_rule_15_a_quoted_boolean_chooses_the_primary_role(idp: IdP) -> None:
    user = await idp.user()
    path = 'roles[primary eq "True"].value'
    assert (await idp.patched(user, {"op": "Add", "path": path, "value": "admin"}))["roles"] == [
        {"primary": True, "value": "admin"}
    ]
    assert (await idp.patched(user, {"op": "Replace", "path": path, "value": "staff"}))["roles"] == [
        {"primary": True, "value": "staff"}
    ]


@pytest.mark.parametrize(
    ("operation", "left"),
    [
        ({"op": "remove", "path": 'members[value eq "{ada}"]'}, {"grace", "alan"}),
        ({"op": "Remove", "path": "members", "value": [{"$ref": None, "value": "{ada}"}]}, {"grace", "alan"}),
        ({"op": "remove", "path": "members", "value": {"value": "{ada}"}}, {"grace", "alan"}),
        ({"op": "remove", "path": 'members[value eq "{ada}" or value eq "{grace}"]'}, {"alan"}),
        ({"op": "remove", "path": f'{GROUP}:members[value eq "{{ada}}"]'}, {"grace", "alan"}),
        ({"op": "remove", "path": "members"}, set()),
        ({"op": "remove", "path": "members", "value": None}, set()),
        ({"op": "remove", "path": "members", "value": []}, {"ada", "grace", "alan"}),
        ({"op": "remove", "path": 'members[value eq "nobody"]'}, {"ada", "grace", "alan"}),
        ({"op": "remove", "path": "members", "value": [{"value": "nobody"}]}, {"ada", "grace", "alan"}),
    ],
)
@pytest.mark.proves(
    "IdP rule 16", "members are removed by a filter, by a list of values, and all of them by no value"
)
@pytest.mark.proves("RFC 7644 §3.5.2.2", "one member by a value path, all by the bare path")
async def test_rule_16_members_are_removed_in_three_shapes(idp: IdP, operation: Json, left: set[str]) -> None:
    people = {name: await idp.user(name) for name in ("ada", "grace", "alan")}
    group = await idp.group("Engineering", *people.values())

    def filled(value: Any) -> Any:
        match value:
            case str():
                for name, user in people.items():
                    value = value.replace(f"{{{name}}}", user["id"])
                return value
            case list():
                return [filled(each) for each in value]
            case dict():
                return {key: filled(each) for key, each in value.items()}
            case _:
                return value

    answer = await idp.patch(group, filled(operation))
    assert answer.status_code == 200, answer.text
    assert await idp.members_of(group) == left


@pytest.mark.parametrize("members", [[], None])
@pytest.mark.proves("IdP rule 17", "members replaced with none are none (Okta)")
async def test_rule_17_replacing_members_with_none_empties_the_group(idp: IdP, members: Any) -> None:
    group = await idp.group("Engineering", await idp.user())
    await idp.patched(group, {"op": "replace", "path": "members", "value": members})
    assert await idp.members_of(group) == set()


@pytest.mark.proves("IdP rule 17", "members replaced are exactly those named (Okta's Push now)")
@pytest.mark.proves("RFC 7644 §3.5.2.3", "replacing a multi-valued attribute leaves exactly what is sent")
async def test_rule_17_replacing_members_leaves_exactly_those_named(idp: IdP) -> None:
    ada, grace, alan = [await idp.user(name) for name in ("ada", "grace", "alan")]
    group = await idp.group("Engineering", ada, grace)
    value = [{"value": grace["id"]}, {"value": alan["id"], "display": "ignored"}]
    await idp.patched(group, {"op": "replace", "path": "members", "value": value})
    assert await idp.members_of(group) == {"grace", "alan"}


@pytest.mark.proves("IdP rule 17", "adding a member again is success without a duplicate (JumpCloud)")
@pytest.mark.proves("RFC 7644 §3.5.2.1", "a value that is there is not added again")
async def test_rule_17_adding_a_member_again_is_success_without_a_duplicate(idp: IdP) -> None:
    ada = await idp.user("ada")
    group = await idp.group("Engineering")
    add = {"op": "add", "path": "members", "value": [{"value": ada["id"], "display": "Ada"}]}
    for _ in range(3):
        assert (await idp.patch(group, add, add)).status_code == 200
    members = (await idp.read(f"/Groups/{group['id']}"))["members"]
    assert [each["value"] for each in members] == [ada["id"]]


@pytest.mark.parametrize("path", ["manager", f"{ENTERPRISE}:manager"])
@pytest.mark.parametrize(
    "value",
    ["26118915", {"value": "26118915"}, [{"$ref": "../Users/26118915", "value": "26118915"}]],
)
@pytest.mark.proves("IdP rule 18", "a manager is an id, an object or a list of one (Entra)")
async def test_rule_18_a_manager_comes_in_three_shapes(idp: IdP, path: str, value: Any) -> None:
    user = await idp.user(**{ENTERPRISE: {"manager": {"value": "old", "$ref": "../Users/old"}}})
    changed = await idp.patched(user, {"op": "Add", "path": path, "value": value})
    manager = changed[ENTERPRISE]["manager"]
    assert manager["value"] == "26118915"
    assert "old" not in str(manager)


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "Replace", "path": "manager", "value": ""},
        {"op": "Replace", "path": f"{ENTERPRISE}:manager", "value": None},
        {"op": "Remove", "path": f"{ENTERPRISE}:manager"},
        {"op": "replace", "value": {ENTERPRISE: {"manager": None}}},
    ],
)
@pytest.mark.proves("IdP rule 18", "an empty manager is none (Entra)")
async def test_rule_18_a_manager_is_removed_by_an_empty_value(idp: IdP, operation: Json) -> None:
    user = await idp.user(**{ENTERPRISE: {"manager": {"value": "26118915"}}})
    assert ENTERPRISE not in await idp.patched(user, operation)


@pytest.mark.proves("IdP rule 19", "operations apply in their order")
async def test_rule_19_operations_apply_in_their_order(idp: IdP) -> None:
    user = await idp.user(title="first")
    changed = await idp.patched(
        user,
        {"op": "replace", "path": "title", "value": "second"},
        {"op": "remove", "path": "title"},
        {"op": "add", "path": "title", "value": "third"},
    )
    assert changed["title"] == "third"


@pytest.mark.proves("IdP rule 19", "operations on members apply in their order")
async def test_rule_19_member_operations_apply_in_their_order(idp: IdP) -> None:
    ada, grace, alan = [await idp.user(name) for name in ("ada", "grace", "alan")]
    group = await idp.group("Engineering", ada)
    await idp.patched(
        group,
        {"op": "add", "path": "members", "value": [{"value": grace["id"]}]},
        {"op": "remove", "path": f'members[value eq "{grace["id"]}"]'},
        {"op": "remove", "path": f'members[value eq "{ada["id"]}"]'},
        {"op": "replace", "value": {"displayName": "Engines"}},
        {"op": "add", "path": "members", "value": [{"value": ada["id"]}]},
        {"op": "add", "value": {"members": [{"value": alan["id"]}]}},
    )
    assert await idp.members_of(group) == {"ada", "alan"}


@pytest.mark.parametrize(
    "failing",
    [
        {"op": "replace", "path": "active", "value": "perhaps"},
        {"op": "replace", "path": "id", "value": "mine"},
        {"op": "replace", "path": "userName", "value": ""},
        {"op": "remove", "path": "userName"},
        {"op": "replace", "path": 'emails[type sw "w"].value', "value": "x"},
    ],
)
@pytest.mark.proves("IdP rule 19", "a PATCH holds as a whole or not at all")
@pytest.mark.proves("RFC 7644 §3.5.2", "a PATCH holds as a whole or not at all")
async def test_rule_19_a_failing_operation_undoes_those_before_it(idp: IdP, failing: Json) -> None:
    user = await idp.user(title="before")
    answer = await idp.patch(user, {"op": "replace", "path": "title", "value": "after"}, failing)
    assert answer.status_code == 400
    assert await idp.read(f"/Users/{user['id']}") == user


async def test_rule_19_a_member_that_cannot_be_undoes_the_whole_patch_of_a_group(idp: IdP) -> None:
    group = await idp.group("Engineering", await idp.user())
    for stranger in ("", "x" * 3000, "\0"):
        answer = await idp.patch(
            group,
            {"op": "replace", "path": "displayName", "value": "Engines"},
            {"op": "add", "path": "members", "value": [{"value": stranger}]},
        )
        assert (answer.status_code, answer.json()["scimType"]) == (400, "invalidValue")
    assert await idp.read(f"/Groups/{group['id']}") == group


@pytest.mark.proves("IdP rule 20", "a PATCH is answered with 200 and the resource")
async def test_rule_20_a_patch_is_answered_with_the_resource(idp: IdP) -> None:
    user = await idp.user()
    answer = await idp.patch(user, {"op": "replace", "value": {"active": False}})
    assert answer.status_code == 200
    assert answer.json() == await idp.read(f"/Users/{user['id']}")
    assert answer.json()["active"] is False


@pytest.mark.proves("IdP rule 20", "the answer leaves the members of a large group out, as Microsoft advises")
async def test_rule_20_the_answer_to_a_patch_leaves_the_members_of_a_large_group_out(idp: IdP) -> None:
    people = [await idp.user(f"person{number}") for number in range(101)]
    group = await idp.group("Engineering", *people[:100])
    add = {"op": "add", "path": "members", "value": [{"value": people[100]["id"]}]}
    answer = await idp.patch(group, {"op": "replace", "path": "displayName", "value": "Engines"})
    assert (answer.status_code, answer.json()["displayName"]) == (200, "Engines")
    assert len(answer.json()["members"]) == 100
    answer = await idp.patch(group, add)
    assert answer.status_code == 200
    assert "members" not in answer.json()
    path = f"/Groups/{group['id']}?attributes=displayName,members"
    asked = await idp.send("PATCH", path, {"Operations": [add]})
    assert [each["value"] for each in asked.json()["members"]] == [each["id"] for each in people]


@pytest.mark.proves("RFC 7644 §3.14", "what changes nothing leaves the version alone")
async def test_a_patch_that_changes_nothing_leaves_the_version_alone(idp: IdP) -> None:
    user = await idp.user(title="same", emails=[{"type": "work", "value": "a"}])
    same = [{"op": "replace", "path": "title", "value": "same"}, {"op": "Replace", "path": WORK, "value": "a"}]
    assert await idp.patched(user, *same) == user


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "remove", "path": "active"},
        {"op": "Replace", "path": "active", "value": None},
        {"op": "replace", "value": {"active": None}},
    ],
)
@pytest.mark.parametrize("active", [True, False])
async def test_active_cannot_be_left_open(idp: IdP, operation: Json, active: bool) -> None:
    user = await idp.user(active=active)
    assert await idp.patched(user, operation) == user


async def test_entries_are_removed_by_their_values(idp: IdP) -> None:
    roles = [{"value": "admin", "type": "x"}, {"value": "staff"}]
    user = await idp.user(roles=roles)
    changed = await idp.patched(user, {"op": "Remove", "path": "roles", "value": [{"value": "admin"}]})
    assert changed["roles"] == [{"value": "staff"}]


@pytest.mark.proves("RFC 7643 §2.5", "null and what is empty are unassigned")
async def test_an_address_without_its_value_is_no_address(idp: IdP) -> None:
    user = await idp.user(emails=[{"type": "work", "value": "a", "primary": True}])
    for operation in (
        {"op": "remove", "path": WORK},
        {"op": "Replace", "path": WORK, "value": None},
    ):
        await idp.patched(user, {"op": "Replace", "path": WORK, "value": "a"})
        assert "emails" not in await idp.patched(user, operation)


@pytest.mark.proves("RFC 7643 §2.4", "a new primary entry takes over")
@pytest.mark.proves("RFC 7644 §3.5.2", "a new primary entry takes over")
async def test_a_new_primary_address_takes_over(idp: IdP) -> None:
    user = await idp.user(emails=[{"value": "a", "primary": True}])
    changed = await idp.patched(
        user, {"op": "add", "path": "emails", "value": [{"value": "b", "primary": "true"}]}
    )
    assert [(each["value"], each["primary"]) for each in changed["emails"]] == [("a", False), ("b", True)]


@pytest.mark.proves("RFC 7643 §3.3", "an integration's own attributes are patched as others are")
async def test_custom_attributes_are_patched_like_any_other(idp: IdP) -> None:
    user = await idp.user()
    changed = await idp.patched(
        user,
        {"op": "Add", "path": f"{CUSTOM}:colors", "value": ["red"]},
        {"op": "Add", "path": f"{CUSTOM}:colors", "value": "blue"},
        {"op": "Replace", "path": f"{CUSTOM}:vip", "value": "False"},
        {"op": "Replace", "path": f"{CUSTOM}:badge.number", "value": "7"},
        {"op": "Replace", "path": f"{CUSTOM}:since", "value": "2020"},
    )
    expected = {"colors": ["red", "blue"], "vip": False, "badge": {"number": "7"}, "since": "2020"}
    assert changed[CUSTOM] == expected
    changed = await idp.patched(user, {"op": "Remove", "path": f"{CUSTOM}:colors", "value": ["red"]})
    assert changed[CUSTOM]["colors"] == ["blue"]
