"""OAuth 2.0 client credentials: one token for all, renewed in time and once when it is refused."""

import asyncio
import base64
from collections.abc import Callable

import httpx
import pytest

from seatkeeper.spi.errors import CredentialsRefusedError, ThrottledError, TransientError
from seatkeeper.spi.http import AppClient, Call, ClientCredentials, HTTPSettings
from tests.spi.wire import Received, listening, reply


class App:
    """Gives out numbered tokens and takes those in ``valid``."""

    def __init__(self, lives: object = 3600) -> None:
        self.given = 0
        self.lives = lives
        self.valid: Callable[[int], bool] = lambda _: True

    def __call__(self, request: Received) -> bytes:
        if request.path == "/token":
            self.given += 1
            return reply(200, {"access_token": f"token-{self.given}", "expires_in": self.lives})
        number = int(request.headers["authorization"].rsplit("-", 1)[1])
        return reply(200) if self.valid(number) else reply(401)


def client(address: str) -> AppClient:
    account = ClientCredentials(f"{address}/token", "me", "s3cr3t", "users")
    return AppClient(HTTPSettings(base_url=address), account)


async def test_tasks_that_start_together_fetch_one_token() -> None:
    app = App()
    async with listening(app) as wire, client(wire.address) as sender:
        await asyncio.gather(*(sender.send(Call("POST", "/Users")) for _ in range(5)))
    assert app.given == 1
    fetched = wire.received[0]
    assert fetched.body == b"grant_type=client_credentials&scope=users"
    assert fetched.headers["authorization"] == "Basic " + base64.b64encode(b"me:s3cr3t").decode()


@pytest.mark.parametrize(("lives", "fetched"), [(3600, 1), ("3600", 1), (None, 1), (0, 3)])
async def test_a_token_is_renewed_before_it_ends(lives: object, fetched: int) -> None:
    app = App(lives)
    async with listening(app) as wire, client(wire.address) as sender:
        for _ in range(3):
            await sender.send(Call("POST", "/Users"))
    assert app.given == fetched


async def test_a_token_that_is_refused_is_renewed_once() -> None:
    app = App()
    async with listening(app) as wire, client(wire.address) as sender:
        await sender.send(Call("POST", "/Users"))
        app.valid = lambda number: number > 1
        assert (await sender.send(Call("POST", "/Users", document={"a": 1}))).is_success
        assert app.given == 2
        app.valid = lambda _: False
        with pytest.raises(CredentialsRefusedError):
            await sender.send(Call("POST", "/Users"))
    assert app.given == 3
    assert [each.body for each in wire.received if each.body == b'{"a":1}'] == [b'{"a":1}'] * 2


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        (reply(400, {"error": "invalid_client"}), CredentialsRefusedError, "answered 400: invalid_client"),
        (reply(401, b"<html>no</html>"), CredentialsRefusedError, "answered 401: no reason given"),
        (reply(500), TransientError, "answered 500"),
        (reply(429, headers={"Retry-After": "3"}), ThrottledError, "answered 429"),
        (reply(200, {"token": "s3cr3t"}), TransientError, "without an access_token"),
        (reply(200, b"<html>hello</html>"), TransientError, "instead of JSON"),
    ],
)
async def test_a_token_endpoint_that_gives_none_says_why(answer: bytes, error: type[Exception], said: str) -> None:
    async with listening(lambda _: answer) as wire, client(wire.address) as sender:
        with pytest.raises(error, match=said) as raised:
            await sender.send(Call("POST", "/Users"))
    assert "s3cr3t" not in str(raised.value)
    assert wire.paths == ["POST /token"]


def test_a_service_account_shows_no_secret() -> None:
    account: httpx.Auth = ClientCredentials("https://login.example.com/token", "me", "s3cr3t")
    assert "s3cr3t" not in repr(account)
