"""User names with secrets, OAuth clients, allowed networks, and the limit on failures."""

import base64
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest
import structlog
from starlette.applications import Starlette
from starlette.routing import Mount
from starlette.types import ASGIApp

from seatkeeper.bootstrap.recording import Recorder
from seatkeeper.core.credentials import CredentialKind
from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError
from seatkeeper.core.integrations import Integration
from seatkeeper.core.networks import covers, read_networks, source_of
from seatkeeper.core.recordings import Bounds
from seatkeeper.operations.networks import find_last_address, set_networks
from seatkeeper.operations.recordings import Wish, start_recording
from seatkeeper.operations.tokens import NewToken, create_token, revoke_token, rotate_token
from seatkeeper.scim import schemes
from seatkeeper.scim.failures import AT_MOST, WINDOW, Failures
from seatkeeper.scim.routes import scim_app
from seatkeeper.store.database import Database
from seatkeeper.store.queries.recordings import list_exchanges
from seatkeeper.store.queries.tokens import list_tokens
from tests.scim.conftest import ADMIN, an_integration, opened
from tests.scim.test_tokens import Clock, bearing

OFFICE = "192.0.2.7"
ELSEWHERE = "198.51.100.4"


class Door:
    """One SCIM face, to be reached from any address."""

    def __init__(self, face: ASGIApp, integration: Integration) -> None:
        self._app = Starlette(routes=[Mount("/scim/v2", face)])
        self._base_url = f"http://seatkeeper.test/scim/v2/{integration.slug}"

    async def get(self, path: str, headers: Mapping[str, str], address: str = OFFICE) -> httpx.Response:
        async with self._client(address) as client:
            return await client.get(path, headers=headers)

    async def token(
        self,
        form: Mapping[str, str] | str,
        headers: Mapping[str, str] | None = None,
        address: str = OFFICE,
        path: str = "/oauth/token",
    ) -> httpx.Response:
        """Ask for an access token."""
        sent: dict[str, Any] = {"content": form} if isinstance(form, str) else {"data": form}
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        async with self._client(address) as client:
            return await client.post(path, headers={**kind, **(headers or {})}, **sent)

    def _client(self, address: str) -> httpx.AsyncClient:
        transport = httpx.ASGITransport(self._app, client=(address, 4711))
        return httpx.AsyncClient(transport=transport, base_url=self._base_url)


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def door(database: Database, integration: Integration, clock: Clock) -> Door:
    return Door(scim_app(database, clock=clock), integration)


async def made(
    database: Database, integration: Integration, kind: CredentialKind, expires_at: datetime | None = None
) -> NewToken:
    async with database.transaction(ADMIN) as tx:
        return await create_token(tx, integration.id, "okta", expires_at, kind)


def basic(name: str | None, secret: str) -> dict[str, str]:
    return {"Authorization": "Basic " + base64.b64encode(f"{name}:{secret}".encode()).decode()}


def client_of(token: NewToken) -> dict[str, str]:
    assert token.client_id is not None
    return {"grant_type": "client_credentials", "client_id": token.client_id, "client_secret": token.secret}


def scheme_types(config: httpx.Response) -> dict[str, bool]:
    return {each["type"]: each["primary"] for each in config.json()["authenticationSchemes"]}


@pytest.mark.proves("RFC 7617", "a user name with its secret opens its integration, and nothing else does")
async def test_a_user_name_and_its_secret_open_their_integration_and_nothing_else_does(
    database: Database, integration: Integration, token: str, door: Door
) -> None:
    pair = await made(database, integration, CredentialKind.BASIC)
    other = an_integration()
    await opened(database, other)
    config = await door.get("/ServiceProviderConfig", basic(pair.client_id, pair.secret))
    assert scheme_types(config) == {"oauthbearertoken": False, "httpbasic": True}
    refused = [
        await door.get("/Users", basic("somebody", pair.secret)),
        await door.get("/Users", basic(pair.client_id, token)),
        await door.get("/Users", basic("", pair.secret)),
        await door.get("/Users", bearing(pair.secret)),
        await door.get("/Users", {"Authorization": "Basic " + base64.b64encode(b"\xff:\xff").decode()}),
        await door.get("/Users", {"Authorization": "Basic no:base64"}),
        await door.get(f"http://seatkeeper.test/scim/v2/{other.slug}/Users", basic(pair.client_id, pair.secret)),
    ]
    assert [answer.status_code for answer in refused] == [401] * len(refused)
    for answer in refused:
        assert answer.headers["www-authenticate"].endswith('Basic realm="Seatkeeper", charset="UTF-8"')
        assert pair.secret not in answer.text
    async with database.read() as reader:
        used = {
            one.kind: (one.last_used_for, one.last_used_from) for one in await list_tokens(reader, integration.id)
        }
    assert used[CredentialKind.BASIC] == ("GET /ServiceProviderConfig", OFFICE)


@pytest.mark.proves("RFC 6749 §4.4", "an OAuth client gets an access token, by Basic and in the form")
async def test_an_access_token_is_had_in_both_ways_and_lasts_an_hour(
    database: Database, integration: Integration, token: str, door: Door, clock: Clock
) -> None:
    client = await made(database, integration, CredentialKind.OAUTH)
    grant = {"grant_type": "client_credentials", "scope": "anything at_all"}
    answers = [
        await door.token(client_of(client)),
        await door.token(grant, basic(client.client_id, client.secret.replace("_", "%5F"))),
    ]
    for answer in answers:
        given = answer.json()
        assert (given.pop("access_token")[:4], given) == (
            "skx_",
            {"token_type": "Bearer", "expires_in": 3600, "scope": "scim"},
        )
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["content-type"] == "application/json"
    bearers = [bearing(answer.json()["access_token"]) for answer in answers]
    assert [(await door.get("/Users", each)).status_code for each in bearers] == [200, 200]
    config = await door.get("/ServiceProviderConfig", bearers[0])
    assert scheme_types(config) == {"oauthbearertoken": False, "oauth2": True}
    for wrong in (bearing(client.secret), basic(client.client_id, client.secret)):
        assert (await door.get("/Users", wrong)).status_code == 401
    clock.now += timedelta(hours=1, seconds=1)
    assert "expired" in (await door.get("/Users", bearers[0])).json()["detail"]
    async with database.read() as reader:
        rows = await (
            await reader.connection.execute("SELECT scim_access_tokens::text AS t FROM scim_access_tokens")
        ).fetchall()
    assert not any(each["Authorization"][7:] in str(rows) for each in bearers)


async def test_an_access_token_ends_with_its_client(
    database: Database, integration: Integration, token: str, door: Door, clock: Clock
) -> None:
    client = await made(database, integration, CredentialKind.OAUTH)
    bearer = bearing((await door.token(client_of(client))).json()["access_token"])
    async with database.transaction(ADMIN) as tx:
        renewed = await rotate_token(tx, integration.id, client.id, timedelta(days=7))
    assert (renewed.kind, renewed.client_id) == (client.kind, client.client_id)
    for one in (client, renewed):  # both secrets, while they overlap
        assert (await door.token(client_of(one))).status_code == 200
    assert (await door.get("/Users", bearer)).status_code == 200
    async with database.transaction(ADMIN) as tx:
        await revoke_token(tx, client.id)
    clock.now += timedelta(seconds=5)
    assert "revoked" in (await door.get("/Users", bearer)).json()["detail"]
    answer = await door.token(client_of(client))
    assert (answer.status_code, answer.json()["error"]) == (401, "invalid_client")


async def test_a_recording_leaves_the_token_endpoint_out(
    database: Database, integration: Integration, token: str, clock: Clock
) -> None:
    client = await made(database, integration, CredentialKind.OAUTH)
    async with database.transaction(ADMIN) as tx:
        recording = await start_recording(tx, integration, Wish(Bounds()))
    door = Door(Recorder(scim_app(database, clock=clock), database, clock), integration)
    for path in ("/oauth/token", "/oauth//token/"):
        assert (await door.token(client_of(client), path=path)).status_code == 200
    assert (await door.get("/Users", bearing(token))).status_code == 200
    async with database.read() as reader:
        [(_, exchange)] = await list_exchanges(reader, recording, at_most=9)
    assert '"/Users"' in exchange


@pytest.mark.proves("RFC 6749 §4.4", "the token endpoint refuses in the words of its RFC")
async def test_the_token_endpoint_refuses_in_the_words_of_its_rfc(
    database: Database, integration: Integration, token: str, door: Door
) -> None:
    client = await made(database, integration, CredentialKind.OAUTH)
    good = client_of(client)
    ours = basic(client.client_id, client.secret)
    asked: list[tuple[Mapping[str, str] | str, Mapping[str, str], int, str]] = [
        ({**good, "client_secret": "wrong"}, {}, 401, "invalid_client"),
        ({**good, "client_secret": token}, {}, 401, "invalid_client"),
        ({**good, "client_id": "wrong"}, {}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, {}, 401, "invalid_client"),
        ({"grant_type": "client_credentials"}, bearing(token), 401, "invalid_client"),
        (good, ours, 400, "invalid_request"),
        ({"grant_type": "client_credentials", "client_id": "other"}, ours, 400, "invalid_request"),
        ("grant_type=client_credentials&grant_type=client_credentials", ours, 400, "invalid_request"),
        ("grant_type=", ours, 400, "invalid_request"),
        ({"grant_type": "password"}, ours, 400, "unsupported_grant_type"),
        ({"grant_type": "client_credentials", "scope": 'a"b'}, ours, 400, "invalid_scope"),
        ({**good, "more": "x" * 20_000}, {}, 413, "invalid_request"),
        ("{}", {"Content-Type": "application/json"}, 400, "invalid_request"),
        ("\xff\0=%ff%00", {}, 401, "invalid_client"),
    ]
    with structlog.testing.capture_logs() as logged:
        for form, headers, status, error in asked:
            answer = await door.token(form, headers)
            assert (answer.status_code, answer.json()["error"]) == (status, error), (form, answer.text)
            assert answer.headers["cache-control"] == "no-store"
            assert (status == 401) == ("www-authenticate" in answer.headers)
            assert client.secret not in answer.text
    assert client.secret not in str(logged)
    get = await door.get("/oauth/token", ours)
    assert (get.status_code, get.headers["allow"]) == (405, "POST")


async def test_good_credentials_are_refused_from_elsewhere_and_activity_tells_so_once(
    database: Database, integration: Integration, token: str, door: Door, clock: Clock
) -> None:
    client = await made(database, integration, CredentialKind.OAUTH)
    assert (await door.get("/Users", bearing(token), ELSEWHERE)).status_code == 200
    async with database.transaction(ADMIN) as tx:
        assert await find_last_address(tx, integration.id) == ELSEWHERE
        with pytest.raises(NotPossibleNowError, match=ELSEWHERE):
            await set_networks(tx, integration, "192.0.2.0/24")
        await set_networks(tx, integration, "192.0.2.0/24 2001:db8::/32", knowing=True)
    clock.now += timedelta(seconds=5)
    for address, status in ((OFFICE, 200), (f"::ffff:{OFFICE}", 200), ("2001:db8::9", 200), (ELSEWHERE, 403)):
        for _ in range(2):  # looked up, and remembered
            answer = await door.get("/Users", bearing(token), address)
            assert answer.status_code == status, (address, answer.text)
    away = (await door.get("/Users", bearing(token), ELSEWHERE)).json()
    assert (away["status"], ELSEWHERE in away["detail"]) == ("403", True)
    assert (await door.get("/Users", bearing("wrong"), ELSEWHERE)).status_code == 401
    refused = await door.token(client_of(client), address=ELSEWHERE)
    assert (refused.status_code, refused.json()["error"]) == (403, "unauthorized_client")
    assert ELSEWHERE in refused.json()["error_description"]
    async with database.read() as reader:
        told = await (
            await reader.connection.execute(
                "SELECT kind, target FROM events WHERE integration_id = %s ORDER BY id", [integration.id]
            )
        ).fetchall()
    assert [each["target"] for each in told if each["kind"] == "integration.address_refused"] == [ELSEWHERE]
    assert [each["kind"] for each in told].count("integration.networks_changed") == 1


@pytest.mark.proves("IdP rule 23", "429 has whole seconds in Retry-After, which is all that Okta reads")
@pytest.mark.proves("RFC 6585 §4", "too many wrong credentials are 429, and good ones are let in all the while")
async def test_rule_23_too_many_failures_are_told_to_wait_whole_seconds_and_hold_nobody_else_up(
    database: Database, integration: Integration, token: str, door: Door, clock: Clock
) -> None:
    """Rule 23 of the facts about identity providers: Okta reads a ``Retry-After`` of integers only."""
    client = await made(database, integration, CredentialKind.OAUTH)
    wrong = bearing("skt_wrong")
    statuses = [(await door.get("/Users", wrong)).status_code for _ in range(AT_MOST + 1)]
    assert statuses == [401] * AT_MOST + [429]
    clock.now += timedelta(seconds=0.5)
    answer = await door.get("/Users", wrong)
    assert (answer.json()["status"], answer.headers["retry-after"]) == ("429", "300")
    limited = await door.token({**client_of(client), "client_secret": "wrong"})
    assert (limited.status_code, limited.headers["retry-after"]) == (429, "300")
    assert (await door.get("/Users", bearing(token))).status_code == 200  # from the same address, at once
    assert (await door.token(client_of(client))).status_code == 200
    assert (await door.get("/Users", {})).status_code == 401  # asked for credentials, some clients send them then
    assert (await door.get("/Users", wrong, ELSEWHERE)).status_code == 401
    clock.now += WINDOW
    assert (await door.get("/Users", wrong)).status_code == 401


def test_failures_are_counted_in_bounded_memory_and_ipv6_by_network() -> None:
    failures, now = Failures(remembered=10), datetime.now(UTC)
    for number in range(1000):
        failures.note("crm", f"10.0.{number // 256}.{number % 256}", now)
    assert len(failures) == 10
    waits = [failures.note("crm", f"2001:db8::{number}", now) for number in range(AT_MOST + 1)]
    assert waits[-2:] == [None, 300]


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("192.0.2.7", ["192.0.2.7/32"]),
        ("10.0.0.0/8,\n 2001:db8::/32; 10.0.0.0/8", ["10.0.0.0/8", "2001:db8::/32"]),
        ("::ffff:192.0.2.0/120", ["192.0.2.0/24"]),
        (" ", []),
    ],
)
def test_networks_are_read_as_people_type_them(typed: str, read: list[str]) -> None:
    assert [str(network) for network in read_networks(typed)] == read


@pytest.mark.parametrize("typed", ["office", "10.0.0.1/8", "10.0.0.0/33", "<b>", " ".join(["10.0.0.1"] * 201)])
def test_what_is_no_network_is_refused(typed: str) -> None:
    with pytest.raises(InvalidValueError):
        read_networks(typed)


def test_addresses_are_held_against_networks_in_either_spelling() -> None:
    networks = read_networks("192.0.2.0/24 fe80::/10")
    assert covers(networks, "::ffff:192.0.2.9")
    assert covers(networks, "fe80::1%eth0")
    assert not covers(networks, "192.0.3.1")
    assert not covers(networks, "")
    assert source_of("2001:db8::9:9") == source_of("2001:db8::1")


@pytest.mark.proves("RFC 7643 §5", "authenticationSchemes names the kinds of credentials there are")
def test_every_kind_of_credential_is_described() -> None:
    described = schemes.list_schemes(list(CredentialKind), CredentialKind.BASIC)
    assert [each["primary"] for each in described] == [False, True, False]
