"""What keeps others from acting as somebody who is signed in, or from learning their secrets."""

import asyncio
from dataclasses import replace

import httpx
import pytest

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.providers import RoleRule
from seatkeeper.operations.providers import ProviderForm, change_provider, create_provider, open_client_secret
from seatkeeper.operations.setup import make_setup_link
from seatkeeper.store.database import Database
from seatkeeper.store.records.credentials import set_password_hash
from seatkeeper.web.app import web_app
from seatkeeper.web.house import House, WebSettings
from seatkeeper.web.security import CSRF_FIELD, csrf_token, safe_path
from seatkeeper.web.visits import NOTICE_COOKIE, SESSION_COOKIE, VISIT_COOKIE
from tests.web.conftest import SignIn
from tests.web.people import BASE, SETUP, Person, a_hash, client_with

PASSWORD = "nine tall herons walking"


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ({"Origin": "https://evil.example"}, "another site's page"),
        ({"Origin": "null"}, "a page without an origin"),
        ({"Origin": BASE.replace("http", "https") + ":8443"}, "another port"),
        ({"Sec-Fetch-Site": "cross-site"}, "another site"),
        ({"Sec-Fetch-Site": "same-site"}, "a neighbouring host"),
    ],
)
async def test_a_write_from_elsewhere_is_refused_even_with_the_right_token(
    headers: dict[str, str], reason: str, admin: Person
) -> None:
    form = {CSRF_FIELD: csrf_token(admin.secret)}
    answer = await admin.client.post("/account/sessions/end-others", data=form, headers=headers)
    assert answer.status_code == 403, reason


async def test_a_write_needs_the_token_of_its_own_session(admin: Person, signed_in: SignIn) -> None:
    other = await signed_in()
    for token in ("", "guess", csrf_token(other.secret), csrf_token("")):
        answer = await admin.client.post("/account/sessions/end-others", data={CSRF_FIELD: token})
        assert answer.status_code == 403
    assert (await admin.client.post("/account/sessions/end-others")).status_code in {403, 422}
    good = {"x-csrf-token": csrf_token(admin.secret), "Origin": BASE, "Sec-Fetch-Site": "same-origin"}
    assert (
        await admin.client.post("/account/sessions/end-others", data={"a": "b"}, headers=good)
    ).status_code == 303


async def test_a_session_somebody_planted_opens_nothing_and_does_not_become_one(
    transport: httpx.ASGITransport, database: Database, signed_in: SignIn
) -> None:
    victim = await signed_in()
    await _give_password(database, victim)
    async with client_with(transport, "planted by somebody else") as browser:
        assert (await browser.get("/account")).status_code == 303
        form = {CSRF_FIELD: csrf_token("planted by somebody else"), "password": PASSWORD}
        answer = await browser.post("/sign-in", data=form | {"email": victim.member.email})
        assert answer.status_code == 303
        assert answer.cookies[SESSION_COOKIE] != "planted by somebody else"
    async with client_with(transport, "planted by somebody else") as attacker:
        assert (await attacker.get("/account")).status_code == 303


async def test_signing_in_again_ends_the_session_before(
    transport: httpx.ASGITransport, database: Database, signed_in: SignIn
) -> None:
    person = await signed_in()
    await _give_password(database, person)
    form = {"email": person.member.email, "password": PASSWORD}
    assert (await person.post("/sign-in", form)).status_code == 303
    async with client_with(transport, person.secret) as before:
        assert (await before.get("/account")).status_code == 303


async def test_signing_out_ends_the_session_itself(transport: httpx.ASGITransport, admin: Person) -> None:
    assert (await admin.post("/sign-out")).headers["location"] == "/sign-in"
    async with client_with(transport, admin.secret) as thief:
        assert (await thief.get("/account")).status_code == 303


async def test_cookies_are_kept_from_scripts_and_other_sites_and_to_tls(
    house: House, database: Database, signed_in: SignIn
) -> None:
    person = await signed_in()
    await _give_password(database, person)
    for public_url, secure in ((None, False), ("https://seatkeeper.test", True)):
        app = web_app(replace(house, settings=WebSettings(public_url=public_url)))
        async with client_with(httpx.ASGITransport(app), None) as browser:
            first = await browser.get("/sign-in")
        visit = first.cookies[VISIT_COOKIE]
        form = {CSRF_FIELD: csrf_token(visit), "password": PASSWORD, "email": person.member.email}
        async with client_with(httpx.ASGITransport(app), None) as browser:
            answer = await browser.post("/sign-in", data=form, headers={"Cookie": f"{VISIT_COOKIE}={visit}"})
        assert answer.status_code == 303
        for line in (*first.headers.get_list("set-cookie"), *answer.headers.get_list("set-cookie")):
            if "Max-Age=0" in line:
                continue
            assert "HttpOnly" in line
            assert "SameSite=lax" in line
            assert ("Secure" in line) is secure
        assert ("strict-transport-security" in first.headers) is secure


@pytest.mark.parametrize(
    "target",
    [
        "https://evil.example/",
        "//evil.example/",
        "/\\evil.example",
        "\\\\evil.example",
        "javascript:alert(1)",
        "/ok\r\nSet-Cookie: a=b",
        "/\t/evil.example",
        "account",
        "",
    ],
)
def test_no_path_leads_elsewhere(target: str) -> None:
    assert safe_path(target) == "/"


async def test_nobody_is_sent_elsewhere_after_signing_in(admin: Person, database: Database) -> None:
    target = "/\\evil.example/\r\nSet-Cookie: a=b"
    seen = await admin.client.get("/sign-in", params={"next": target})
    assert seen.headers["location"] == "/"
    await _give_password(database, admin)
    answer = await admin.post("/sign-in", {"email": admin.member.email, "password": PASSWORD, "next": target})
    assert answer.headers["location"] == "/"
    assert "a=b" not in str(answer.headers)


async def test_a_notice_cannot_carry_a_header(admin: Person) -> None:
    admin.client.cookies.set(NOTICE_COOKIE, "x%0d%0aSet-Cookie:%20a=b%3Cscript%3E")
    answer = await admin.get("/")
    assert "a=b<script>" not in answer.text
    assert "a" not in answer.cookies


async def test_what_somebody_typed_is_never_markup(stranger: httpx.AsyncClient) -> None:
    await stranger.get("/sign-in")
    form = {CSRF_FIELD: csrf_token(stranger.cookies[VISIT_COOKIE]), "password": "x" * 12}
    answer = await stranger.post("/sign-in", data=form | {"email": '"><script>alert(1)</script>'})
    assert "<script>alert" not in answer.text
    assert "&lt;script&gt;alert" in answer.text


async def test_no_page_of_the_account_holds_the_session_or_a_password(
    database: Database, admin: Person, capsys: pytest.CaptureFixture[str]
) -> None:
    await _give_password(database, admin)
    wrong = {"old": "an old one that is wrong", "password": "a new one, long enough", "repeated": "another one"}
    pages = [
        await admin.get("/account"),
        await admin.get("/account/confirm"),
        await admin.post("/account/password", wrong),
        await admin.post("/account/confirm", {"password": "an old one that is wrong"}),
    ]
    for page in pages:
        for secret in (admin.secret, PASSWORD, *wrong.values()):
            assert secret not in page.text
        assert "argon2" not in page.text
    said = "".join(capsys.readouterr())
    assert not [secret for secret in (admin.secret, PASSWORD, *wrong.values()) if secret in said]


async def test_the_set_up_link_makes_one_admin_though_two_use_it_at_once(
    stranger: httpx.AsyncClient, database: Database
) -> None:
    async with database.transaction(SETUP) as tx:
        old, path = await make_setup_link(tx, "one:1"), await make_setup_link(tx, "one:1")
        elsewhere = await make_setup_link(tx, "two:1")
    assert old
    assert path
    assert elsewhere
    assert (await stranger.get(old)).status_code == 404
    assert (await stranger.get(elsewhere)).status_code == 200
    token = csrf_token(stranger.cookies[VISIT_COOKIE])
    forms = [
        {
            CSRF_FIELD: token,
            "email": f"admin{n}@example.org",
            "name": "A",
            "password": PASSWORD,
            "repeated": PASSWORD,
        }
        for n in range(4)
    ]
    places = (path, path, elsewhere, elsewhere)
    sent = zip(places, forms, strict=True)
    answers = await asyncio.gather(*(stranger.post(where, data=form) for where, form in sent))
    assert sorted(answer.status_code for answer in answers) == [303, 404, 404, 404]
    async with database.transaction(SETUP) as tx:
        assert await make_setup_link(tx, "one:1") is None


async def test_a_password_is_changed_by_who_knows_the_old_one_and_others_are_out(
    transport: httpx.ASGITransport, database: Database, admin: Person
) -> None:
    await _give_password(database, admin)
    async with client_with(transport, None) as elsewhere:
        await elsewhere.get("/sign-in")
        form = {CSRF_FIELD: csrf_token(elsewhere.cookies[VISIT_COOKIE]), "password": PASSWORD}
        await elsewhere.post("/sign-in", data=form | {"email": admin.member.email})
        new = {"password": "seven slow rivers", "repeated": "seven slow rivers"}
        assert (await admin.post("/account/password", new | {"old": "wrong"})).status_code == 422
        assert (await elsewhere.get("/account")).status_code == 200
        assert (await admin.post("/account/password", new | {"old": PASSWORD})).status_code == 303
        assert (await elsewhere.get("/account")).status_code == 303
    assert (await admin.get("/account")).status_code == 200


async def test_nobody_ends_the_session_of_somebody_else(admin: Person, signed_in: SignIn) -> None:
    other = await signed_in(WorkspaceRole.MEMBER)
    page = (await other.get("/account")).text
    assert "This one" in page
    mine = (await admin.get("/account")).text
    for session in _session_ids(page) + _session_ids(mine):
        await admin.post(f"/account/sessions/{session}/end")
    assert (await other.get("/account")).status_code == 200


def _session_ids(page: str) -> list[str]:
    return [part.split("/end")[0] for part in page.split("/account/sessions/")[1:]]


async def test_a_providers_secret_is_sealed_and_not_sent_to_another_issuer(
    house: House, database: Database
) -> None:
    form = ProviderForm("Okta", "https://login.example.org/", "id", "shown to nobody")
    async with database.transaction(SETUP) as tx:
        made = await create_provider(tx, house.keyring, form)
        rules = (RoleRule("admins", WorkspaceRole.ADMIN),)
        await change_provider(tx, house.keyring, made.id, replace(form, client_secret="", role_rules=rules))
        assert await open_client_secret(tx, house.keyring, made.id) == "shown to nobody"
    assert "shown to nobody" not in repr(form)
    moved = replace(form, client_secret="", issuer="https://evil.example/")
    with pytest.raises(InvalidValueError, match="enter it again"):
        async with database.transaction(SETUP) as tx:
            await change_provider(tx, house.keyring, made.id, moved)


async def _give_password(database: Database, person: Person) -> None:
    hashed = await a_hash(PASSWORD)
    async with database.transaction(SETUP) as tx:
        await set_password_hash(tx, person.member.id, hashed)
