"""One's own sign-in: where one is signed in, the password, the second step, passkeys."""

from collections.abc import Sequence
from urllib.parse import quote

import segno
from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError, RequestError, TooManyAttemptsError
from seatkeeper.core.ids import PasskeyId, SessionId
from seatkeeper.operations.passkeys import Site, offer_registration, register_passkey, remove_passkey
from seatkeeper.operations.passwords import SHORTEST, check_new_password, hash_password
from seatkeeper.operations.sessions import (
    confirm_session,
    digest_session,
    finish_one_session,
    finish_other_sessions,
    finish_session,
    is_confirmed,
)
from seatkeeper.operations.signing_in import Claim, change_password, check_password
from seatkeeper.operations.totp import (
    begin_totp,
    confirm_totp,
    find_new_key,
    remove_totp,
    renew_recovery_codes,
)
from seatkeeper.store.queries.credentials import count_recovery_codes
from seatkeeper.store.queries.members import get_member
from seatkeeper.store.queries.passkeys import list_passkeys
from seatkeeper.store.queries.sessions import find_session_id, list_sessions
from seatkeeper.web.doors import Door
from seatkeeper.web.entering import given_id, given_secret, status_of
from seatkeeper.web.security import safe_path
from seatkeeper.web.visits import SESSION_COOKIE, Visit

_PATH = "/account"
_CONFIRM = f"{_PATH}/confirm?next={quote(_PATH)}"


async def show_account(visit: Visit) -> Response:
    """Show everything at once."""
    return await _account(visit)


async def _account(
    visit: Visit, password_fault: RequestError | None = None, passkey_fault: RequestError | None = None
) -> Response:
    me, used_since = visit.member.id, visit.now - visit.house.settings.sessions.idle
    async with visit.read() as reader:
        listed = await get_member(reader, me)
        shown = {
            "sessions": await list_sessions(reader, me, visit.now, used_since),
            "this_session": await find_session_id(reader, digest_session(visit.secret)),
            "passkeys": await list_passkeys(reader, me),
            "codes_left": await count_recovery_codes(reader, me),
        }
    faults = {"password_fault": password_fault, "passkey_fault": passkey_fault}
    status = status_of(password_fault or passkey_fault)
    return visit.page("account.html", status, listed=listed, shortest=SHORTEST, **shown, **faults)


async def end_session(visit: Visit) -> Response:
    """Sign out in one place."""
    async with visit.transaction() as tx:
        await finish_one_session(tx, visit.member.id, SessionId(given_id(visit, "session")))
    return visit.go(_PATH, "Signed out there.")


async def end_others(visit: Visit) -> Response:
    """Sign out everywhere but here."""
    async with visit.transaction() as tx:
        ended = await finish_other_sessions(tx, visit.member.id, visit.secret)
    return visit.go(_PATH, f"Signed out in {ended} other {'place' if ended == 1 else 'places'}.")


async def show_confirm(visit: Visit) -> Response:
    """Ask again who it is, before something sensitive."""
    return await _confirm_page(visit, safe_path(visit.query("next"), _PATH))


async def confirm(visit: Visit) -> Response:
    """Check the password anew."""
    next_path = safe_path(visit.given("next"), _PATH)
    try:
        await _prove(visit, "password")
    except (InvalidValueError, TooManyAttemptsError) as error:
        return await _confirm_page(visit, next_path, error)
    async with visit.transaction() as tx:
        await confirm_session(tx, visit.secret)
    return visit.go(next_path)


async def _confirm_page(visit: Visit, next_path: str, error: RequestError | None = None) -> Response:
    async with visit.read() as reader:
        listed = await get_member(reader, visit.member.id)
    return visit.page("confirm.html", status_of(error), fault=error, listed=listed, next_path=next_path)


async def start_again(visit: Visit) -> Response:
    """Have somebody without a password sign in anew."""
    next_path = safe_path(visit.given("next"), _PATH)
    async with visit.transaction() as tx:
        await finish_session(tx, visit.secret)
    response = visit.go(f"/sign-in?next={quote(next_path)}")
    response.delete_cookie(SESSION_COOKIE)
    return response


async def _prove(visit: Visit, field: str) -> None:
    claim, counted_as = Claim(visit.member.email, given_secret(visit, field)), f"member {visit.member.id}"
    try:
        await check_password(visit.house.database, visit.origin, claim, visit.client, counted_as=counted_as)
    except InvalidValueError:
        raise InvalidValueError("This is not your password.") from None


async def _is_confirmed(visit: Visit) -> bool:
    async with visit.read() as reader:
        return await is_confirmed(reader, visit.secret, visit.now)


async def set_password(visit: Visit) -> Response:
    """Change the password; who has none yet proves themselves by having signed in just now."""
    async with visit.read() as reader:
        listed = await get_member(reader, visit.member.id)
    if not listed.has_password and not await _is_confirmed(visit):
        return visit.go(_CONFIRM)
    try:
        if listed.has_password:
            await _prove(visit, "old")
        new, repeated = given_secret(visit, "password"), given_secret(visit, "repeated")
        hashed = await hash_password(check_new_password(new, repeated, visit.member.email))
    except (InvalidValueError, TooManyAttemptsError) as error:
        return await _account(visit, password_fault=error)
    await change_password(visit.house.database, visit.origin, visit.member, hashed, visit.secret)
    return visit.go(_PATH, "The password is changed, and you are signed out everywhere else.")


async def start_totp(visit: Visit) -> Response:
    """Make a key for an authenticator app."""
    if not await _is_confirmed(visit):
        return visit.go(_CONFIRM)
    async with visit.transaction() as tx:
        await begin_totp(tx, visit.house.keyring, visit.member, visit.secret)
    return visit.go(f"{_PATH}/totp")


async def show_totp(visit: Visit) -> Response:
    """Show the key to scan, until a first code proves that the app has it."""
    return await _totp_page(visit)


async def _totp_page(visit: Visit, error: RequestError | None = None) -> Response:
    async with visit.read() as reader:
        new = await find_new_key(reader, visit.house.keyring, visit.member, visit.secret, visit.now)
    if new is None:
        return visit.go(_PATH)
    drawn = segno.make(new.uri, error="m").svg_inline(scale=5, dark="#000", light="#fff", svgclass="sk-qr")
    key = " ".join(new.key[start : start + 4] for start in range(0, len(new.key), 4))
    # Drawn by segno from squares: nothing anybody wrote is in it.
    return visit.page("totp.html", status_of(error), fault=error, drawing=Markup(drawn), key=key)  # noqa: S704


async def finish_totp(visit: Visit) -> Response:
    """Take the key into use, and show the recovery codes this once."""
    try:
        async with visit.transaction() as tx:
            codes = await confirm_totp(tx, visit.house.keyring, visit.member, visit.secret, visit.given("code"))
    except InvalidValueError as error:
        return await _totp_page(visit, error)
    except NotPossibleNowError as error:
        return visit.go(_PATH, str(error))
    return visit.page("recovery_codes.html", codes=codes)


async def end_totp(visit: Visit) -> Response:
    """Sign in without a second step from now on."""
    if not await _is_confirmed(visit):
        return visit.go(_CONFIRM)
    async with visit.transaction() as tx:
        await remove_totp(tx, visit.member.id)
    return visit.go(_PATH, "The second step is removed.")


async def renew_codes(visit: Visit) -> Response:
    """Make new recovery codes, and show them this once."""
    if not await _is_confirmed(visit):
        return visit.go(_CONFIRM)
    async with visit.transaction() as tx:
        if not (await get_member(tx, visit.member.id)).has_totp:
            raise NotPossibleNowError("Set up an authenticator app first: recovery codes stand in for it.")
        codes = await renew_recovery_codes(tx, visit.member.id)
    return visit.page("recovery_codes.html", codes=codes)


async def offer_passkey(visit: Visit) -> Response:
    """Give the browser what it needs to make a passkey, or say where to prove who it is first."""
    if not await _is_confirmed(visit):
        return JSONResponse({"go": _CONFIRM})
    async with visit.transaction() as tx:
        options = await offer_registration(tx, Site.of(visit.base_url), visit.member, visit.secret)
    return Response(options, media_type="application/json", headers={"Cache-Control": "no-store"})


async def add_passkey(visit: Visit) -> Response:
    """Keep the passkey the browser made."""
    if not await _is_confirmed(visit):
        return visit.go(_CONFIRM)
    answer = visit.given("name"), visit.given("credential")
    try:
        async with visit.transaction() as tx:
            await register_passkey(tx, Site.of(visit.base_url), visit.member, visit.secret, answer)
    except (InvalidValueError, NotPossibleNowError) as error:
        return await _account(visit, passkey_fault=error)
    return visit.go(_PATH, "The passkey is added. You can sign in with it from now on.")


async def drop_passkey(visit: Visit) -> Response:
    """Refuse a passkey from now on."""
    if not await _is_confirmed(visit):
        return visit.go(_CONFIRM)
    async with visit.transaction() as tx:
        await remove_passkey(tx, visit.member.id, PasskeyId(given_id(visit, "passkey")))
    return visit.go(_PATH, "The passkey is removed.")


_SELF = Permission.MANAGE_SELF
DOORS: Sequence[Door] = (
    Door("GET", _PATH, show_account, _SELF),
    Door("POST", f"{_PATH}/sessions/end-others", end_others, _SELF),
    Door("POST", f"{_PATH}/sessions/{{session}}/end", end_session, _SELF),
    Door("GET", f"{_PATH}/confirm", show_confirm, _SELF),
    Door("POST", f"{_PATH}/confirm", confirm, _SELF),
    Door("POST", f"{_PATH}/again", start_again, _SELF),
    Door("POST", f"{_PATH}/password", set_password, _SELF),
    Door("GET", f"{_PATH}/totp", show_totp, _SELF),
    Door("POST", f"{_PATH}/totp", start_totp, _SELF),
    Door("POST", f"{_PATH}/totp/confirm", finish_totp, _SELF),
    Door("POST", f"{_PATH}/totp/remove", end_totp, _SELF),
    Door("POST", f"{_PATH}/recovery-codes", renew_codes, _SELF),
    Door("POST", f"{_PATH}/passkeys/options", offer_passkey, _SELF),
    Door("POST", f"{_PATH}/passkeys", add_passkey, _SELF),
    Door("POST", f"{_PATH}/passkeys/{{passkey}}/remove", drop_passkey, _SELF),
)
