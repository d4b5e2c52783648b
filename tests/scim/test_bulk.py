"""Many operations in one request: each stands for itself, and references are followed in both directions."""

from typing import Any

import pytest

from seatkeeper.core.integrations import Integration
from seatkeeper.scim.bulk_operations import in_order, read_operations
from seatkeeper.scim.calls import SCIMSettings
from seatkeeper.store.database import Database
from tests.scim.conftest import client_of
from tests.scim.idp import ENTERPRISE, PATCH, IdP, Json

REQUEST = "urn:ietf:params:scim:api:messages:2.0:BulkRequest"
MANAGER = f"{ENTERPRISE}:manager"


def post(collection: str, bulk_id: str, **data: Any) -> Json:
    return {"method": "POST", "path": f"/{collection}", "bulkId": bulk_id, "data": data}


def user(name: str, **attributes: Any) -> Json:
    return post("Users", name, userName=name, **attributes)


def group(name: str, *members: str, **attributes: Any) -> Json:
    listed = [{"value": f"bulkId:{each}"} for each in members]
    return post("Groups", name, displayName=name, members=listed, **attributes)


async def bulk(idp: IdP, *operations: Any, **parameters: Any) -> list[Json]:
    answer = await idp.send("POST", "/Bulk", {"schemas": [REQUEST], "Operations": operations, **parameters})
    assert answer.status_code == 200, answer.text
    assert answer.json()["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:BulkResponse"]
    results: list[Json] = answer.json()["Operations"]
    return results


def statuses(results: list[Json]) -> list[str]:
    return [each["status"] for each in results]


@pytest.mark.proves("RFC 7644 §3.7", "POST, PUT, PATCH and DELETE in one request")
@pytest.mark.proves(
    "RFC 7644 §3.7.3", "each operation has a result with method, bulkId, location, version and status"
)
async def test_every_kind_of_operation_has_a_result_of_its_own(idp: IdP) -> None:
    ada, grace, team = await idp.user("ada"), await idp.user("grace"), await idp.group("Team")
    title = {"schemas": [PATCH], "Operations": [{"op": "add", "path": "title", "value": "Countess"}]}
    results = await bulk(
        idp,
        user("alan"),
        {"method": "patch", "path": idp.path_of(ada), "version": ada["meta"]["version"], "data": title},
        {"method": "PUT", "path": idp.path_of(team), "data": {"displayName": "Crew"}},
        {"method": "DELETE", "path": idp.path_of(grace)},
        {"method": "DELETE", "path": idp.path_of(grace)},
        {"method": "PATCH", "path": idp.path_of(ada), "version": 'W/"1"', "data": title},
        user("ALAN"),
    )
    assert statuses(results) == ["201", "200", "200", "204", "404", "412", "409"]
    alan = await idp.read(results[0]["location"])
    assert (alan["userName"], results[0]["bulkId"], results[0]["version"]) == ("alan", "alan", 'W/"1"')
    assert results[1] == {
        "method": "PATCH",
        "location": ada["meta"]["location"],
        "version": 'W/"2"',
        "status": "200",
    }
    assert results[3] == {"method": "DELETE", "location": grace["meta"]["location"], "status": "204"}
    assert (results[6]["response"]["scimType"], "location" in results[6]) == ("uniqueness", False)
    assert (await idp.read(idp.path_of(team)))["displayName"] == "Crew"


@pytest.mark.proves("RFC 7644 §3.7.2", "a bulkId may be referred to before and after it is created")
async def test_references_lead_forwards_and_backwards(idp: IdP) -> None:
    outside = await idp.group("Outside")
    joining = {"Operations": [{"op": "add", "path": "members", "value": [{"value": "bulkId:ada"}]}]}
    leaving = {"Operations": [{"op": "remove", "path": 'members[value eq "bulkId:ada"]'}]}
    results = await bulk(
        idp,
        {"method": "PATCH", "path": idp.path_of(outside), "data": joining},
        group("Team", "grace", "Crew"),
        user("ada", **{ENTERPRISE: {"manager": {"value": "bulkId:grace"}}}),
        group("Crew", "ada"),
        user("grace"),
        {"method": "PATCH", "path": "/Groups/bulkId:Crew", "data": leaving},
        {"method": "DELETE", "path": "/Users/bulkId:grace"},
    )
    assert statuses(results) == ["200", "201", "201", "201", "201", "200", "204"]
    assert await idp.members_of(outside) == {"ada"}
    ada = await idp.read(results[2]["location"])
    assert results[4]["location"].endswith(ada[ENTERPRISE]["manager"]["value"])
    team = await idp.read(results[1]["location"])
    assert [each["display"] for each in team["members"]] == ["Crew"]
    assert await idp.members_of(await idp.read(results[3]["location"])) == set()


@pytest.mark.proves("RFC 7644 §3.7.1", "resources that refer to one another in a circle are created together")
async def test_a_circle_is_made_as_a_whole(idp: IdP, database: Database, integration: Integration) -> None:
    """RFC 7644 §3.7.1: two groups that are members of each other; and two people, each the other's manager."""
    results = await bulk(
        idp,
        group("A", "B", "ada"),
        group("B", "A"),
        user("ada", **{ENTERPRISE: {"manager": {"value": "bulkId:bob"}}}),
        user("bob", **{ENTERPRISE: {"manager": {"value": "bulkId:ada"}}}),
        group("Self", "Self"),
    )
    assert statuses(results) == ["201"] * 5
    for each in (results[0], results[1], results[4]):
        assert (await idp.read(each["location"]))["meta"]["version"] == each["version"]
    a = await idp.read(results[0]["location"])
    assert {each["display"] for each in a["members"]} == {"ada", "B"}
    bob = await idp.read(results[3]["location"])
    assert results[2]["location"].endswith(bob[ENTERPRISE]["manager"]["value"])
    async with database.read() as reader:
        cursor = await reader.connection.execute(
            "SELECT FROM waiting_members WHERE integration_id = %s", [integration.id]
        )
        assert await cursor.fetchall() == []


@pytest.mark.proves("RFC 7644 §3.7.1", "of a circle that cannot be nothing is created")
async def test_of_a_circle_that_cannot_be_nothing_is_made(idp: IdP) -> None:
    await idp.group("B")
    results = await bulk(idp, group("A", "B"), group("B", "A"), group("C", "A"), user("ada"))
    told = [(each["status"], each.get("response", {}).get("scimType")) for each in results]
    assert told == [("409", "invalidValue"), ("409", "uniqueness"), ("409", "invalidValue"), ("201", None)]
    assert (await idp.read("/Groups"))["totalResults"] == 1


@pytest.mark.proves("RFC 7644 §3.7.2", "a reference to what was not created is 409")
async def test_what_refers_to_nothing_is_a_conflict(idp: IdP) -> None:
    results = await bulk(
        idp,
        group("A", "nobody"),
        {"method": "DELETE", "path": "/Users/bulkId:nobody"},
        user(""),
        group("B", ""),
        user("bulkId:ada"),
    )
    assert statuses(results) == ["409", "409", "400", "201", "409"]
    assert (await idp.read("/Users"))["totalResults"] == 0


@pytest.mark.proves("RFC 7644 §3.7.3", "failOnErrors ends the request")
async def test_enough_errors_end_the_request(idp: IdP) -> None:
    wrong = {"method": "DELETE", "path": "/Users/nobody"}
    results = await bulk(idp, user("a"), wrong, user("b"), wrong, user("c"), failOnErrors=2)
    assert statuses(results) == ["201", "404", "201", "404"]
    assert statuses(await bulk(idp, wrong, user("c"), failOnErrors=1)) == ["404"]
    assert (await idp.read("/Users"))["totalResults"] == 2


@pytest.mark.parametrize(
    ("operation", "status"),
    [
        ("x", "400"),
        ({}, "400"),
        ({"method": "GET", "path": "/Users"}, "400"),
        ({"method": "POST", "path": "/Users", "data": {"userName": "x"}}, "400"),
        ({"method": "POST", "path": "/Users", "bulkId": "x"}, "400"),
        ({"method": "POST", "path": "/Users/1", "bulkId": "x", "data": {}}, "404"),
        ({"method": "POST", "path": "/Devices", "bulkId": "x", "data": {}}, "404"),
        ({"method": "PUT", "path": "/Users", "data": {}}, "404"),
        ({"method": "DELETE", "path": "/Users/a/b"}, "404"),
        ({"method": "DELETE", "path": 7}, "400"),
        ({"method": "POST", "path": "/Users", "bulkId": "x", "data": {"userName": "\0"}}, "400"),
        ({"method": "PATCH", "path": "/Users/x", "version": "\U0001f984", "data": {}}, "400"),
    ],
)
@pytest.mark.proves("RFC 7644 §3.7.3", "an operation that cannot be fails alone, with its error in response")
async def test_an_operation_that_cannot_be_is_its_own_failure(idp: IdP, operation: Any, status: str) -> None:
    results = await bulk(idp, operation, user("ada"))
    assert statuses(results) == [status, "201"]
    assert results[0]["response"]["status"] == status


@pytest.mark.parametrize(
    "body",
    [{}, {"Operations": []}, {"Operations": {}}, {"Operations": [{}], "failOnErrors": 0}, "[]", "{"],
)
async def test_a_bulk_request_that_cannot_be_is_refused(idp: IdP, body: Any) -> None:
    answer = await idp.send("POST", "/Bulk", body)
    assert (answer.status_code, answer.json()["status"]) == (400, "400")


@pytest.mark.proves("RFC 7644 §3.7.4", "maxOperations and maxPayloadSize are told, and kept with 413")
async def test_the_limits_are_told_and_kept(database: Database, integration: Integration, token: str) -> None:
    settings = SCIMSettings(max_bulk_operations=3, max_body_bytes=2000)
    async with client_of(database, integration.slug, token, settings) as client:
        idp = IdP(client)
        config = await idp.read("/ServiceProviderConfig")
        assert config["bulk"] == {"supported": True, "maxOperations": 3, "maxPayloadSize": 2000}
        for many in ([user("a")] * 4, [user("a" * 2000)]):
            answer = await idp.send("POST", "/Bulk", {"Operations": many})
            assert (answer.status_code, answer.json()["status"]) == (413, "413")
        assert statuses(await bulk(idp, user("a"), user("b"), user("c"))) == ["201"] * 3


async def test_users_without_references_are_created_at_once(idp: IdP) -> None:
    results = await bulk(idp, *(user(f"person-{n}") for n in range(250)), group("All", "person-7", "person-249"))
    assert statuses(results) == ["201"] * 251
    assert [each["bulkId"] for each in results[:3]] == ["person-0", "person-1", "person-2"]


def test_references_a_thousand_deep_are_put_in_order() -> None:
    chain = [group(f"g{n}", f"g{n + 1}") for n in range(999)] + [group("g999")]
    ordered = in_order(read_operations(chain))
    assert [unit[0].number for unit in ordered] == list(range(999, -1, -1))
    ring = in_order(read_operations([*chain[:-1], group("g999", "g0")]))
    assert [len(unit) for unit in ring] == [1000]
