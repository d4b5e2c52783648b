"""What apps answer that the RFCs did not foresee, seen in products that are too large to run here."""

import base64
import json
from typing import Any

import pytest

from seatkeeper.connectors.scim import connector
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.core.ids import Uid
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.connector import DisablesAccounts, GrantsEntitlements, ManagesGroups, check
from seatkeeper.spi.errors import AccountExistsError, ConnectorError, RejectedError, TransientError
from seatkeeper.spi.settings import SettingsInvalidError, validate_settings
from tests.connectors.scim.opening import opened
from tests.spi.wire import Received, Respond, listening, reply

LIST = "urn:ietf:params:scim:api:messages:2.0:ListResponse"


def settings(address: str, **given: object) -> SCIMSettings:
    return validate_settings(SCIMSettings, {"base_url": address, "token": "t0ken", **given})


def users(*names: str, total: int | None = None) -> dict[str, Any]:
    resources = [{"id": f"id-{name}", "userName": name, "active": True} for name in names]
    return {"schemas": [LIST], "totalResults": len(names) if total is None else total, "Resources": resources}


def app(routes: dict[str, bytes | Respond]) -> Respond:
    """Answer by method and path; everything else is 404."""

    def respond(request: Received) -> bytes | None:
        route = routes.get(f"{request.method} {request.path}")
        return route(request) if callable(route) else route or reply(404)

    return respond


async def test_discovery_in_a_bare_list_is_understood() -> None:
    # Open WebUI 0.12.4 answers /ResourceTypes and /Schemas with a bare list.
    schema = {
        "id": "urn:ietf:params:scim:schemas:core:2.0:User",
        "attributes": [{"name": "userName"}, {"name": "active"}, {"name": "emails", "subAttributes": "odd"}, 7],
    }
    routes: dict[str, bytes | Respond] = {
        "GET /ResourceTypes": reply(200, [{"id": "User", "name": "User"}]),
        "GET /Schemas": reply(200, [schema, "odd"]),
        "GET /ServiceProviderConfig": reply(200, {"patch": "yes", "filter": {"supported": "true"}}),
    }
    async with listening(app(routes)) as wire, connector.connect(settings(wire.address)) as session:
        assert not isinstance(session, ManagesGroups | GrantsEntitlements)
        assert isinstance(session, DisablesAccounts)
        assert not session.abilities.groups
        assert "title" in session.abilities.write_only


async def test_an_app_without_active_cannot_disable() -> None:
    schema = {"id": "urn:ietf:params:scim:schemas:core:2.0:User", "attributes": [{"name": "userName"}]}
    async with (
        listening(app({"GET /Schemas": reply(200, {"Resources": [schema]})})) as wire,
        connector.connect(settings(wire.address)) as session,
    ):
        assert not isinstance(session, DisablesAccounts)
        assert not session.abilities.disables


async def test_a_list_that_breaks_off_never_looks_complete() -> None:
    def respond(request: Received) -> bytes:
        return reply(200, users("ada", "bob", total=5) if "startIndex=1&" in request.target else users(total=5))

    async with listening(app({"GET /Users": respond})) as wire, opened(settings(wire.address)) as session:
        listing = session.list_accounts()
        assert [(await anext(listing)).name, (await anext(listing)).name] == ["ada", "bob"]
        with pytest.raises(TransientError, match="ended after 2 of 5"):
            await anext(listing)


async def test_an_app_that_repeats_its_first_page_is_not_believed() -> None:
    page = reply(200, users("ada", "bob", total=5))
    async with listening(app({"GET /Users": page})) as wire, opened(settings(wire.address)) as session:
        with pytest.raises(TransientError, match="ended after 2 of 5"):
            _ = [account async for account in session.list_accounts()]


@pytest.mark.parametrize(
    "body", [[], {}, {"Resources": None}, {"Resources": [{"userName": "ada"}]}, "hello", None]
)
async def test_a_list_that_is_none_is_no_empty_list(body: object) -> None:
    answer = reply(200, body)
    async with listening(app({"GET /Users": answer})) as wire, opened(settings(wire.address)) as session:
        if body == []:
            assert await session.find_accounts("userName", "ada") == []
        else:
            with pytest.raises(TransientError):
                await session.find_accounts("userName", "ada")


async def test_a_filter_the_app_refuses_leads_to_the_whole_list() -> None:
    def respond(request: Received) -> bytes:
        return (
            reply(400, {"scimType": "invalidFilter"}) if "filter" in request.target else reply(200, users("ada"))
        )

    routes: dict[str, bytes | Respond] = {
        "GET /Users": respond,
        "GET /ServiceProviderConfig": reply(200, {"filter": {"supported": True}}),
    }
    async with listening(app(routes)) as wire, opened(settings(wire.address)) as session:
        assert [found.uid for found in await session.find_accounts("userName", "Ada")] == ["id-ada"]


@pytest.mark.parametrize(
    ("status", "body", "error", "code"),
    [
        (409, {"detail": "User exists"}, AccountExistsError, None),
        (409, b"<html>Conflict</html>", AccountExistsError, None),
        (400, {"scimType": "uniqueness", "status": 400}, AccountExistsError, None),
        (400, {"detail": "No more licences left"}, RejectedError, ProblemCode.NO_SEATS),
        (402, b"", RejectedError, ProblemCode.NO_SEATS),
        (422, [{"msg": "odd"}], RejectedError, ProblemCode.REJECTED_VALUE),
        (500, b"<html>oops</html>", TransientError, None),
    ],
)
async def test_a_refused_create_has_a_meaning_in_whatever_words(
    status: int, body: object, error: type[ConnectorError], code: ProblemCode | None
) -> None:
    routes: dict[str, bytes | Respond] = {"GET /Users": reply(200, users()), "POST /Users": reply(status, body)}
    async with listening(app(routes)) as wire, opened(settings(wire.address)) as session:
        with pytest.raises(error) as raised:
            await session.create_account({"userName": "ada"})
    assert type(raised.value) is error
    assert getattr(raised.value, "code", None) is code
    assert "<" not in str(raised.value)


@pytest.mark.parametrize(
    "created",
    [reply(201, {"id": "id-ada"}), reply(201, b"", {"Location": "/scim/Users/id-ada"}), reply(204)],
)
async def test_the_uid_of_a_new_account_is_found_out(created: bytes) -> None:
    names: list[str] = []

    def create(request: Received) -> bytes:
        names.append(json.loads(request.body)["userName"])
        return created

    routes: dict[str, bytes | Respond] = {
        "GET /Users": lambda _: reply(200, users(*names)),
        "POST /Users": create,
    }
    async with listening(app(routes)) as wire, opened(settings(wire.address)) as session:
        assert await session.create_account({"userName": "ada"}) == "id-ada"


async def test_an_app_that_turns_out_not_to_patch_gets_a_put_once_and_for_all() -> None:
    held: dict[str, Any] = {"id": "1", "userName": "ada", "meta": {"version": 'W/"1"'}, "theirs": "stays"}

    def put(request: Received) -> bytes:
        held.update(json.loads(request.body))
        return reply(200, held)

    routes: dict[str, bytes | Respond] = {
        "GET /Users/1": lambda _: reply(200, held),
        "PATCH /Users/1": reply(405),
        "PUT /Users/1": put,
    }
    async with listening(app(routes)) as wire, opened(settings(wire.address)) as session:
        for title in ("Head", "Chief"):
            await session.update_account(Uid("1"), {"title": title})
    assert [each for each in wire.paths if each.startswith("P")] == [
        "PATCH /Users/1",
        "PUT /Users/1",
        "PUT /Users/1",
    ]
    assert (held["title"], held["theirs"]) == ("Chief", "stays")
    assert wire.received[-1].headers["if-match"] == 'W/"1"'


async def test_an_etag_the_app_cannot_compare_is_left_out() -> None:
    held: dict[str, Any] = {"id": "1", "userName": "ada", "meta": {"version": 'W/"1"'}}

    def put(request: Received) -> bytes:
        if "if-match" in request.headers:
            return reply(412)
        held.update(json.loads(request.body))
        return reply(200, held)

    routes: dict[str, bytes | Respond] = {"GET /Users/1": lambda _: reply(200, held), "PUT /Users/1": put}
    async with listening(app(routes)) as wire, opened(settings(wire.address, patch="put")) as session:
        await session.update_account(Uid("1"), {"title": "Head"})
    assert held["title"] == "Head"


async def test_a_patch_that_is_taken_and_ignored_is_followed_by_a_put() -> None:
    # Nautobot 3.2 answers 200 to a PATCH of attributes it then leaves as they were.
    held: dict[str, Any] = {"id": "1", "userName": "ada", "title": "Analyst"}

    def put(request: Received) -> bytes:
        held.update(json.loads(request.body))
        return reply(200, held)

    routes: dict[str, bytes | Respond] = {
        "GET /Users/1": lambda _: reply(200, held),
        "PATCH /Users/1": lambda _: reply(200, held),
        "PUT /Users/1": put,
    }
    async with listening(app(routes)) as wire, opened(settings(wire.address)) as session:
        await session.update_account(Uid("1"), {"title": "Head"})
    assert held["title"] == "Head"


async def test_a_group_without_patch_is_rewritten_with_everybody_in_it() -> None:
    held: dict[str, Any] = {"id": "g", "displayName": "devs", "members": [{"value": "them", "display": "Them"}]}

    def put(request: Received) -> bytes:
        held.update(json.loads(request.body))
        return reply(200, held)

    routes: dict[str, bytes | Respond] = {
        "GET /Groups/g": lambda _: reply(200, held),
        "GET /Users/them": reply(200, {"id": "them", "userName": "them"}),
        "PATCH /Groups/g": reply(501),
        "PUT /Groups/g": put,
    }
    async with listening(app(routes)) as wire, opened(settings(wire.address)) as session:
        await session.change_members(Uid("g"), add=[Uid("ada"), Uid("bob")], remove=[])
        await session.change_members(Uid("g"), add=[], remove=[Uid("bob"), Uid("stranger")])
    assert [member["value"] for member in held["members"]] == ["them", "ada"]


async def test_one_who_is_in_already_does_not_keep_the_others_out() -> None:
    held: dict[str, Any] = {"id": "g", "displayName": "devs", "members": [{"value": "ada"}]}

    def patch(request: Received) -> bytes:
        (operation,) = json.loads(request.body)["Operations"]
        if any(member in held["members"] for member in operation["value"]):
            return reply(409, {"detail": "already a member"})
        held["members"].extend(operation["value"])
        return reply(204)

    routes: dict[str, bytes | Respond] = {
        "GET /Groups/g": lambda _: reply(200, held),
        "GET /Users/ada": reply(200, {"id": "ada", "userName": "ada"}),
        "PATCH /Groups/g": patch,
    }
    async with listening(app(routes)) as wire, opened(settings(wire.address)) as session:
        for _ in range(2):
            await session.change_members(Uid("g"), add=[Uid("ada"), Uid("bob")], remove=[])
    assert held["members"] == [{"value": "ada"}, {"value": "bob"}]


async def test_basic_authentication_signs_in() -> None:
    basic = {"authentication": "basic", "username": "svc", "password": "pässword"}
    empty = app({"GET /Users": reply(200, users())})
    async with listening(empty) as wire, opened(settings(wire.address, **basic)) as session:
        await check(session)
    assert (
        wire.received[-1].headers["authorization"] == "Basic " + base64.b64encode("svc:pässword".encode()).decode()
    )


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"token": None}, "bearer needs token"),
        ({"authentication": "basic"}, "basic needs username and password"),
        ({"authentication": "oauth2"}, "oauth2 needs token_url and client_id and client_secret"),
        ({"authentication": "magic"}, "authentication:"),
        ({"page_size": 0}, "page_size:"),
        ({"tokken": "t0ken"}, "tokken:"),
    ],
)
def test_settings_say_what_they_lack(given: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsInvalidError, match=said) as raised:
        settings("https://app.example.com/scim/v2", **given)
    assert "t0ken" not in str(raised.value)


def test_settings_show_no_secret() -> None:
    assert "t0ken" not in repr(settings("https://app.example.com"))
