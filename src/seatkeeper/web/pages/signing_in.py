"""Signing in with a password or a passkey, the second step, and signing out."""

from collections.abc import Sequence

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError, RequestError, TooManyAttemptsError
from seatkeeper.operations.audit import note_failed_sign_in
from seatkeeper.operations.challenges import ChallengeKind, look_at
from seatkeeper.operations.passkeys import Site, check_passkey, offer_sign_in
from seatkeeper.operations.sessions import finish_session
from seatkeeper.operations.signing_in import Claim, check_code, check_password
from seatkeeper.store.queries.members import has_members
from seatkeeper.store.queries.providers import list_providers
from seatkeeper.web.doors import Door
from seatkeeper.web.entering import enter, given_secret, keep_step, proceed, status_of, step_of
from seatkeeper.web.security import safe_path
from seatkeeper.web.visits import SESSION_COOKIE, Visit


async def show_sign_in(visit: Visit) -> Response:
    """Ask who it is; whoever is signed in goes where they wanted."""
    next_path = safe_path(visit.query("next"))
    if visit.guest is not None:
        return visit.go(next_path)
    return await sign_in_page(visit, next_path)


async def sign_in(visit: Visit) -> Response:
    """Check the password."""
    next_path = safe_path(visit.given("next"))
    claim = Claim(visit.given("email"), given_secret(visit, "password"))
    try:
        proven = await check_password(visit.house.database, visit.origin, claim, visit.client)
    except (InvalidValueError, TooManyAttemptsError) as error:
        return await sign_in_page(visit, next_path, error)
    return await proceed(visit, proven.member, next_path, needs_code=proven.needs_code)


async def sign_in_page(visit: Visit, next_path: str, error: RequestError | None = None) -> Response:
    """Show the ways to sign in, and what went wrong with one."""
    async with visit.read() as reader:
        providers = await list_providers(reader)
        is_set_up = await has_members(reader)
    return visit.page(
        "sign_in.html",
        status_of(error),
        fault=error,
        providers=providers,
        is_set_up=is_set_up,
        next_path=next_path,
        email=visit.given("email"),
    )


async def show_code(visit: Visit) -> Response:
    """Ask for the second step."""
    async with visit.read() as reader:
        challenge = await look_at(reader, ChallengeKind.CODE, step_of(visit), visit.now)
    return visit.go("/sign-in") if challenge is None else visit.page("sign_in_code.html", fault=None)


async def send_code(visit: Visit) -> Response:
    """Check the second step."""
    house, answer = visit.house, (visit.given("code"), visit.client)
    try:
        member, next_path = await check_code(house.database, visit.origin, house.keyring, step_of(visit), answer)
    except (InvalidValueError, TooManyAttemptsError) as error:
        return visit.page("sign_in_code.html", status_of(error), fault=error)
    except NotPossibleNowError as error:
        return await sign_in_page(visit, "/", error)
    return await enter(visit, member, "password and code", next_path)


async def offer_passkey(visit: Visit) -> Response:
    """Give the browser what it needs to ask for a passkey."""
    async with visit.transaction() as tx:
        options, step = await offer_sign_in(tx, Site.of(visit.base_url), safe_path(visit.given("next")))
    response = Response(options, media_type="application/json", headers={"Cache-Control": "no-store"})
    keep_step(visit, response, step)
    return response


async def sign_in_with_passkey(visit: Visit) -> Response:
    """Check what the browser's passkey answered."""
    try:
        async with visit.transaction() as tx:
            member, next_path = await check_passkey(
                tx, Site.of(visit.base_url), step_of(visit), visit.given("credential")
            )
    except (InvalidValueError, NotPossibleNowError) as error:
        if isinstance(error, InvalidValueError):
            await note_failed_sign_in(visit.house.database, visit.origin, "", "passkey", visit.client)
        return await sign_in_page(visit, safe_path(visit.given("next")), error)
    return await enter(visit, member, "passkey", next_path)


async def sign_out(visit: Visit) -> Response:
    """End the session."""
    async with visit.transaction() as tx:
        await finish_session(tx, visit.secret)
    response = visit.go("/sign-in", "You are signed out.")
    response.delete_cookie(SESSION_COOKIE)
    return response


DOORS: Sequence[Door] = (
    Door("GET", "/sign-in", show_sign_in, None),
    Door("POST", "/sign-in", sign_in, None),
    Door("GET", "/sign-in/code", show_code, None),
    Door("POST", "/sign-in/code", send_code, None),
    Door("POST", "/sign-in/passkey/options", offer_passkey, None),
    Door("POST", "/sign-in/passkey", sign_in_with_passkey, None),
    Door("POST", "/sign-out", sign_out, Permission.MANAGE_SELF),
)
