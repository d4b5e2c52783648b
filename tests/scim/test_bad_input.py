"""Bad input gets the right SCIM error body and changes nothing."""

from collections.abc import AsyncIterator
from typing import Any
from urllib.parse import quote

import pytest

from seatkeeper.scim.calls import SCIMSettings
from seatkeeper.store.database import Database
from tests.scim.conftest import an_integration, client_of, opened
from tests.scim.idp import CUSTOM, ENTERPRISE, IdP, Json

STRANGER = "0190a000-0000-7000-8000-000000000001"
ERROR = "urn:ietf:params:scim:api:messages:2.0:Error"


def told(answer: Any, status: int, scim_type: str | None = None) -> None:
    """Check that an answer is a SCIM error, complete and plain."""
    body = answer.json()
    assert (answer.status_code, body["status"], body.get("scimType")) == (status, str(status), scim_type), body
    assert body["schemas"] == [ERROR]
    assert body["detail"]
    assert "\n" not in body["detail"]
    assert answer.headers["content-type"] == "application/scim+json"
    assert answer.headers["x-request-id"]


@pytest.mark.parametrize(
    "body",
    [
        b"{",
        b" ",
        b"[]",
        b'"userName"',
        b"null",
        b"\xff\xfe{}",
        b'{"userName": NaN}',
        b'{"userName": "\\ud800"}',
        b'{"userName": "ada" "title": "x"}',
        b'{"a":' * 3000 + b"1" + b"}" * 3000,
        b'{"userName": "ada", "USERNAME": "grace"}',
    ],
)
@pytest.mark.proves("RFC 7644 §3.8", "a body that is no JSON object is invalidSyntax")
async def test_a_body_that_is_no_json_object_is_invalid_syntax(idp: IdP, body: bytes) -> None:
    told(await idp.send("POST", "/Users", body), 400, "invalidSyntax")
    assert (await idp.read("/Users"))["totalResults"] == 0


@pytest.mark.parametrize(
    "attributes",
    [
        {"userName": 7},
        {"userName": ["ada"]},
        {"userName": {"value": "ada"}},
        {"active": "perhaps"},
        {"active": 1},
        {"name": "Ada Lovelace"},
        {"name": {"givenName": 1}},
        {"emails": "ada@example.com"},
        {"emails": ["ada@example.com"]},
        {"emails": [{"value": {"deep": {"er": 1}}}]},
        {"emails": [{"value": "a", "primary": "perhaps"}]},
        {"externalId": True},
        {ENTERPRISE: []},
        {ENTERPRISE: {"department": ["x"]}},
        {CUSTOM: {"vip": "sometimes"}},
        {CUSTOM: {"salary": "much"}},
        {CUSTOM: {"badge": "7"}},
        {"displayName": "a\u0000b"},
        {"userName": "a\u0000b"},
        {"userName": "x" * 5000},
        {"externalId": "x" * 5000},
    ],
)
@pytest.mark.proves("RFC 7643 §2.3", "a value of another type is refused, and its attribute named")
async def test_a_value_of_the_wrong_type_is_an_invalid_value(idp: IdP, attributes: Json) -> None:
    told(await idp.send("POST", "/Users", {"userName": "ada", **attributes}), 400, "invalidValue")
    assert (await idp.read("/Users"))["totalResults"] == 0


@pytest.mark.parametrize("body", [{}, {"userName": ""}, {"userName": "  "}, {"userName": None}, {"title": "x"}])
@pytest.mark.proves("RFC 7643 §4.1", "a user needs a userName")
async def test_a_user_without_a_name_is_an_invalid_value(idp: IdP, body: Json) -> None:
    told(await idp.send("POST", "/Users", body), 400, "invalidValue")
    user = await idp.user()
    told(await idp.send("PUT", f"/Users/{user['id']}", body), 400, "invalidValue")
    assert await idp.read(f"/Users/{user['id']}") == user


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"displayName": ""},
        {"displayName": 3},
        {"displayName": "x", "members": [""]},
        {"displayName": "x", "members": ["x\u0000"]},
        {"displayName": "x", "members": [{"value": "x" * 5000}]},
        {"displayName": "x", "members": [{"display": "Ada"}]},
        {"displayName": "x", "members": [7]},
        {"displayName": "x" * 5000},
        {"displayName": "a\u0000b"},
    ],
)
@pytest.mark.proves("RFC 7643 §4.2", "a group needs a displayName, and each member a value")
async def test_a_group_without_a_name_or_with_members_that_cannot_be_is_an_invalid_value(
    idp: IdP, body: Json
) -> None:
    told(await idp.send("POST", "/Groups", body), 400, "invalidValue")
    assert (await idp.read("/Groups"))["totalResults"] == 0


@pytest.mark.parametrize(
    "query",
    [
        "userName",
        "userName eq",
        'userName eq "ada',
        'userName is "ada"',
        'userName eq "ada" and',
        '(userName eq "ada"',
        'shoeSize eq "44"',
        'name.shoeSize eq "44"',
        'urn:nobody:User:x eq "44"',
        'emails[shoeSize eq "44"]',
        "active gt true",
        'active eq "perhaps"',
        'meta.created gt "yesterday"',
        "not (" * 100 + 'userName eq "ada"' + ")" * 100,
        "x" * 20_000,
        "userName eq 'ada'",
    ],
)
@pytest.mark.parametrize("collection", ["Users", "Groups"])
@pytest.mark.proves("RFC 7644 §3.4.2.2", "a wrong filter is 400 invalidFilter")
async def test_a_filter_nobody_understands_is_an_invalid_filter(idp: IdP, collection: str, query: str) -> None:
    told(await idp.get(f"/{collection}?filter={quote(query)}"), 400, "invalidFilter")


@pytest.mark.parametrize("literal", ['"\\u0000"', '"\\ud800"', '"a\\u0000b"', '"\\udfff\\ud800"'])
async def test_characters_no_database_holds_are_refused_in_filters(idp: IdP, literal: str) -> None:
    for attribute in ("userName", "displayName", "emails.value", "externalId"):
        answer = await idp.get(f"/Users?filter={quote(f'{attribute} eq {literal}')}")
        assert answer.status_code == 400, answer.text


@pytest.mark.parametrize("literal", ["99999999999999999999999999", "1e300", "-0.0", "null", "true", '""'])
async def test_any_literal_of_a_filter_is_answered(idp: IdP, literal: str) -> None:
    await idp.user()
    for attribute in ("userName", "active", "emails.primary", "meta.created", "id", f"{CUSTOM}:salary"):
        for operator in ("eq", "ne", "gt", "co"):
            answer = await idp.get(f"/Users?filter={quote(f'{attribute} {operator} {literal}')}")
            assert answer.status_code in {200, 400}, answer.text


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("startIndex=-5", 200),
        ("startIndex=0", 200),
        ("startIndex=99999999999999999999999", 200),
        ("count=-1", 200),
        ("count=99999999999999999999999", 200),
        ("count=&startIndex=", 200),
        ("filter=", 200),
        ("attributes=&excludedAttributes=", 200),
        ("startIndex=first", 400),
        ("count=all", 400),
        ("sortBy=shoeSize", 400),
        ("%00=%00&attributes=%00,%ff", 200),
    ],
)
@pytest.mark.proves("RFC 7644 §3.4.2.4", "a startIndex below 1 is 1, a count below 0 is 0")
async def test_odd_parameters_are_taken_for_what_the_standard_says(idp: IdP, query: str, status: int) -> None:
    answer = await idp.get(f"/Users?{query}")
    assert answer.status_code == status, answer.text
    if status == 200:
        assert answer.json()["startIndex"] >= 1


@pytest.mark.parametrize(
    "name",
    [STRANGER, "010101001010101011001010101011", "nobody", "%00", "a%2Fb", "{}", "%F0%9F%A6%84", "x" * 500],
)
@pytest.mark.parametrize("collection", ["Users", "Groups"])
@pytest.mark.proves("RFC 7644 §3.4.1", "an id nobody has is 404 for every method")
async def test_an_unknown_id_is_not_found(idp: IdP, collection: str, name: str) -> None:
    path = f"/{collection}/{name}"
    body = {"userName": "ada", "displayName": "x"}
    patch = {"Operations": [{"op": "replace", "path": "displayName", "value": "x"}]}
    told(await idp.get(path), 404)
    told(await idp.send("DELETE", path), 404)
    if name != "a%2Fb":
        told(await idp.send("PUT", path, body), 404)
        told(await idp.send("PATCH", path, patch), 404)


@pytest.mark.parametrize(
    ("operations", "scim_type"),
    [
        (None, "invalidSyntax"),
        ([], "invalidSyntax"),
        ("replace", "invalidSyntax"),
        ([7], "invalidSyntax"),
        ([{"path": "title", "value": "x"}], "invalidSyntax"),
        ([{"op": "move", "path": "title", "value": "x"}], "invalidSyntax"),
        ([{"op": "replace", "path": "title"}], "invalidValue"),
        ([{"op": "replace", "value": "x"}], "invalidValue"),
        ([{"op": "replace", "path": "title", "value": 7}], "invalidValue"),
        ([{"op": "replace", "path": "name", "value": "x"}], "invalidValue"),
        ([{"op": "replace", "path": ENTERPRISE, "value": "x"}], "invalidValue"),
        ([{"op": "replace", "path": "title", "value": "a\u0000"}], "invalidValue"),
        ([{"op": "add", "path": 'emails[type eq "\\u0000"].value', "value": "x"}], "invalidValue"),
        ([{"op": "add", "path": 'emails[type eq "\\ud800"].value', "value": "x"}], "invalidValue"),
        ([{"op": "remove"}], "noTarget"),
        ([{"op": "replace", "path": 'emails[type sw "w"].value', "value": "x"}], "noTarget"),
        ([{"op": "replace", "path": 7, "value": "x"}], "invalidPath"),
        ([{"op": "replace", "path": "emails[", "value": "x"}], "invalidPath"),
        ([{"op": "replace", "path": "a b", "value": "x"}], "invalidPath"),
        ([{"op": "replace", "path": "id", "value": "x"}], "mutability"),
        ([{"op": "replace", "path": "meta.created", "value": "x"}], "mutability"),
        ([{"op": "add", "path": "groups", "value": [{"value": STRANGER}]}], "mutability"),
        ([{"op": "remove", "path": "userName"}], "mutability"),
    ],
)
@pytest.mark.proves(
    "RFC 7644 §3.5.2",
    "what cannot be is refused with its scimType: mutability, invalidPath, noTarget, invalidValue",
)
@pytest.mark.proves("RFC 7644 §3.12", "errors have the scimType of their kind")
async def test_a_patch_that_cannot_be_is_refused_with_its_keyword(
    idp: IdP, operations: Any, scim_type: str
) -> None:
    user = await idp.user(title="before")
    answer = await idp.send("PATCH", f"/Users/{user['id']}", {"Operations": operations})
    told(answer, 400, scim_type)
    assert await idp.read(f"/Users/{user['id']}") == user


@pytest.mark.parametrize(
    ("operation", "scim_type"),
    [
        ({"op": "add", "path": "members", "value": [{"value": " "}]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{"value": "a\u0000b"}]}, "invalidValue"),
        ({"op": "add", "path": "members", "value": [{"display": "Ada"}]}, "invalidValue"),
        ({"op": "remove", "path": 'members[display eq "Ada"]'}, "invalidPath"),
        ({"op": "remove", "path": 'members[value sw "0"]'}, "invalidPath"),
        ({"op": "replace", "path": 'members[value eq "x"].display', "value": "x"}, "mutability"),
        ({"op": "remove", "path": "displayName"}, "mutability"),
        ({"op": "replace", "path": "displayName", "value": ""}, "invalidValue"),
        ({"op": "replace", "path": "members[", "value": []}, "invalidPath"),
    ],
)
async def test_a_patch_of_a_group_that_cannot_be_is_refused(idp: IdP, operation: Json, scim_type: str) -> None:
    group = await idp.group("Engineering", await idp.user())
    told(await idp.patch(group, operation), 400, scim_type)
    assert await idp.read(f"/Groups/{group['id']}") == group


async def test_a_patch_of_far_too_many_attributes_is_refused(idp: IdP) -> None:
    user = await idp.user()
    told(await idp.patch(user, *[{"op": "replace", "path": "title", "value": "x"}] * 501), 413)
    group = await idp.group("Engineering", user)
    leave = {"op": "remove", "path": f'members[value eq "{user["id"]}"]'}
    assert (await idp.patch(group, *[leave] * 501)).status_code == 200


@pytest.fixture
async def small(database: Database) -> AsyncIterator[IdP]:
    """An endpoint that takes a thousand bytes."""
    integration = an_integration()
    token = await opened(database, integration)
    settings = SCIMSettings(max_body_bytes=1000)
    async with client_of(database, integration.slug, token, settings) as client:
        yield IdP(client)


@pytest.mark.proves("RFC 7644 §3.12", "what is too large is 413")
async def test_a_body_that_is_too_large_is_refused(small: IdP) -> None:
    told(await small.send("POST", "/Users", {"userName": "x" * 1000}), 413)
    await small.user("x" * 900)


async def test_a_body_in_chunks_is_counted_while_it_is_read(small: IdP) -> None:
    async def chunks() -> AsyncIterator[bytes]:
        yield b'{"userName": "'
        for _ in range(100):
            yield b"x" * 100
        raise AssertionError("read far beyond the limit")

    told(await small.client.post("/Users", content=chunks()), 413)


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", "text/xml"])
@pytest.mark.proves("RFC 7644 §3.1", "another media type is 415")
async def test_a_body_that_is_not_json_is_an_unsupported_media_type(idp: IdP, content_type: str) -> None:
    told(await idp.send("POST", "/Users", {"userName": "ada"}, Content_Type=content_type), 415)


@pytest.mark.proves("RFC 7644 §3.2", "another method is 405 with those there are")
async def test_a_method_an_endpoint_does_not_know_is_refused_with_those_it_knows(idp: IdP) -> None:
    answer = await idp.send("DELETE", "/Users")
    told(answer, 405)
    assert answer.headers["allow"] == "GET, POST"
    told(await idp.send("POST", "/Schemas", {}), 405)


@pytest.mark.parametrize("path", ["", "/", "/Devices", "/Users/a/b", "/v2/Users"])
@pytest.mark.proves("RFC 7644 §3.2", "another path is 404 with a SCIM body")
async def test_an_unknown_endpoint_is_not_found(idp: IdP, path: str) -> None:
    told(await idp.get(path), 404)


@pytest.mark.parametrize(
    "path", ["/Users/", "//Users", "/Groups//", "/users", "/GROUPS", "/serviceProviderConfig"]
)
async def test_a_slash_too_many_or_another_case_does_no_harm(idp: IdP, path: str) -> None:
    assert (await idp.get(f"{idp.base_url}{path}")).status_code == 200
