"""Entity tags: a change meant for an old version is refused, and what a client has is not sent again."""

import pytest

from tests.scim.idp import IdP, Json


@pytest.fixture(params=["user", "group"])
async def resource(idp: IdP, request: pytest.FixtureRequest) -> Json:
    """A user or a group."""
    return await idp.user() if request.param == "user" else await idp.group()


def whole(resource: Json) -> Json:
    return {"userName": "ada@example.com", "displayName": "changed", "externalId": resource["id"]}


@pytest.mark.proves("RFC 7644 §3.14", "a change raises the version")
async def test_a_change_raises_the_version(idp: IdP, resource: Json) -> None:
    path = idp.path_of(resource)
    answer = await idp.send("PUT", path, whole(resource))
    assert answer.status_code == 200
    assert answer.headers["etag"] == answer.json()["meta"]["version"] == 'W/"2"'
    assert answer.json()["meta"]["lastModified"] > resource["meta"]["lastModified"]
    assert answer.json()["meta"]["created"] == resource["meta"]["created"]


@pytest.mark.parametrize("tag", ['W/"1"', '"1"', "*", 'W/"7", W/"1"'])
async def test_a_change_meant_for_this_version_is_made(idp: IdP, resource: Json, tag: str) -> None:
    path = idp.path_of(resource)
    change = {"op": "replace", "path": "displayName", "value": "changed"}
    assert (await idp.patch(resource, change, If_Match=tag)).status_code == 200
    current = (await idp.read(path))["meta"]["version"]
    assert (await idp.send("PUT", path, whole(resource), If_Match=current)).status_code == 200
    assert (await idp.send("DELETE", path, If_Match='W/"3"')).status_code == 204


@pytest.mark.parametrize("tag", ['W/"2"', '"x"', "1", ""])
@pytest.mark.proves("RFC 7644 §3.14", "If-Match for another version is 412")
async def test_a_change_meant_for_another_version_is_refused(idp: IdP, resource: Json, tag: str) -> None:
    path = idp.path_of(resource)
    change = {"op": "replace", "path": "displayName", "value": "changed"}
    answers = [
        await idp.patch(resource, change, If_Match=tag),
        await idp.send("PUT", path, whole(resource), If_Match=tag),
        await idp.send("DELETE", path, If_Match=tag),
    ]
    assert [(each.status_code, each.json()["status"]) for each in answers] == [(412, "412")] * 3
    assert await idp.read(path) == resource


@pytest.mark.proves("RFC 7644 §3.14", "If-None-Match of what the client has is 304")
async def test_what_the_client_has_is_not_sent_again(idp: IdP, resource: Json) -> None:
    path = idp.path_of(resource)
    answer = await idp.get(path, If_None_Match='W/"1"')
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", 'W/"1"')
    assert (await idp.get(path, If_None_Match='W/"2"')).status_code == 200


async def test_both_conditions_hold_for_every_method(idp: IdP, resource: Json) -> None:
    path, mine, old = idp.path_of(resource), 'W/"1"', 'W/"0"'
    change = {"op": "replace", "path": "displayName", "value": "changed"}
    answers = [
        await idp.get(path, If_Match=old),
        await idp.patch(resource, change, If_None_Match=mine),
        await idp.send("PUT", path, whole(resource), If_None_Match="*"),
        await idp.send("DELETE", path, If_None_Match=mine),
    ]
    assert {each.status_code for each in answers} == {412}
    assert (await idp.get(path, If_Match=mine)).json() == resource
    assert (await idp.patch(resource, change, If_None_Match=old)).status_code == 200
    for method in ("PUT", "PATCH", "DELETE"):
        missing = path.replace(resource["id"], "0190a000-0000-7000-8000-000000000001")
        body = {"Operations": [change]} if method == "PATCH" else whole(resource)
        assert (await idp.send(method, missing, body, If_Match="*")).status_code == 404


async def test_a_user_has_another_version_once_its_groups_are_others(idp: IdP) -> None:
    ada, bob = await idp.user("ada"), await idp.user("bob")
    seen = [await idp.read(idp.path_of(ada))]
    group = await idp.group("Engineering", ada)
    seen.append(await idp.read(idp.path_of(ada)))
    await idp.patched(group, {"op": "replace", "path": "displayName", "value": "Research"})
    seen.append(await idp.read(idp.path_of(ada)))
    assert len({each["meta"]["version"] for each in seen}) == 3
    await idp.patched(group, {"op": "remove", "path": "members", "value": [{"value": ada["id"]}]})
    assert await idp.read(idp.path_of(ada)) == seen[0]
    assert (await idp.read(idp.path_of(bob)))["meta"] == bob["meta"]


async def test_the_version_of_a_user_in_groups_is_the_same_wherever_it_is_told(idp: IdP) -> None:
    ada = await idp.user("ada")
    await idp.group("Engineering", ada)
    path = idp.path_of(ada)
    answer = await idp.get(path)
    tag = answer.headers["etag"]
    without = await idp.read(f"{path}?excludedAttributes=groups")
    [listed] = await idp.find("Users", 'userName eq "ada"')
    assert {tag} == {each["meta"]["version"] for each in (answer.json(), without, listed)}
    assert (await idp.get(path, If_None_Match=tag)).status_code == 304
    assert (await idp.get(path, If_None_Match=ada["meta"]["version"])).status_code == 200
    change = {"op": "add", "path": "title", "value": "Countess"}
    assert (await idp.patch(ada, change, If_Match=ada["meta"]["version"])).status_code == 412
    changed = await idp.patch(ada, change, If_Match=tag)
    assert (changed.status_code, changed.headers["etag"]) == (200, (await idp.get(path)).headers["etag"])
