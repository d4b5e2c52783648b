"""Entity tags: a change meant for an old version is refused, and what a client has is not sent again."""

import pytest

from tests.scim.idp import IdP, Json


@pytest.fixture(params=["user", "group"])
async def resource(idp: IdP, request: pytest.FixtureRequest) -> Json:
    """A user or a group."""
    return await idp.user() if request.param == "user" else await idp.group()


def whole(resource: Json) -> Json:
    return {"userName": "ada@example.com", "displayName": "changed", "externalId": resource["id"]}


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


async def test_what_the_client_has_is_not_sent_again(idp: IdP, resource: Json) -> None:
    path = idp.path_of(resource)
    answer = await idp.get(path, If_None_Match='W/"1"')
    assert (answer.status_code, answer.content, answer.headers["etag"]) == (304, b"", 'W/"1"')
    assert (await idp.get(path, If_None_Match='W/"2"')).status_code == 200
