"""Who is let in: whoever holds a good token of this integration."""

from datetime import UTC, datetime, timedelta

import httpx
import pytest

from seatkeeper.core.integrations import Integration
from seatkeeper.operations.tokens import create_token, revoke_token
from seatkeeper.scim.routes import scim_app
from seatkeeper.store.database import Database
from seatkeeper.store.queries.tokens import list_tokens
from tests.scim.conftest import ADMIN, an_integration, opened
from tests.scim.idp import IdP


class Clock:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


def client_at(clock: Clock, database: Database, integration: Integration) -> httpx.AsyncClient:
    app = scim_app(database, clock=clock)
    return httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=f"http://seatkeeper/{integration.slug}")


def bearing(token: str) -> dict[str, str]:
    return {"Authorization": f"Bearer {token}"}


@pytest.mark.parametrize(
    "authorization",
    [None, "", "Bearer", "Bearer ", "Basic YTpi", "Bearer wrong", "Bearer \xe4\xf6", "wrong", "Bearer a b c"],
)
@pytest.mark.parametrize("path", ["/Users", "/ServiceProviderConfig", "/Schemas", "/Nowhere"])
@pytest.mark.proves("RFC 7644 §2", "401 with WWW-Authenticate without good credentials")
@pytest.mark.proves("RFC 7644 §7.6", "nobody is let in without credentials, not to discovery either")
async def test_without_a_good_token_nothing_is_told(idp: IdP, authorization: str | None, path: str) -> None:
    del idp.client.headers["Authorization"]
    headers = {} if authorization is None else {b"Authorization": authorization.encode("latin-1")}
    answer = await idp.client.get(path, headers=headers)
    assert answer.status_code == 401
    assert answer.headers["www-authenticate"].startswith('Bearer realm="Seatkeeper"')
    assert (answer.json()["status"], bool(answer.json()["detail"])) == ("401", True)


@pytest.mark.parametrize("scheme", ["Bearer", "bearer", "BEARER  "])
@pytest.mark.proves("RFC 6750", "the scheme ignores case")
async def test_the_scheme_ignores_case(idp: IdP, token: str, scheme: str) -> None:
    assert (await idp.get("/Users", Authorization=f"{scheme} {token}")).status_code == 200


@pytest.mark.proves("RFC 7644 §6", "a token opens no other integration")
async def test_a_token_opens_no_other_integration(idp: IdP, database: Database) -> None:
    other = an_integration()
    others = await opened(database, other)
    assert (await idp.get("/Users", Authorization=f"Bearer {others}")).status_code == 401
    path = f"http://seatkeeper.test/scim/v2/{other.slug}/Users"
    assert (await idp.client.get(path)).status_code == 401
    assert (await idp.client.get(path, headers=bearing(others))).status_code == 200


@pytest.mark.parametrize("slug", ["nowhere", "CRM-1", "crm-1%00", "a_b", "%F0%9F%A6%84"])
async def test_an_integration_that_is_not_there_is_not_told_from_a_wrong_token(idp: IdP, slug: str) -> None:
    answer = await idp.client.get(f"http://seatkeeper.test/scim/v2/{slug}/Users")
    assert answer.status_code == 401


async def test_users_of_one_integration_are_nobody_to_another(idp: IdP, database: Database) -> None:
    user = await idp.user()
    other = an_integration()
    headers = bearing(await opened(database, other))
    base_url = f"http://seatkeeper.test/scim/v2/{other.slug}"
    path = f"{base_url}/Users/{user['id']}"
    assert (await idp.client.get(path, headers=headers)).status_code == 404
    assert (await idp.client.delete(path, headers=headers)).status_code == 404
    stranger = {"displayName": "x", "members": [{"value": user["id"]}]}
    answer = await idp.client.post(f"{base_url}/Groups", json=stranger, headers=headers)
    assert (answer.status_code, answer.json()["members"]) == (201, [])
    assert "groups" not in await idp.read(idp.path_of(user))


@pytest.mark.proves("RFC 7644 §7.4", "a token may expire")
async def test_a_token_is_good_until_it_expires(database: Database, integration: Integration) -> None:
    clock = Clock()
    token = await opened(database, integration, clock.now + timedelta(seconds=3))
    async with client_at(clock, database, integration) as client:
        assert (await client.get("/Users", headers=bearing(token))).status_code == 200
        clock.now += timedelta(seconds=3)
        answer = await client.get("/Users", headers=bearing(token))
    assert answer.status_code == 401
    assert "expired" in answer.json()["detail"]


@pytest.mark.proves("RFC 7644 §7.4", "a revoked token is refused within five seconds")
async def test_a_revoked_token_is_refused_within_five_seconds(
    database: Database, integration: Integration
) -> None:
    clock = Clock()
    token = await opened(database, integration)
    async with client_at(clock, database, integration) as client:
        assert (await client.get("/Users", headers=bearing(token))).status_code == 200
        async with database.transaction(ADMIN) as tx:
            [listed] = await list_tokens(tx, integration.id)
            await revoke_token(tx, listed.id)
        clock.now += timedelta(seconds=5)
        answer = await client.get("/Users", headers=bearing(token))
    assert answer.status_code == 401
    assert "revoked" in answer.json()["detail"]


@pytest.mark.proves("RFC 7644 §7.3", "several tokens are good at once, so that each can be replaced")
async def test_several_tokens_are_good_at_once_and_their_use_is_noted(
    idp: IdP, database: Database, integration: Integration
) -> None:
    async with database.transaction(ADMIN) as tx:
        second = await create_token(tx, integration.id, "next")
    assert (await idp.get("/Users")).status_code == 200
    assert (await idp.get("/Users", Authorization=f"Bearer {second.secret}")).status_code == 200
    async with database.read() as reader:
        assert all(each.last_used_at is not None for each in await list_tokens(reader, integration.id))
