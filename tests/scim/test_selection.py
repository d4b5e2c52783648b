"""``attributes`` and ``excludedAttributes`` show what was asked for, and ``id`` and ``schemas`` always."""

import pytest

from tests.scim.idp import CUSTOM, ENTERPRISE, USER, IdP

PERSON = {
    "name": {"givenName": "Ada", "familyName": "Lovelace"},
    "emails": [{"type": "work", "value": "w"}, {"type": "home", "value": "h"}],
    "title": "Countess",
    ENTERPRISE: {"department": "Engines", "division": "x"},
    CUSTOM: {"tag": "t", "badge": {"number": "7"}},
}


@pytest.mark.parametrize(
    ("attributes", "shown"),
    [
        ("userName", {"userName": "ada"}),
        ("USERNAME, title", {"userName": "ada", "title": "Countess"}),
        ("name.familyName", {"name": {"familyName": "Lovelace"}}),
        ("name,name.familyName", {"name": PERSON["name"]}),
        ("emails.value", {"emails": [{"value": "w"}, {"value": "h"}]}),
        (f"{USER}:title", {"title": "Countess"}),
        (f"{ENTERPRISE}:department", {ENTERPRISE: {"department": "Engines"}}),
        (ENTERPRISE, {ENTERPRISE: PERSON[ENTERPRISE]}),
        (f"{CUSTOM}:badge.number", {CUSTOM: {"badge": {"number": "7"}}}),
        ("shoeSize", {}),
        ('emails[type eq "work"].value,title', {"emails": [{"value": "w"}, {"value": "h"}], "title": "Countess"}),
        ("id", {}),
    ],
)
@pytest.mark.proves("RFC 7644 §3.9", "attributes shows what is asked for, sub-attributes and URNs included")
async def test_only_the_attributes_asked_for_are_shown(
    idp: IdP, attributes: str, shown: dict[str, object]
) -> None:
    user = await idp.user("ada", **PERSON)
    for path in (f"/Users/{user['id']}", "/Users"):
        answer = await idp.client.get(path, params={"attributes": attributes})
        found = answer.json() if path != "/Users" else answer.json()["Resources"][0]
        schemas = [USER, *(urn for urn in (ENTERPRISE, CUSTOM) if urn in shown)]
        assert found == {"id": user["id"], "schemas": schemas, **shown}


@pytest.mark.proves("RFC 7644 §3.9", "excludedAttributes leaves out, but never id")
async def test_excluded_attributes_are_left_out(idp: IdP) -> None:
    user = await idp.user("ada", **PERSON)
    excluded = f"id,schemas,name.givenName,emails.type,title,{ENTERPRISE},{CUSTOM}:tag,meta,shoeSize"
    answer = await idp.client.get(f"/Users/{user['id']}", params={"excludedAttributes": excluded})
    assert answer.json() == {
        "id": user["id"],
        "schemas": [USER, CUSTOM],
        "userName": "ada",
        "active": True,
        "name": {"familyName": "Lovelace"},
        "emails": [{"value": "w"}, {"value": "h"}],
        CUSTOM: {"badge": {"number": "7"}},
    }


@pytest.mark.proves("RFC 7644 §3.9", "both hold for answers to changes, too")
async def test_answers_to_changes_are_selected_too(idp: IdP) -> None:
    made = await idp.send("POST", "/Users?attributes=userName", {"userName": "ada", "title": "x"})
    assert made.json().keys() == {"id", "schemas", "userName"}
    path = f"/Users/{made.json()['id']}?excludedAttributes=meta"
    assert "meta" not in (await idp.send("PUT", path, {"userName": "ada"})).json()


async def test_groups_of_a_user_can_be_asked_for_and_left_out(idp: IdP) -> None:
    user = await idp.user()
    group = await idp.group("Engineering", user)
    path = f"/Users/{user['id']}"
    only = await idp.read(f"{path}?attributes=groups.display")
    assert only["groups"] == [{"display": "Engineering"}]
    assert "groups" not in await idp.read(f"{path}?excludedAttributes=groups")
    shown = await idp.read(f"/Groups/{group['id']}?attributes=members.value")
    assert shown["members"] == [{"value": user["id"]}]
