"""How the service account is known to an app, on the wire."""

import asyncio
from base64 import b64decode
from urllib.parse import parse_qs

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey

from seatkeeper.spi.errors import CredentialsRefusedError, RejectedError
from tests.connectors.rest.apps import PLAIN, running
from tests.spi.wire import Received, reply

SECRET = "settings: {secret: {title: Secret, secret: true}}\n"
NOBODY: dict[str, list[str]] = {"people": []}


@pytest.mark.parametrize(
    ("way", "header", "value"),
    [
        ('{headers: {X-Key: "${settings.secret}", X-App: seat}}', "x-key", "s3cret"),
        ('{bearer: "${settings.secret}"}', "authorization", "Bearer s3cret"),
        ('{basic: {username: ada, password: "${settings.secret}"}}', "authorization", "Basic YWRhOnMzY3JldA=="),
    ],
)
async def test_every_call_carries_what_the_service_account_is_known_by(way: str, header: str, value: str) -> None:
    behaviour = f"{SECRET}authentication: {way}\n{PLAIN}"
    async with running(behaviour, lambda _: reply(200, NOBODY), secret="s3cret") as app:
        await app.session.find_accounts("login", "ada")
    assert app.wire.received[0].headers[header] == value


async def test_a_key_may_be_a_parameter() -> None:
    behaviour = f'{SECRET}authentication: {{query: {{key: "${{settings.secret}}"}}}}\n{PLAIN}'
    async with running(behaviour, lambda _: reply(200, NOBODY), secret="a&b") as app:
        await app.session.find_accounts("login", "ada")
    assert app.query() == {"key": ["a&b"]}


OAUTH = """
authentication:
  oauth2:
    token_url: ${settings.base_url}/token
    grant_type: refresh_token
    client_id: seat
    client_secret: ${settings.secret}
    refresh_token: r-1
    client: form
    form: {resource: people}
"""


async def test_a_token_is_fetched_once_and_anew_when_it_is_refused() -> None:
    issued = iter(["old", "new"])

    def respond(request: Received) -> bytes:
        if request.path == "/token":
            return reply(200, {"access_token": next(issued), "expires_in": 3600})
        return reply(200, NOBODY) if request.headers["authorization"] == "Bearer new" else reply(401)

    async with running(SECRET + OAUTH + PLAIN, respond, secret="s3cret") as app:
        await asyncio.gather(*(app.session.find_accounts("login", "ada") for _ in range(3)))
    asked = parse_qs(app.wire.received[0].body.decode())
    assert asked == {
        "grant_type": ["refresh_token"],
        "refresh_token": ["r-1"],
        "resource": ["people"],
        "client_id": ["seat"],
        "client_secret": ["s3cret"],
    }
    assert app.wire.paths.count("POST /token") == 2


JWT = """
authentication:
  jwt: {key: "${settings.secret}", algorithm: HS256, claims: {iss: seat}, lifetime: 60}
"""


async def test_a_token_is_signed_here_and_a_key_that_is_none_is_told() -> None:
    key = "0123456789abcdef0123456789abcdef"
    async with running(SECRET + JWT + PLAIN, lambda _: reply(200, NOBODY), secret=key) as app:
        await app.session.find_accounts("login", "ada")
    token = app.wire.received[0].headers["authorization"].removeprefix("Bearer ")
    claims = jwt.decode(token, OctKey.import_key(key), algorithms=["HS256"]).claims
    assert claims["iss"] == "seat"
    assert claims["exp"] - claims["iat"] == 60
    bad = (SECRET + JWT + PLAIN).replace("HS256", "RS256")
    async with running(bad, lambda _: reply(200, NOBODY), secret=key) as app:
        with pytest.raises(RejectedError, match="cannot sign with RS256"):
            await app.session.find_accounts("login", "ada")


LOGIN = """
authentication:
  login:
    requests:
      - {call: GET /token, keeps: {csrf: body.csrf}}
      - call: POST /login
        form: {user: ada, password: "${settings.secret}", csrf: "${session.csrf}"}
        errors: [{when: body.ok == false, means: credentials}]
        expect: body.ok == true
        keeps: {key: body.key}
    headers: {Authorization: "Session ${base64.encode(bytes(session.key))}"}
    expired: body.error == "expired"
"""


class Hall:
    """An app with sessions that it forgets."""

    def __init__(self, forgetting: bytes) -> None:
        self.logins = 0
        self.forgets_at = -1
        self._forgetting = forgetting

    def respond(self, request: Received) -> bytes:
        if request.path == "/token":
            return reply(200, {"csrf": "c/1"}, {"Set-Cookie": "hall=1; Path=/"})
        if request.path == "/login":
            assert request.headers["cookie"] == "hall=1"
            self.logins += 1
            is_right = b"password=s3cret" in request.body and b"csrf=c%2F1" in request.body
            return reply(200, {"ok": is_right, "key": f"k{self.logins}"})
        key = b64decode(request.headers["authorization"].removeprefix("Session ")).decode()
        return self._forgetting if key == f"k{self.forgets_at}" else reply(200, NOBODY)


@pytest.mark.parametrize("forgetting", [reply(401), reply(200, {"error": "expired"})])
async def test_a_session_is_begun_once_for_all_calls_and_once_more_when_it_is_forgotten(forgetting: bytes) -> None:
    hall = Hall(forgetting)
    async with running(SECRET + LOGIN + PLAIN, hall.respond, secret="s3cret") as app:
        await asyncio.gather(*(app.session.find_accounts("login", "ada") for _ in range(4)))
        assert hall.logins == 1
        hall.forgets_at = 1
        await asyncio.gather(*(app.session.find_accounts("login", "ada") for _ in range(4)))
        assert hall.logins == 2
        hall.forgets_at = 3
        hall.logins = 2
        await app.session.find_accounts("login", "ada")


async def test_a_login_that_is_refused_inside_200_is_a_refusal() -> None:
    hall = Hall(reply(401))
    async with running(SECRET + LOGIN + PLAIN, hall.respond, secret="wrong") as app:
        with pytest.raises(CredentialsRefusedError):
            await app.session.find_accounts("login", "ada")
    assert hall.logins == 1


async def test_a_session_that_is_always_forgotten_is_a_refusal_and_no_circle() -> None:
    hall = Hall(reply(401))

    def respond(request: Received) -> bytes:
        return hall.respond(request) if request.path in {"/token", "/login"} else reply(401)

    async with running(SECRET + LOGIN + PLAIN, respond, secret="s3cret") as app:
        with pytest.raises(CredentialsRefusedError):
            await app.session.find_accounts("login", "ada")
    assert hall.logins == 2
