"""Signing in: with a password and a code, how often it may fail, and what becomes of the session."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pyotp
import pytest

from seatkeeper.core.access import Member, WorkspaceRole
from seatkeeper.operations.attempts import PER_ACCOUNT, PER_ADDRESS, count_try
from seatkeeper.operations.invitations import invite_member, make_link
from seatkeeper.operations.members import add_member, disable_member, enable_member
from seatkeeper.operations.totp import begin_totp, confirm_totp, find_new_key
from seatkeeper.store.database import Database
from seatkeeper.store.records.credentials import set_password_hash
from seatkeeper.web.entering import STEP_COOKIE
from seatkeeper.web.house import House
from seatkeeper.web.security import CSRF_FIELD, csrf_token
from seatkeeper.web.visits import SESSION_COOKIE, VISIT_COOKIE
from tests.web.conftest import SignIn
from tests.web.people import SETUP, Person, a_hash, client_with

PASSWORD = "nine tall herons walking"


class Clock:
    """A clock the test moves."""

    def __init__(self) -> None:
        self.now = datetime.now(UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def database(database_url: str, clock: Clock) -> AsyncIterator[Database]:
    pool = Database(database_url, size=8, clock=clock)
    await pool.open()
    yield pool
    await pool.close()


@pytest.fixture
def house(house: House, clock: Clock) -> House:
    return replace(house, engine=replace(house.engine, clock=clock))


@pytest.fixture
async def ada(database: Database) -> Member:
    hashed = await a_hash(PASSWORD)
    async with database.transaction(SETUP) as tx:
        member = await add_member(tx, "ada@example.org", "Ada", WorkspaceRole.ADMIN)
        await set_password_hash(tx, member.id, hashed)
    return member


async def submit(client: httpx.AsyncClient, path: str, **fields: str) -> httpx.Response:
    """Send a form as the page in this browser would."""
    if VISIT_COOKIE not in client.cookies and SESSION_COOKIE not in client.cookies:
        await client.get("/sign-in")
    secret = client.cookies.get(SESSION_COOKIE) or client.cookies[VISIT_COOKIE]
    return await client.post(path, data={CSRF_FIELD: csrf_token(secret), **fields})


async def test_a_right_password_signs_in_with_a_new_session(stranger: httpx.AsyncClient, ada: Member) -> None:
    await stranger.get("/sign-in")
    before = stranger.cookies[VISIT_COOKIE]
    answer = await submit(stranger, "/sign-in", email="ADA@example.org", password=PASSWORD, next="/account")
    assert (answer.status_code, answer.headers["location"]) == (303, "/account")
    assert VISIT_COOKIE not in stranger.cookies
    assert stranger.cookies[SESSION_COOKIE] != before
    assert (await stranger.get("/account")).status_code == 200
    old_form = await stranger.post("/sign-out", data={CSRF_FIELD: csrf_token(before)})
    assert old_form.status_code == 403


async def test_a_stranger_and_a_wrong_password_get_the_same_answer(
    stranger: httpx.AsyncClient, ada: Member
) -> None:
    known = await submit(stranger, "/sign-in", email="ada@example.org", password="something else")
    unknown = await submit(stranger, "/sign-in", email="eve@example.org", password="something else")
    assert known.status_code == unknown.status_code == 422
    assert _without_what_differs(known.text) == _without_what_differs(unknown.text)
    assert "something else" not in known.text


def _without_what_differs(page: str) -> str:
    lines = page.replace("ada@", "eve@").splitlines()
    return "\n".join(line for line in lines if "nonce" not in line)


@pytest.mark.parametrize("email", ["a\0b@example.org", "\ud800@example.org", "x" * 5000, ""])
async def test_what_cannot_be_an_address_is_a_stranger(stranger: httpx.AsyncClient, email: str) -> None:
    await stranger.get("/sign-in")
    form = {CSRF_FIELD: csrf_token(stranger.cookies[VISIT_COOKIE]), "password": PASSWORD}
    content = httpx.QueryParams(form)
    raw = str(content) + "&email=" + "".join(f"%{byte:02x}" for byte in email.encode("utf-8", "surrogatepass"))
    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    answer = await stranger.post("/sign-in", content=raw, headers=headers)
    assert answer.status_code == 422, answer.text


async def test_after_ten_failures_an_account_waits_but_its_sessions_do_not(
    stranger: httpx.AsyncClient, transport: httpx.ASGITransport, ada: Member, clock: Clock, database: Database
) -> None:
    async with client_with(transport, None) as inside:
        await submit(inside, "/sign-in", email=ada.email, password=PASSWORD)
        for _ in range(PER_ACCOUNT - 3):
            async with database.transaction(SETUP) as tx:
                await count_try(tx, ada.email, "192.0.2.7")
        await stranger.get("/sign-in")
        tries = [submit(stranger, "/sign-in", email=ada.email, password=f"guess number {n}") for n in range(5)]
        statuses = [answer.status_code for answer in await asyncio.gather(*tries)]
        assert sorted(statuses) == [422] * 3 + [429] * 2
        refused = await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)
        assert refused.status_code == 429
        assert "Try again in 15 minutes" in refused.text
        assert (await inside.get("/account")).status_code == 200
        assert (await submit(inside, "/account/confirm", password=PASSWORD)).status_code == 303
    clock.now += timedelta(minutes=15, seconds=1)
    assert (await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)).status_code == 303


async def test_an_address_that_tries_many_accounts_waits(
    stranger: httpx.AsyncClient, ada: Member, database: Database
) -> None:
    for n in range(PER_ADDRESS - 4):
        async with database.transaction(SETUP) as tx:
            await count_try(tx, f"earlier{n}@example.org", "127.0.0.1")
    await stranger.get("/sign-in")
    tries = [submit(stranger, "/sign-in", email=f"guess{n}@example.org", password="password") for n in range(6)]
    statuses = [answer.status_code for answer in await asyncio.gather(*tries)]
    assert sorted(statuses) == [422] * 4 + [429] * 2


async def test_a_session_ends_unused_and_in_any_case(
    stranger: httpx.AsyncClient, ada: Member, clock: Clock
) -> None:
    await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)
    for _ in range(15):
        clock.now += timedelta(hours=11)
        assert (await stranger.get("/account")).status_code == 200
    clock.now += timedelta(hours=4)
    assert (await stranger.get("/account")).status_code == 303
    await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)
    clock.now += timedelta(hours=12, seconds=1)
    assert (await stranger.get("/account")).headers["location"] == "/sign-in?next=/account"


async def test_a_disabled_member_is_out_at_once_and_cannot_come_back(
    stranger: httpx.AsyncClient, ada: Member, database: Database, signed_in: SignIn
) -> None:
    other = await _another_admin(database, signed_in)
    await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)
    async with database.transaction(SETUP) as tx:
        await disable_member(tx, ada.id)
    assert (await stranger.get("/account")).status_code == 303
    assert (await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)).status_code == 422
    async with database.transaction(SETUP) as tx:
        await enable_member(tx, ada.id)
    assert (await stranger.get("/account")).status_code == 303
    assert (await other.get("/account")).status_code == 200


async def _another_admin(database: Database, signed_in: SignIn) -> Person:
    other = await signed_in()
    async with database.transaction(SETUP) as tx:
        await set_password_hash(tx, other.member.id, "hashed")
    return other


@asynccontextmanager
async def _with_authenticator(
    database: Database, house: House, member: Member, clock: Clock
) -> AsyncIterator[tuple[Callable[[], str], list[str]]]:
    async with database.transaction(SETUP) as tx:
        await begin_totp(tx, house.keyring, member, "a session")
        new = await find_new_key(tx, house.keyring, member, "a session", clock.now)
        assert new is not None
        totp = pyotp.TOTP(new.key)
        codes = await confirm_totp(tx, house.keyring, member, "a session", totp.at(clock.now))
    yield lambda: totp.at(clock.now), list(codes)


async def test_a_code_and_a_recovery_code_are_each_good_once(
    stranger: httpx.AsyncClient, transport: httpx.ASGITransport, ada: Member, house: House, clock: Clock
) -> None:
    async with _with_authenticator(house.database, house, ada, clock) as (code, recovery):
        clock.now += timedelta(seconds=60)
        asked = await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)
        assert asked.headers["location"] == "/sign-in/code"
        assert SESSION_COOKIE not in stranger.cookies
        assert (await stranger.get("/account")).status_code == 303
        assert (await submit(stranger, "/sign-in/code", code="123")).status_code == 422
        assert (await submit(stranger, "/sign-in/code", code=code())).status_code == 303
        assert STEP_COOKIE not in stranger.cookies
        async with client_with(transport, None) as other:
            await submit(other, "/sign-in", email=ada.email, password=PASSWORD)
            assert (await submit(other, "/sign-in/code", code=code())).status_code == 422
            assert (await submit(other, "/sign-in/code", code=recovery[0].upper())).status_code == 303
        async with client_with(transport, None) as third:
            await submit(third, "/sign-in", email=ada.email, password=PASSWORD)
            assert (await submit(third, "/sign-in/code", code=recovery[0])).status_code == 422


async def test_codes_cannot_be_guessed_for_long(
    stranger: httpx.AsyncClient, ada: Member, house: House, clock: Clock
) -> None:
    async with _with_authenticator(house.database, house, ada, clock):
        await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)
        guesses = [await submit(stranger, "/sign-in/code", code="wrong") for _ in range(11)]
        assert [each.status_code for each in guesses] == [422] * 10 + [429]


async def test_the_second_step_waits_ten_minutes(
    stranger: httpx.AsyncClient, ada: Member, house: House, clock: Clock
) -> None:
    async with _with_authenticator(house.database, house, ada, clock) as (code, _):
        await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)
        clock.now += timedelta(minutes=11)
        late = await submit(stranger, "/sign-in/code", code=code())
        assert (late.status_code, "Sign in again" in late.text) == (409, True)


async def test_an_invited_member_chooses_a_password_once(
    stranger: httpx.AsyncClient, transport: httpx.ASGITransport, database: Database
) -> None:
    async with database.transaction(SETUP) as tx:
        invited = await invite_member(tx, "bob@example.org", "", WorkspaceRole.MEMBER)
    weak = await submit(stranger, invited.path, name="Bob", password="short", repeated="short")
    assert (weak.status_code, "12 characters" in weak.text) == (422, True)
    own = "bob and his boat are old"
    named = await submit(stranger, invited.path, name="Bob", password=own, repeated=own)
    assert (named.status_code, "in front of the @" in named.text) == (422, True)
    taken = await submit(stranger, invited.path, name="Bob B.", password=PASSWORD, repeated=PASSWORD)
    assert taken.headers["location"] == "/"
    assert "Bob B." in (await stranger.get("/account")).text
    async with client_with(transport, None) as late:
        assert (await late.get(invited.path)).status_code == 404


async def test_a_link_lets_somebody_in_again_who_lost_password_and_authenticator(
    stranger: httpx.AsyncClient, ada: Member, house: House, clock: Clock
) -> None:
    new = "eleven quiet lighthouses"
    async with _with_authenticator(house.database, house, ada, clock):
        async with house.database.transaction(SETUP) as tx:
            kept = await make_link(tx, ada.id)
        asked = await submit(stranger, kept.path, name="Ada", password=new, repeated=new)
        assert asked.headers["location"] == "/sign-in/code"
        async with house.database.transaction(SETUP) as tx:
            link = await make_link(tx, ada.id, forgets_totp=True)
        entered = await submit(stranger, link.path, name="Ada", password=new, repeated=new)
        assert entered.headers["location"] == "/"


async def test_a_link_is_void_once_there_is_a_newer_one(
    stranger: httpx.AsyncClient, ada: Member, house: House
) -> None:
    async with house.database.transaction(SETUP) as tx:
        older, newer = await make_link(tx, ada.id), await make_link(tx, ada.id)
    assert (await stranger.get(older.path)).status_code == 404
    assert (await stranger.get(newer.path)).status_code == 200


async def test_how_one_signs_in_is_changed_only_by_who_proved_it_not_long_ago(
    stranger: httpx.AsyncClient, ada: Member, clock: Clock
) -> None:
    await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)
    assert (await submit(stranger, "/account/totp")).headers["location"] == "/account/totp"
    clock.now += timedelta(minutes=11)
    for path in ("totp", "totp/remove", "recovery-codes", "passkeys", f"passkeys/{ada.id}/remove"):
        asked = await submit(stranger, f"/account/{path}")
        assert asked.headers["location"] == "/account/confirm?next=/account", path
    options = await submit(stranger, "/account/passkeys/options")
    assert options.json() == {"go": "/account/confirm?next=/account"}
    wrong = await submit(stranger, "/account/confirm", password="guess", next="/account")
    assert (wrong.status_code, "This is not your password" in wrong.text) == (422, True)
    right = await submit(stranger, "/account/confirm", password=PASSWORD, next="//evil.example")
    assert right.headers["location"] == "/account"
    assert "challenge" in (await submit(stranger, "/account/passkeys/options")).json()


async def test_a_session_is_ended_from_another_and_all_others_at_once(
    stranger: httpx.AsyncClient, transport: httpx.ASGITransport, ada: Member
) -> None:
    await submit(stranger, "/sign-in", email=ada.email, password=PASSWORD)
    async with client_with(transport, None) as phone, client_with(transport, None) as desk:
        for browser in (phone, desk):
            await submit(browser, "/sign-in", email=ada.email, password=PASSWORD)
        page = (await stranger.get("/account")).text
        [first, second] = [part.split("/end")[0] for part in page.split("/account/sessions/")[1:-1]]
        assert first != second
        assert (await submit(stranger, f"/account/sessions/{first}/end")).status_code == 303
        statuses = {(await browser.get("/account")).status_code for browser in (phone, desk)}
        assert statuses == {200, 303}
        assert (await submit(stranger, "/account/sessions/end-others")).status_code == 303
        assert {(await browser.get("/account")).status_code for browser in (phone, desk)} == {303}
    assert (await stranger.get("/account")).status_code == 200


@pytest.mark.parametrize("credential", ["", "[]", "{}", '{"rawId": "x"}', '{"rawId": 1}', "x" * 20_000, "null"])
async def test_what_is_no_passkey_is_told_so(stranger: httpx.AsyncClient, credential: str) -> None:
    options = await submit(stranger, "/sign-in/passkey/options", next="/account")
    assert options.json()["userVerification"] == "required"
    answer = await submit(stranger, "/sign-in/passkey", credential=credential)
    assert (answer.status_code, "passkey" in answer.text) == (422, True)
