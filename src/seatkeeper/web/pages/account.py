"""One's own sign-in: where one is signed in, proving who one is, and the password."""

from collections.abc import Sequence
from urllib.parse import quote

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import InvalidValueError, RequestError, TooManyAttemptsError
from seatkeeper.core.ids import SessionId
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
from seatkeeper.store.queries.credentials import count_recovery_codes
from seatkeeper.store.queries.members import get_member
from seatkeeper.store.queries.passkeys import list_passkeys
from seatkeeper.store.queries.sessions import find_session_id, list_sessions
from seatkeeper.web.doors import Door
from seatkeeper.web.entering import given_id, given_secret, status_of
from seatkeeper.web.security import safe_path
from seatkeeper.web.visits import SESSION_COOKIE, Visit

PATH = "/account"
CONFIRM_FIRST = f"{PATH}/confirm?next={quote(PATH)}"


async def show_account(visit: Visit) -> Response:
    """Show everything at once."""
    return await account_page(visit)


async def account_page(
    visit: Visit, password_fault: RequestError | None = None, passkey_fault: RequestError | None = None
) -> Response:
    """Show the account, and what was wrong with a form on it."""
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
    return visit.go(PATH, "Signed out there.")


async def end_others(visit: Visit) -> Response:
    """Sign out everywhere but here."""
    async with visit.transaction() as tx:
        ended = await finish_other_sessions(tx, visit.member.id, visit.secret)
    return visit.go(PATH, f"Signed out in {ended} other {'place' if ended == 1 else 'places'}.")


async def show_confirm(visit: Visit) -> Response:
    """Ask again who it is, before something sensitive."""
    return await _confirm_page(visit, safe_path(visit.query("next"), PATH))


async def confirm(visit: Visit) -> Response:
    """Check the password anew."""
    next_path = safe_path(visit.given("next"), PATH)
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
    next_path = safe_path(visit.given("next"), PATH)
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


async def was_confirmed(visit: Visit) -> bool:
    """Say whether whoever is at this browser proved not long ago who they are."""
    async with visit.read() as reader:
        return await is_confirmed(reader, visit.secret, visit.now)


async def set_password(visit: Visit) -> Response:
    """Change the password; who has none yet proves themselves by having signed in just now."""
    async with visit.read() as reader:
        listed = await get_member(reader, visit.member.id)
    if not listed.has_password and not await was_confirmed(visit):
        return visit.go(CONFIRM_FIRST)
    try:
        if listed.has_password:
            await _prove(visit, "old")
        new, repeated = given_secret(visit, "password"), given_secret(visit, "repeated")
        hashed = await hash_password(check_new_password(new, repeated, visit.member.email))
    except (InvalidValueError, TooManyAttemptsError) as error:
        return await account_page(visit, password_fault=error)
    await change_password(visit.house.database, visit.origin, visit.member, hashed, visit.secret)
    return visit.go(PATH, "The password is changed, and you are signed out everywhere else.")


_SELF = Permission.MANAGE_SELF
DOORS: Sequence[Door] = (
    Door("GET", PATH, show_account, _SELF),
    Door("POST", f"{PATH}/sessions/end-others", end_others, _SELF),
    Door("POST", f"{PATH}/sessions/{{session}}/end", end_session, _SELF),
    Door("GET", f"{PATH}/confirm", show_confirm, _SELF),
    Door("POST", f"{PATH}/confirm", confirm, _SELF),
    Door("POST", f"{PATH}/again", start_again, _SELF),
    Door("POST", f"{PATH}/password", set_password, _SELF),
)
