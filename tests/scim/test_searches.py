"""``POST /.search``, of one type and of all, and queries at the root."""

from typing import Any

import pytest

from tests.scim.idp import ENTERPRISE, IdP, Json

SEARCH = "urn:ietf:params:scim:api:messages:2.0:SearchRequest"


async def search(idp: IdP, path: str, **parameters: Any) -> Json:
    answer = await idp.send("POST", path, {"schemas": [SEARCH], **parameters})
    assert answer.status_code == 200, answer.text
    found: Json = answer.json()
    return found


@pytest.fixture
async def company(idp: IdP) -> IdP:
    """Four people and two groups."""
    people = [await idp.user(f"person-{n}", title="x", **{ENTERPRISE: {"department": "y"}}) for n in range(4)]
    await idp.group("Engineering", *people[:2])
    await idp.group("person-1")
    return idp


def names(page: Json) -> list[str]:
    return [each.get("userName") or each["displayName"] for each in page["Resources"]]


@pytest.mark.proves("RFC 7644 §3.4.3", "a search in a body is the same list")
async def test_a_search_is_a_list_asked_for_in_a_body(company: IdP) -> None:
    asked = {"filter": 'userName sw "PERSON"', "sortBy": "userName", "sortOrder": "descending", "startIndex": 2}
    page = await search(company, "/Users/.search", **asked, count=2, attributes=["userName", "meta.version"])
    assert (names(page), page["totalResults"], page["startIndex"]) == (["person-2", "person-1"], 4, 2)
    assert page["Resources"][0].keys() == {"id", "schemas", "userName", "meta"}
    assert page["Resources"][0]["meta"].keys() == {"version"}
    [group] = (await search(company, "/Groups/.search", COUNT=1, excludedattributes="members"))["Resources"]
    assert (group["displayName"], "members" in group) == ("Engineering", False)


@pytest.mark.proves("RFC 7644 §3.4.2.1", "a query at the root goes through users and groups")
@pytest.mark.proves("RFC 7644 §3.4.3", "a search at the root goes through users and groups")
@pytest.mark.proves("RFC 9865 §3", "a search goes on by a cursor in its body")
async def test_a_search_at_the_root_goes_through_users_and_groups(company: IdP) -> None:
    everything = ["person-0", "person-1", "person-2", "person-3", "Engineering", "person-1"]
    assert names(await search(company, "/.search")) == everything
    for start in range(1, 8):
        page = await search(company, "/.search", startIndex=start, count=3)
        assert (names(page), page["totalResults"]) == (everything[start - 1 : start + 2], 6)
    assert names(await company.read("/?count=5")) == everything[:5]
    page = await company.read("/?cursor&count=3")
    found = names(page)
    while "nextCursor" in page:
        page = await search(company, "/.search", cursor=page["nextCursor"], count=3)
        found += names(page)
    assert (found, page["totalResults"]) == (everything, 6)


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ('meta.resourceType eq "Group"', ["Engineering", "person-1"]),
        ('userName eq "person-1" or displayName eq "person-1"', ["person-1", "person-1"]),
        ("members pr", ["Engineering"]),
        ('emails[type eq "work"] or displayName sw "E"', ["Engineering"]),
        (f'{ENTERPRISE}:department eq "y" and userName ew "3"', ["person-3"]),
    ],
)
async def test_what_one_type_lacks_holds_for_none_of_its_resources(
    company: IdP, query: str, found: list[str]
) -> None:
    assert names(await search(company, "/.search", filter=query)) == found
    assert names(await search(company, "/.search", filter=query, sortBy="userName")) == found


@pytest.mark.parametrize(
    ("parameters", "scim_type"),
    [
        ({"filter": 'shoeSize eq "44"'}, "invalidFilter"),
        ({"filter": ["x"]}, "invalidSyntax"),
        ({"attributes": [1]}, "invalidSyntax"),
        ({"count": "many"}, "invalidValue"),
        ({"count": {}}, "invalidSyntax"),
        ({"sortBy": "shoeSize"}, "invalidValue"),
    ],
)
async def test_a_search_that_cannot_be_is_refused(idp: IdP, parameters: Json, scim_type: str) -> None:
    for path in ("/.search", "/Users/.search"):
        answer = await idp.send("POST", path, parameters)
        assert (answer.status_code, answer.json()["scimType"]) == (400, scim_type)


async def test_only_a_body_searches(idp: IdP) -> None:
    assert (await idp.get("/Users/.search")).status_code == 405
    assert (await idp.send("POST", "/.search", "[]")).status_code == 400
