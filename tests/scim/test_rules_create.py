"""Rules 7 to 12 of what identity providers need: creating users and groups."""

from typing import Any

import pytest

from tests.scim.idp import CUSTOM, ENTERPRISE, GROUP, USER, IdP


@pytest.mark.proves("IdP rule 7", "three media types are taken")
@pytest.mark.proves("RFC 7644 §3.1", "application/scim+json and application/json are taken")
async def test_rule_07_the_three_content_types_are_taken(idp: IdP) -> None:
    scim = "application/scim+json"
    for number, content_type in enumerate(
        (scim, f"{scim}; charset=utf-8", "application/json", "Application/JSON")
    ):
        body = {"userName": f"ada{number}"}
        assert (await idp.send("POST", "/Users", body, Content_Type=content_type)).status_code == 201


@pytest.mark.proves(
    "IdP rule 7",
    "answers are application/scim+json, unless only application/json is read, as OneLogin's documentation asks",
)
@pytest.mark.proves("RFC 7644 §3.8", "answers are application/scim+json in UTF-8")
async def test_rule_07_answers_are_scim_json_unless_only_plain_json_is_read(idp: IdP) -> None:
    for accept, media_type in (
        ("application/scim+json", "application/scim+json"),
        ("*/*", "application/scim+json"),
        ("application/json, application/scim+json", "application/scim+json"),
        ("application/json", "application/json"),
        ("application/json; charset=utf-8", "application/json"),
        ("", "application/scim+json"),
    ):
        for path in ("/Users", "/Users/nobody"):
            assert (await idp.get(path, Accept=accept)).headers["content-type"] == media_type


@pytest.mark.proves("IdP rule 8", "id, meta and groups that a client sends are ignored")
@pytest.mark.proves("RFC 7643 §2.2", "what is read-only is ignored")
async def test_rule_08_what_a_client_cannot_set_is_ignored(idp: IdP) -> None:
    made = await idp.user(
        id=None,
        meta={"resourceType": "User", "location": "elsewhere", "version": "9"},
        groups=[],
        password="1mz050nq",
        favouriteColour="blue",
        title=None,
        roles=[],
        emails=None,
        name={"familyName": "Lovelace", "nonsense": {"deep": [1]}},
    )
    assert made["id"] is not None
    assert made["meta"]["location"] == f"{idp.base_url}/Users/{made['id']}"
    unwanted = {"password", "groups", "favouriteColour", "title", "roles", "emails"}
    assert not unwanted & made.keys()
    assert made["name"] == {"familyName": "Lovelace"}
    assert made == await idp.read(f"/Users/{made['id']}")


@pytest.mark.proves("IdP rule 8", "a password, which Okta always sends, is neither kept nor shown")
@pytest.mark.proves("RFC 7644 §7.7", "a password is not kept at all")
async def test_rule_08_a_password_is_nowhere_to_be_found(idp: IdP) -> None:
    user = await idp.user(password="1mz050nq")
    await idp.patched(user, {"op": "replace", "value": {"password": "s3cret-2"}})
    await idp.send("PUT", f"/Users/{user['id']}", {"userName": "ada@example.com", "password": "s3cret-3"})
    assert (await idp.client.get("/Users", params={"filter": 'password eq "s3cret-3"'})).status_code == 400
    shown = await idp.get(f"/Users/{user['id']}?attributes=userName,password")
    assert shown.json()["userName"] == "ada@example.com"
    assert "s3cret" not in shown.text


@pytest.mark.proves("IdP rule 9", "unknown and old schemas of a user are taken (OneLogin)")
async def test_rule_09_unknown_and_legacy_schemas_of_a_user_are_taken(idp: IdP) -> None:
    spellings: tuple[Any, ...] = (
        ["urn:scim:schemas:core:2.0", "urn:scim:schemas:extension:enterprise:2.0"],
        ["urn:scim:schemas:core:1.0"],
        [ENTERPRISE, USER],
        [USER, "urn:nobody:knows:this"],
        [],
        None,
    )
    for number, schemas in enumerate(spellings):
        made = await idp.create("Users", {"schemas": schemas, "userName": f"ada{number}"})
        assert made["schemas"] == [USER]


@pytest.mark.proves("IdP rule 9", "Entra's own schema of groups is taken")
async def test_rule_09_entras_own_group_schema_is_taken(idp: IdP) -> None:
    legacy = "http://schemas.microsoft.com/2006/11/ResourceManagement/ADSCIM/2.0/Group"
    made = await idp.create("Groups", {"schemas": [GROUP, legacy], "displayName": "Sales", "externalId": "e1"})
    assert made["schemas"] == [GROUP]
    assert made["externalId"] == "e1"
    assert made["members"] == []


@pytest.mark.proves("IdP rule 9", "the enterprise extension is known by its old name (OneLogin)")
async def test_rule_09_the_enterprise_extension_is_known_by_its_old_name(idp: IdP) -> None:
    old = {"department": "Engines", "manager": {"managerId": "26118915"}}
    made = await idp.user(**{"urn:scim:schemas:extension:enterprise:2.0": old})
    assert made[ENTERPRISE] == {"department": "Engines", "manager": {"value": "26118915"}}
    assert made["schemas"] == [USER, ENTERPRISE]


@pytest.mark.proves("IdP rule 10", "words are booleans wherever the schema says so (Entra, OneLogin, Keycloak)")
async def test_rule_10_words_are_booleans_wherever_the_schema_says_boolean(idp: IdP) -> None:
    for number, word in enumerate(("True", "true", "TRUE", True)):
        roles = [{"value": "admin", "primary": word}]
        made = await idp.user(f"ada{number}", active=word, roles=roles, **{CUSTOM: {"vip": word}})
        assert made["active"] is True
        assert made["roles"] == [{"value": "admin", "primary": True}]
        assert made[CUSTOM] == {"vip": True}


async def test_rule_10_a_user_may_arrive_inactive(idp: IdP) -> None:
    made = await idp.user(active="False")
    assert made["active"] is False
    assert (await idp.find("Users", "active eq false"))[0]["id"] == made["id"]


@pytest.mark.proves("IdP rule 11", "values are kept exactly as they were sent")
async def test_rule_11_values_are_kept_exactly_as_they_were_sent(idp: IdP) -> None:
    sent = {
        "profileUrl": "no url at all",
        "locale": "Klingon",
        "timezone": "yesterday",
        "preferredLanguage": "??",
        "emails": [{"value": "z@z", "type": "Work", "primary": True}],
        "phoneNumbers": [{"value": "tel:+1-555-555-5555", "type": "MOBILE"}],
        "photos": [{"value": "not a picture", "type": "photo"}],
        "x509Certificates": [{"value": "not base64"}],
        "addresses": [{"formatted": "  18/2111\n", "type": "work"}],
        ENTERPRISE: {"manager": {"value": "26118915"}},
        CUSTOM: {"since": "last summer", "colors": ["red", "Red"], "badge": {"number": "7"}},
    }
    made = await idp.user(**sent)
    assert {name: made[name] for name in sent} == sent


@pytest.mark.proves("IdP rule 12", "a duplicate user is 409 uniqueness, whatever its case")
@pytest.mark.proves("RFC 7644 §3.3", "a duplicate is 409 uniqueness")
async def test_rule_12_a_duplicate_user_is_a_conflict_whatever_its_case(idp: IdP) -> None:
    await idp.user("ada@example.com")
    answer = await idp.send("POST", "/Users", {"userName": "ADA@example.com"})
    assert answer.status_code == 409
    body = answer.json()
    assert (body["status"], body["scimType"]) == ("409", "uniqueness")
    assert body["detail"]
    assert len(await idp.find("Users", 'userName eq "ada@example.com"')) == 1


@pytest.mark.proves("IdP rule 12", "a duplicate group is 409, and authentik finds it by its name")
async def test_rule_12_a_duplicate_group_is_a_conflict_and_can_be_looked_up(idp: IdP) -> None:
    group = await idp.group("Engineering")
    answer = await idp.send("POST", "/Groups", {"displayName": "engineering"})
    assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")
    assert [each["id"] for each in await idp.find("Groups", 'displayName eq "Engineering"')] == [group["id"]]


async def test_a_name_cannot_be_taken_by_a_change_either(idp: IdP) -> None:
    await idp.user("ada")
    grace = await idp.user("grace")
    answers = [
        await idp.patch(grace, {"op": "replace", "path": "userName", "value": "Ada"}),
        await idp.send("PUT", f"/Users/{grace['id']}", {"userName": "ADA"}),
    ]
    assert [(each.status_code, each.json()["scimType"]) for each in answers] == [(409, "uniqueness")] * 2


@pytest.mark.proves("RFC 7644 §3.3", "201 with Location, ETag and the resource")
@pytest.mark.proves("RFC 7643 §3.1", "id and meta are the server's")
async def test_a_created_resource_says_where_it_is(idp: IdP) -> None:
    for collection, body in (("Users", {"userName": "ada"}), ("Groups", {"displayName": "Sales"})):
        answer = await idp.send("POST", f"/{collection}", body)
        made = answer.json()
        assert answer.headers["location"] == made["meta"]["location"]
        assert made["meta"]["location"] == f"{idp.base_url}/{collection}/{made['id']}"
        assert answer.headers["etag"] == made["meta"]["version"]
        assert made["meta"]["created"] == made["meta"]["lastModified"]
        assert made["meta"]["resourceType"] == collection.removesuffix("s")
        assert (await idp.client.get(made["meta"]["location"])).json()["id"] == made["id"]


async def test_a_group_is_created_with_its_members(idp: IdP) -> None:
    ada = await idp.user("ada", displayName="Ada Lovelace")
    grace = await idp.user("grace")
    group = await idp.group("Engineering", ada, grace)
    assert {each["display"] for each in group["members"]} == {"Ada Lovelace", "grace"}
    [entry] = (await idp.read(f"/Users/{ada['id']}"))["groups"]
    assert (entry["value"], entry["display"]) == (group["id"], "Engineering")
    listed = await idp.read("/Users")
    assert [len(each["groups"]) for each in listed["Resources"]] == [1, 1]


async def test_the_only_address_may_come_without_its_list(idp: IdP) -> None:
    made = await idp.user(emails={"type": "work", "value": "ada@work.example"})
    assert made["emails"] == [{"type": "work", "value": "ada@work.example"}]


@pytest.mark.proves("RFC 7643 §2.4", "one entry is primary")
async def test_of_two_primary_addresses_the_first_stays_primary(idp: IdP) -> None:
    made = await idp.user(emails=[{"value": "same", "primary": True}, {"value": "same", "primary": True}])
    assert [each["primary"] for each in made["emails"]] == [True, False]


async def test_an_extension_nobody_declared_is_ignored(idp: IdP) -> None:
    made = await idp.user(**{"urn:somebody:else:2.0:User": {"x": 1}, CUSTOM: {"tag": "t", "unheard": 1}})
    assert made[CUSTOM] == {"tag": "t"}
    assert "urn:somebody:else:2.0:User" not in made


@pytest.mark.proves(
    "RFC 7643 §3.3", "an integration's own extension is kept and shown, listed in schemas or not (Entra)"
)
async def test_a_declared_extension_need_not_be_listed_in_schemas(idp: IdP) -> None:
    made = await idp.create("Users", {"schemas": [USER], "userName": "ada", CUSTOM: {"tag": "t"}})
    assert made["schemas"] == [USER, CUSTOM]
    assert [each["id"] for each in await idp.find("Users", f'{CUSTOM}:tag eq "T"')] == [made["id"]]


@pytest.mark.proves("RFC 7643 §2.2", "what is never returned is never returned")
async def test_a_sensitive_attribute_is_kept_and_never_shown(idp: IdP) -> None:
    made = await idp.user(**{CUSTOM: {"salary": 100, "tag": "t"}})
    assert made[CUSTOM] == {"tag": "t"}
    path = f"/Users/{made['id']}"
    assert (await idp.read(f"{path}?attributes={CUSTOM}:salary")).keys() == {"id", "schemas"}
    current = await idp.read(path)
    assert (await idp.send("PUT", path, {**current, "title": "Countess"})).status_code == 200
    assert len(await idp.find("Users", f"{CUSTOM}:salary eq 100")) == 1
