"""What an app's refusal means to the engine."""

from datetime import timedelta

import pytest

from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    ConnectorError,
    CredentialsRefusedError,
    RejectedError,
    ThrottledError,
    TransientError,
)
from seatkeeper.spi.http import AppClient, BearerToken, Call, HTTPSettings, refuse_error
from tests.spi.wire import Received, in_turn, listening, reply

READ = Call("GET", "/Users")
WRITE = Call("POST", "/Users", document={"userName": "ada"})


def client(address: str, **settings: object) -> AppClient:
    given = HTTPSettings.model_validate({"base_url": address, **settings})
    return AppClient(given, BearerToken("t0ken"), probe=Call("GET", "/probe"), secrets=["t0ken"])


@pytest.mark.parametrize(
    ("status", "headers", "wait"),
    [
        (429, {}, None),
        (429, {"Retry-After": "7"}, timedelta(seconds=7)),
        (429, {"Retry-After": "soon"}, None),
        (503, {"Retry-After": "0"}, timedelta()),
        (
            429,
            {"Retry-After": "Fri, 13 Nov 2026 10:00:30 GMT", "Date": "Fri, 13 Nov 2026 10:00:00 GMT"},
            timedelta(seconds=30),
        ),
        (
            429,
            {"Retry-After": "Fri, 13 Nov 2026 09:00:00 GMT", "Date": "Fri, 13 Nov 2026 10:00:00 GMT"},
            timedelta(),
        ),
        (429, {"Retry-After": "Fri, 13 Nov 2026 10:00:30 GMT"}, None),
    ],
)
async def test_too_many_calls_say_how_long_to_wait(
    status: int, headers: dict[str, str], wait: timedelta | None
) -> None:
    async with listening(lambda _: reply(status, headers=headers)) as wire, client(wire.address) as app:
        with pytest.raises(ThrottledError) as raised:
            await app.send(WRITE)
    assert raised.value.retry_after == wait


async def test_reading_is_repeated_and_writing_never() -> None:
    async with listening(in_turn(reply(502), reply(504), reply(200))) as wire, client(wire.address) as app:
        assert (await app.send(READ)).status == 200
        assert len(wire.received) == 3
    async with listening(in_turn(reply(502), reply(200))) as wire, client(wire.address) as app:
        with pytest.raises(TransientError, match="answered 502"):
            await app.send(WRITE)
        assert len(wire.received) == 1


async def test_a_connection_that_breaks_is_transient() -> None:
    async with listening(lambda _: b"") as wire, client(wire.address) as app:
        with pytest.raises(TransientError, match="POST /Users failed"):
            await app.send(WRITE)


async def test_an_answer_that_never_comes_is_transient() -> None:
    async with listening(lambda _: None) as wire, client(wire.address, timeout_seconds=0.2) as app:
        with pytest.raises(TransientError):
            await app.send(WRITE)


async def test_401_is_a_refused_service_account() -> None:
    expired = reply(401, {"detail": "token t0ken expired"})
    async with listening(lambda _: expired) as wire, client(wire.address) as app:
        with pytest.raises(CredentialsRefusedError) as raised:
            await app.send(READ)
    assert "t0ken" not in str(raised.value)


async def test_403_of_an_account_that_can_read_is_a_missing_permission() -> None:
    def respond(request: Received) -> bytes:
        return reply(200) if request.path == "/probe" else reply(403, {"detail": "needs users:write"})

    async with listening(respond) as wire, client(wire.address) as app:
        for _ in range(2):
            with pytest.raises(RejectedError, match="needs users:write") as raised:
                await app.send(WRITE)
            assert raised.value.code is ProblemCode.PERMISSION_MISSING
        assert wire.paths == ["POST /Users", "GET /probe", "POST /Users"]


async def test_403_of_an_account_that_can_do_nothing_is_a_refused_service_account() -> None:
    def respond(request: Received) -> bytes:
        return reply(200) if request.path == "/open-to-all" else reply(403)

    async with listening(respond) as wire, client(wire.address) as app:
        await app.send(Call("GET", "/open-to-all", public=True))
        with pytest.raises(CredentialsRefusedError):
            await app.send(WRITE)


@pytest.mark.parametrize(
    ("status", "error", "code"),
    [
        (400, RejectedError, ProblemCode.REJECTED_VALUE),
        (402, RejectedError, ProblemCode.NO_SEATS),
        (404, AccountNotFoundError, None),
        (405, RejectedError, ProblemCode.NOT_SUPPORTED),
        (409, AccountExistsError, None),
        (410, AccountNotFoundError, None),
        (412, TransientError, None),
        (422, RejectedError, ProblemCode.REJECTED_VALUE),
        (500, TransientError, None),
        (501, RejectedError, ProblemCode.NOT_SUPPORTED),
    ],
)
async def test_every_other_refusal_has_one_meaning(
    status: int, error: type[ConnectorError], code: ProblemCode | None
) -> None:
    async with listening(lambda _: reply(status, {"detail": "no"})) as wire, client(wire.address) as app:
        refused = refuse_error(await app.send(WRITE), "no")
    assert type(refused) is error
    assert str(refused) == f"POST /Users answered {status}: no"
    assert getattr(refused, "code", None) is code


async def test_a_page_instead_of_json_is_transient() -> None:
    async with (
        listening(lambda _: reply(200, b"<html>Please sign in</html>")) as wire,
        client(wire.address) as app,
    ):
        with pytest.raises(TransientError, match="a page for people"):
            await app.send(READ)
