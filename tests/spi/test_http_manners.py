"""How a connector behaves on the wire."""

import ssl
from importlib.metadata import version
from pathlib import Path

import pytest

from lab.certificates import Authority
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError, TransientError
from seatkeeper.spi.http import AppClient, BearerToken, Call, HTTPSettings
from seatkeeper.spi.settings import SettingsInvalidError, validate_settings
from tests.spi.wire import Received, in_turn, listening, reply


def client(address: str, **settings: object) -> AppClient:
    return AppClient(HTTPSettings.model_validate({"base_url": address, **settings}), BearerToken("t0ken"))


async def test_a_call_says_who_calls_and_sends_a_media_type_only_with_a_body() -> None:
    async with listening(lambda _: reply(200)) as wire, client(wire.address) as app:
        await app.send(Call("POST", "/Users", document={"userName": "ada"}))
        await app.send(Call("DELETE", "/Users/1"))
    posted, deleted = wire.received
    assert posted.headers["user-agent"] == f"seatkeeper/{version('seatkeeper')}"
    assert posted.headers["authorization"] == "Bearer t0ken"
    assert posted.headers["content-type"] == "application/json"
    assert "content-type" not in deleted.headers
    assert deleted.body == b""


async def test_a_redirect_to_another_host_is_not_followed() -> None:
    async with listening(lambda _: reply(200)) as elsewhere:
        target = {"Location": f"{elsewhere.address}/scim/Users?secret=1"}
        for status, method in ((302, "GET"), (307, "POST"), (308, "DELETE")):
            async with listening(in_turn(reply(status, headers=target))) as wire, client(wire.address) as app:
                with pytest.raises(RejectedError, match="Correct the address") as raised:
                    await app.send(Call(method, "/Users"))
            assert raised.value.code is ProblemCode.SETTINGS_INVALID
            assert "secret=1" not in str(raised.value)
    assert elsewhere.received == []


async def test_a_redirect_on_the_same_host_is_followed_where_it_keeps_the_call() -> None:
    def respond(request: Received) -> bytes:
        return reply(200) if request.path.endswith("/") else reply(308, headers={"Location": f"{request.path}/"})

    async with listening(respond) as wire, client(wire.address) as app:
        assert (await app.send(Call("POST", "/Users", document={"a": 1}))).status == 200
    assert wire.paths == ["POST /Users", "POST /Users/"]
    assert [each.body for each in wire.received] == [b'{"a":1}', b'{"a":1}']
    assert wire.received[1].headers["authorization"] == "Bearer t0ken"


async def test_a_redirect_that_would_turn_a_write_into_a_read_is_refused() -> None:
    async with (
        listening(lambda _: reply(302, headers={"Location": "/login"})) as wire,
        client(wire.address) as app,
    ):
        with pytest.raises(RejectedError):
            await app.send(Call("POST", "/Users", document={}))
    assert wire.paths == ["POST /Users"]


async def test_redirects_in_a_circle_end() -> None:
    async with (
        listening(lambda _: reply(302, headers={"Location": "/Users"})) as wire,
        client(wire.address) as app,
    ):
        with pytest.raises(RejectedError, match="circle"):
            await app.send(Call("GET", "/Users"))


async def test_an_answer_too_large_is_given_up() -> None:
    body = b" " * (17 * 1024 * 1024)
    async with listening(lambda _: reply(200, body)) as wire, client(wire.address) as app:
        with pytest.raises(RejectedError, match="more than 16 MiB"):
            await app.send(Call("GET", "/Users"))


async def test_only_a_trusted_certificate_is_accepted(tmp_path: Path) -> None:
    authority = Authority("Lab")
    authority.issue(tmp_path / "server.pem", tmp_path / "server.key")
    bundle = authority.write(tmp_path / "ca.pem")
    tls = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    tls.load_cert_chain(tmp_path / "server.pem", tmp_path / "server.key")
    async with listening(lambda _: reply(200), tls) as wire:
        async with client(wire.address) as app:
            with pytest.raises(TransientError, match="certificate is not trusted") as refused:
                await app.send(Call("POST", "/Users"))
            assert "Certificate authorities" in refused.value.remedy
        async with client(wire.address, ca_bundle=str(bundle)) as app:
            assert (await app.send(Call("POST", "/Users"))).is_success
    assert len(wire.received) == 1


async def test_a_bundle_that_cannot_be_read_is_a_matter_of_settings(tmp_path: Path) -> None:
    with pytest.raises(RejectedError, match=r"nowhere\.pem cannot be read"):
        client("https://app.example.com", ca_bundle=str(tmp_path / "nowhere.pem"))


@pytest.mark.parametrize(
    ("address", "fault"),
    [
        ("http://app.example.com/scim", "must start with https"),
        ("ftp://app.example.com", "starts with https"),
        ("app.example.com", "starts with https"),
        ("https://me:secret@app.example.com", "leave user"),
        ("https://app.example.com/scim?tenant=1", "leave user"),
    ],
)
def test_an_address_that_would_leak_or_not_work_is_refused(address: str, fault: str) -> None:
    with pytest.raises(SettingsInvalidError, match=fault) as raised:
        validate_settings(HTTPSettings, {"base_url": address})
    assert "secret" not in str(raised.value)


def test_plain_http_is_for_this_machine_or_on_request() -> None:
    for settings in (
        {"base_url": "http://127.0.0.1:8080/scim/v2/"},
        {"base_url": "http://localhost:8080"},
        {"base_url": "http://app.internal", "allow_plain_http": True},
    ):
        assert not validate_settings(HTTPSettings, settings).base_url.endswith("/")
