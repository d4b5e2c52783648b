"""What the user schema declares unique, no two users of an integration have the same of."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import httpx
import pytest

from seatkeeper.core.integrations import Integration, SchemaAttribute
from seatkeeper.core.schema import ENTERPRISE_USER, STANDARD_SCHEMA
from seatkeeper.store.database import Database
from tests.scim.conftest import an_integration, client_of, opened
from tests.scim.idp import CUSTOM, IdP, Json

SCHEMA = (
    *(each for each in STANDARD_SCHEMA if each.name != "emails.value"),
    SchemaAttribute("emails.value", unique=True),
    SchemaAttribute(f"{CUSTOM}:badge", unique=True),
    SchemaAttribute(f"{CUSTOM}:key", unique=True, case_exact=True),
    SchemaAttribute(f"{CUSTOM}:plates", unique=True, multi_valued=True),
    SchemaAttribute(f"{CUSTOM}:locker", "integer", unique=True),
    SchemaAttribute(f"{CUSTOM}:desk.number", unique=True),
    SchemaAttribute(f"{ENTERPRISE_USER}:employeeNumber", unique=True),
)


@pytest.fixture
def integration() -> Integration:
    """An integration that minds more than user names."""
    return replace(an_integration(), schema=SCHEMA)


@pytest.fixture
async def elsewhere(database: Database) -> AsyncIterator[IdP]:
    """Another integration of the same schema."""
    other = replace(an_integration(), schema=SCHEMA)
    async with client_of(database, other.slug, await opened(database, other)) as client:
        yield IdP(client)


def custom(**attributes: object) -> Json:
    return {CUSTOM: attributes}


def refused(answer: httpx.Response, *names: str) -> bool:
    """Whether it is the refusal the standard asks for, and names the attributes."""
    told = answer.json()
    in_words = all(f'"{name}"' in told["detail"] for name in names)
    return (answer.status_code, told["scimType"], in_words) == (409, "uniqueness", True)


VALUES = [
    (custom(badge="A-7"), custom(badge="a-7"), f"{CUSTOM}:badge"),
    (custom(key="A-7"), custom(key="A-7"), f"{CUSTOM}:key"),
    (custom(plates=["K 1", "K 2"]), custom(plates=["K 3", "k 2"]), f"{CUSTOM}:plates"),
    (custom(locker=7), custom(locker=7), f"{CUSTOM}:locker"),
    (custom(desk={"number": "3.14"}), custom(desk={"number": "3.14"}), f"{CUSTOM}:desk.number"),
    ({"emails": [{"value": "a@x"}]}, {"emails": [{"value": "b@x"}, {"value": "A@x"}]}, "emails.value"),
    (
        {ENTERPRISE_USER: {"employeeNumber": "701"}},
        {ENTERPRISE_USER: {"employeeNumber": "701"}},
        f"{ENTERPRISE_USER}:employeeNumber",
    ),
]


@pytest.mark.parametrize(("first", "second", "name"), VALUES)
@pytest.mark.proves("RFC 7643 §2.2", "what a schema says is unique is")
async def test_a_value_that_somebody_has_is_refused_and_nothing_changes(
    idp: IdP, first: Json, second: Json, name: str
) -> None:
    await idp.user("ada", **first)
    assert refused(await idp.send("POST", "/Users", {"userName": "bob", **second}), name)
    assert await idp.find("Users", 'userName eq "bob"') == []
    bob = await idp.user("bob")
    assert refused(await idp.send("PUT", idp.path_of(bob), {"userName": "robert", **second}), name)
    assert refused(await idp.patch(bob, {"op": "add", "value": second}), name)
    assert await idp.read(idp.path_of(bob)) == bob


async def test_case_counts_where_the_schema_says_so(idp: IdP) -> None:
    await idp.user("ada", **custom(key="a-7"))
    await idp.user("bob", **custom(key="A-7"))
    assert len(await idp.find("Users", f'{CUSTOM}:key eq "a-7"')) == 1


@pytest.mark.proves("RFC 7643 §7", "uniqueness and caseExact of an integration's own attributes are told")
async def test_the_schema_says_what_is_unique_and_where_case_counts(idp: IdP) -> None:
    published = {each["name"]: each for each in (await idp.read(f"/Schemas/{CUSTOM}"))["attributes"]}
    assert {each["uniqueness"] for name, each in published.items() if name != "desk"} == {"server"}
    assert [name for name, each in published.items() if each["caseExact"]] == ["key"]
    core = await idp.read("/Schemas/urn:ietf:params:scim:schemas:core:2.0:User")
    [emails] = [each for each in core["attributes"] if each["name"] == "emails"]
    assert {each["name"]: each["uniqueness"] for each in emails["subAttributes"]}["value"] == "server"


async def test_users_of_one_integration_do_not_mind_those_of_another(idp: IdP, elsewhere: IdP) -> None:
    await idp.user("ada", **custom(badge="7"))
    await elsewhere.user("ada", **custom(badge="7"))


async def test_a_value_is_free_once_it_is_given_up(idp: IdP) -> None:
    ada = await idp.user("ada", **custom(badge="7", plates=["K 1", "K 1"]))
    bob = await idp.user("bob", **custom(badge="8"))
    await idp.patched(ada, {"op": "replace", "path": f"{CUSTOM}:badge", "value": "9"})
    await idp.patched(bob, {"op": "replace", "path": f"{CUSTOM}:badge", "value": "7"})
    await idp.patched(ada, {"op": "remove", "path": f"{CUSTOM}:badge"})
    await idp.user("eve", **custom(badge="9"))
    assert (await idp.send("DELETE", idp.path_of(bob))).status_code == 204
    await idp.user("mallory", **custom(badge="7"))


async def test_a_value_stays_with_somebody_who_is_inactive(idp: IdP) -> None:
    await idp.user("ada", active=False, **custom(badge="7"))
    assert refused(await idp.send("POST", "/Users", {"userName": "bob", **custom(badge="7")}))


async def test_a_change_of_something_else_keeps_the_value(idp: IdP) -> None:
    ada = await idp.user("ada", **custom(badge="7"))
    await idp.patched(ada, {"op": "replace", "path": "title", "value": "Countess"})
    assert refused(await idp.send("POST", "/Users", {"userName": "bob", **custom(badge="7")}))


async def test_empty_values_are_no_values(idp: IdP) -> None:
    await idp.user("ada", **custom(badge="", plates=[]))
    await idp.user("bob", **custom(badge="", plates=[]))


async def test_of_equal_values_sent_at_once_one_is_taken(idp: IdP) -> None:
    bodies = [{"userName": f"person-{number}", **custom(badge="7")} for number in range(12)]
    answers = await asyncio.gather(*(idp.send("POST", "/Users", body) for body in bodies))
    assert sorted(each.status_code for each in answers) == [201, *[409] * 11]
    assert len(await idp.find("Users", "userName pr")) == 1


async def test_of_equal_values_patched_in_at_once_one_is_taken(idp: IdP) -> None:
    people = [await idp.user(f"person-{number}") for number in range(8)]
    change = {"op": "add", "path": f"{CUSTOM}:badge", "value": "7"}
    answers = await asyncio.gather(*(idp.patch(person, change) for person in people))
    assert sorted(each.status_code for each in answers) == [200, *[409] * 7]
    assert len(await idp.find("Users", f'{CUSTOM}:badge eq "7"')) == 1
