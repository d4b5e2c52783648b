"""Repeats are harmless: a create whose answer got lost joins the first, a repeated change leaves no trace."""

import asyncio
import json
from collections.abc import Mapping
from datetime import UTC, datetime

import pytest

from seatkeeper.core.integrations import Integration
from seatkeeper.scim.calls import SCIMSettings
from seatkeeper.scim.routes import scim_app
from seatkeeper.store.database import Database
from tests.scim.idp import IdP, Json

ADA: Json = {"userName": "ada", "externalId": "x-1", "title": "Countess"}
TEAM: Json = {"displayName": "Team", "externalId": "g-1", "members": [{"value": "x-9"}]}


async def hung_up(database: Database, integration: Integration, token: str, path: str, body: Json) -> int:
    """Send a create and hang up at once; tell the status nobody heard."""
    app = scim_app(database, clock=lambda: datetime.now(UTC), settings=SCIMSettings(askers_wait=0))
    arriving = [{"type": "http.request", "body": json.dumps(body).encode(), "more_body": False}]
    answers: list[Mapping[str, object]] = []

    async def receive() -> Json:
        return arriving.pop() if arriving else {"type": "http.disconnect"}

    async def send(message: Mapping[str, object]) -> None:
        answers.append(message)

    scope = {
        "type": "http",
        "method": "POST",
        "scheme": "http",
        "path": f"/{integration.slug}{path}",
        "query_string": b"",
        "headers": [(b"authorization", f"Bearer {token}".encode()), (b"content-type", b"application/json")],
    }
    await app(scope, receive, send)
    status = answers[0]["status"]
    assert isinstance(status, int)
    return status


async def traces(database: Database, integration: Integration) -> list[int]:
    async with database.read() as reader:
        return [
            len(await (await reader.connection.execute(query, [integration.id])).fetchall())
            for query in (
                b"SELECT FROM jobs WHERE integration_id = %s",
                b"SELECT FROM events WHERE integration_id = %s",
            )
        ]


@pytest.mark.parametrize(("path", "body"), [("/Users", ADA), ("/Groups", TEAM)])
@pytest.mark.proves("IdP rule 23", "a create whose answer got lost joins the first when it is repeated")
async def test_a_create_whose_answer_nobody_heard_is_answered_when_it_is_repeated(
    idp: IdP, database: Database, integration: Integration, token: str, path: str, body: Json
) -> None:
    assert await hung_up(database, integration, token, path, body) == 201
    before = await traces(database, integration)
    for other in ({"externalId": "other"}, {"title": "Lady", "members": []}):
        assert (await idp.send("POST", path, {**body, **other})).status_code == 409
    again = await idp.send("POST", path, body)
    assert (again.status_code, again.json()["meta"]["version"]) == (201, 'W/"1"')
    assert again.headers["location"] == again.json()["meta"]["location"]
    assert await traces(database, integration) == before


async def test_what_was_changed_since_is_somebody_elses(
    idp: IdP, database: Database, integration: Integration, token: str
) -> None:
    assert await hung_up(database, integration, token, "/Users", ADA) == 201
    [ada] = await idp.find("Users", 'userName eq "ada"')
    await idp.patched(ada, {"op": "add", "path": "nickName", "value": "x"})
    await idp.patched(ada, {"op": "remove", "path": "nickName"})
    assert (await idp.send("POST", "/Users", ADA)).status_code == 409


async def test_a_create_whose_answer_was_heard_is_a_duplicate_when_it_is_repeated(idp: IdP) -> None:
    """Microsoft's collection and its validator count on it."""
    for path, body in (("/Users", ADA), ("/Groups", TEAM)):
        assert (await idp.send("POST", path, body)).status_code == 201
        answer = await idp.send("POST", path, body)
        assert (answer.status_code, answer.json()["scimType"]) == (409, "uniqueness")


async def test_equal_creates_under_way_at_the_same_time_are_one(idp: IdP) -> None:
    answers = await asyncio.gather(*(idp.send("POST", "/Users", ADA) for _ in range(8)))
    assert {each.status_code for each in answers} <= {201, 409}
    made = {each.json()["id"] for each in answers if each.status_code == 201}
    assert (len(made), [each.status_code for each in answers].count(201) > 1) == (1, True)
    other = await asyncio.gather(
        *(idp.send("POST", "/Users", {**ADA, "userName": "bob", "title": t}) for t in "ab")
    )
    assert sorted(each.status_code for each in other) == [201, 409]


async def test_a_repeated_change_leaves_no_trace(idp: IdP, database: Database, integration: Integration) -> None:
    ada = await idp.user("ada")
    team = await idp.group("Team")
    two = {"op": "add", "path": "members", "value": [ada["id"], "x"]}
    wishes = [
        ("PATCH", idp.path_of(ada), {"Operations": [{"op": "Replace", "path": "title", "value": "x"}]}),
        ("PUT", idp.path_of(ada), {"userName": "ada", "active": False, "emails": [{"value": "a@b"}]}),
        ("PATCH", idp.path_of(team), {"Operations": [two]}),
        ("PATCH", idp.path_of(team), {"Operations": [{"op": "remove", "path": "members", "value": [ada["id"]]}]}),
        ("PUT", idp.path_of(team), {"displayName": "Crew", "members": [{"value": ada["id"]}, {"value": "x"}]}),
    ]
    for method, path, body in wishes:
        first = await idp.send(method, path, body)
        before = await traces(database, integration)
        again = await idp.send(method, path, body)
        assert (first.status_code, again.status_code, again.json()) == (200, 200, first.json())
        assert await traces(database, integration) == before
