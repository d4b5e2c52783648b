"""Rules 21 to 25 of what identity providers need: leaving, coming back, and what the server says of itself."""

import asyncio
from typing import Any

import pytest

from tests.scim.idp import CUSTOM, ENTERPRISE, GROUP, USER, IdP, Json


@pytest.mark.parametrize(
    "operation",
    [
        {"op": "replace", "value": {"active": False}},
        {"op": "Replace", "path": "active", "value": "False"},
        {"op": "Replace", "path": "active", "value": False},
        {"op": "replace", "path": "active", "value": [{"$ref": None, "value": "False"}]},
    ],
)
@pytest.mark.proves("IdP rule 21", "an inactive user is found, read, and in its groups (Okta, Entra)")
async def test_rule_21_an_inactive_user_stays_readable_findable_and_in_its_groups(
    idp: IdP, operation: Json
) -> None:
    user = await idp.user("ada")
    group = await idp.group("Engineering", user)
    assert (await idp.patched(user, operation))["active"] is False
    assert len(await idp.find("Users", 'userName eq "ada"')) == 1
    assert await idp.members_of(group) == {"ada"}
    back = await idp.patched(user, {"op": "Replace", "path": "active", "value": "True"})
    assert back["active"] is True
    assert [each["value"] for each in back["groups"]] == [group["id"]]


@pytest.mark.proves("IdP rule 21", "a PUT without active lets nobody in again")
@pytest.mark.proves("RFC 7644 §3.5.1", "what is left out of a PUT is cleared, but for active")
async def test_rule_21_a_profile_put_without_active_lets_nobody_in_again(idp: IdP) -> None:
    user = await idp.user("ada", active=False, title="Countess")
    answer = await idp.send("PUT", f"/Users/{user['id']}", {"userName": "ada"})
    assert answer.json()["active"] is False
    assert "title" not in answer.json()


@pytest.mark.proves("IdP rule 22", "a deleted user is gone, a second DELETE is 404, the name is free")
@pytest.mark.proves("RFC 7644 §3.6", "204, and then 404 for every method")
async def test_rule_22_a_deleted_user_is_gone_and_its_name_is_free(idp: IdP) -> None:
    user = await idp.user("ada")
    group = await idp.group("Engineering", user)
    path = f"/Users/{user['id']}"
    answer = await idp.send("DELETE", path)
    assert (answer.status_code, answer.content) == (204, b"")
    for again in (await idp.send("DELETE", path), await idp.get(path)):
        assert again.status_code == 404
        assert (again.json()["status"], bool(again.json()["detail"])) == ("404", True)
    assert await idp.members_of(group) == set()
    assert (await idp.user("ada"))["id"] != user["id"]


@pytest.mark.proves("IdP rule 22", "a deleted group is gone, and its name is free")
async def test_rule_22_a_deleted_group_is_gone_and_its_name_is_free(idp: IdP) -> None:
    user = await idp.user("ada")
    group = await idp.group("Engineering", user)
    assert (await idp.send("DELETE", f"/Groups/{group['id']}")).status_code == 204
    assert (await idp.send("DELETE", f"/Groups/{group['id']}")).status_code == 404
    assert "groups" not in await idp.read(f"/Users/{user['id']}")
    await idp.group("Engineering")


@pytest.mark.proves(
    "IdP rule 24", "the service provider configuration is true: authentik and Keycloak's plugin go by it"
)
@pytest.mark.proves("RFC 7643 §5", "the service provider configuration is complete and true")
@pytest.mark.proves("RFC 9865 §4", "pagination tells of both kinds of paging")
async def test_rule_24_the_service_provider_config_is_true(idp: IdP) -> None:
    config = await idp.read("/ServiceProviderConfig")
    supported = {
        name: config[name]["supported"] for name in ("patch", "bulk", "filter", "sort", "etag", "changePassword")
    }
    assert supported == {
        "patch": True,
        "bulk": True,
        "filter": True,
        "sort": True,
        "etag": True,
        "changePassword": False,
    }
    assert config["filter"]["maxResults"] == 1000
    assert [each["type"] for each in config["authenticationSchemes"]] == ["oauthbearertoken"]
    assert config["meta"]["location"] == f"{idp.base_url}/ServiceProviderConfig"
    assert (config["pagination"]["cursor"], config["pagination"]["index"]) == (True, True)


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.proves("RFC 7644 §3.11", "501 with a SCIM body: a token is nobody")
async def test_rule_24_there_is_no_me_behind_a_token(idp: IdP, method: str) -> None:
    answer = await idp.send(method, "/Me")
    assert (answer.status_code, answer.json()["status"], bool(answer.json()["detail"])) == (501, "501", True)


@pytest.mark.proves("IdP rule 24", "the resource types name their schemas")
@pytest.mark.proves("RFC 7643 §6", "each resource type names its endpoint, schema and extensions")
@pytest.mark.proves("RFC 7644 §4", "/ResourceTypes, and each by its name")
async def test_rule_24_the_resource_types_name_their_schemas(idp: IdP) -> None:
    page = await idp.read("/ResourceTypes")
    user, group, *_ = page["Resources"]
    assert (user["id"], user["endpoint"], user["schema"]) == ("User", "/Users", USER)
    assert [each["schema"] for each in user["schemaExtensions"]][:2] == [ENTERPRISE, CUSTOM]
    assert (group["id"], group["endpoint"], group["schema"]) == ("Group", "/Groups", GROUP)
    assert await idp.read("/ResourceTypes/Group") == group
    assert (await idp.get("/ResourceTypes/Device")).status_code == 404


@pytest.mark.proves(
    "IdP rule 24", "the schemas are complete, that of groups included, and know the custom attributes"
)
@pytest.mark.proves("RFC 7643 §7", "schemas tell type, mutability, returned, uniqueness and caseExact")
@pytest.mark.proves("RFC 7643 §4.3", "enterprise users are in the schemas")
async def test_rule_24_the_schemas_are_complete_and_know_the_custom_attributes(idp: IdP) -> None:
    page = await idp.read("/Schemas")
    schemas = {each["id"]: each for each in page["Resources"]}
    assert page["totalResults"] == len(schemas)
    assert {USER, GROUP, ENTERPRISE, CUSTOM} <= schemas.keys()
    assert await idp.read(f"/Schemas/{CUSTOM}") == schemas[CUSTOM]
    assert (await idp.get("/Schemas/urn:nobody")).status_code == 404

    def attribute(urn: str, name: str) -> Any:
        return next(each for each in schemas[urn]["attributes"] if each["name"] == name)

    assert attribute(USER, "userName")["required"] is True
    assert attribute(USER, "userName")["uniqueness"] == "server"
    assert attribute(USER, "password")["returned"] == "never"
    assert attribute(GROUP, "members")["multiValued"] is True
    assert attribute(CUSTOM, "vip")["type"] == "boolean"
    assert attribute(CUSTOM, "since")["type"] == "dateTime"
    assert attribute(CUSTOM, "salary")["returned"] == "never"
    assert [each["name"] for each in attribute(CUSTOM, "badge")["subAttributes"]] == ["number"]


@pytest.mark.parametrize("path", ["/Schemas", "/ResourceTypes"])
@pytest.mark.proves("RFC 7644 §4", "a filter on discovery is 403")
async def test_rule_24_the_lists_about_the_server_cannot_be_filtered(idp: IdP, path: str) -> None:
    answer = await idp.get(f"{path}?filter=id%20eq%20%22x%22")
    assert (answer.status_code, answer.json()["status"]) == (403, "403")


@pytest.mark.proves("IdP rule 25", "requests at the same time are all carried out")
async def test_rule_25_requests_at_the_same_time_are_all_carried_out(idp: IdP) -> None:
    made = await asyncio.gather(*(idp.user(f"person{number}") for number in range(25)))
    assert len({each["id"] for each in made}) == 25
    group = await idp.group("Engineering")
    await asyncio.gather(
        *(idp.patched(group, {"op": "add", "path": "members", "value": [{"value": each["id"]}]}) for each in made)
    )
    assert len(await idp.members_of(group)) == 25


@pytest.mark.proves("IdP rule 25", "of equal creates at the same time one wins")
async def test_rule_25_of_equal_creates_at_the_same_time_one_wins(idp: IdP) -> None:
    answers = await asyncio.gather(*(idp.send("POST", "/Users", {"userName": "ada"}) for _ in range(8)))
    assert sorted(each.status_code for each in answers) == [201, *[409] * 7]


@pytest.mark.proves("IdP rule 25", "a refused token is answered at once, and locks nobody out")
async def test_rule_25_a_refused_token_is_answered_at_once_and_locks_nobody_out(idp: IdP) -> None:
    for _ in range(20):
        assert (await idp.get("/Users", Authorization="Bearer wrong")).status_code == 401
    assert (await idp.get("/Users")).status_code == 200
