"""One's own second step and passkeys. Both ask first who it is, unless that was proven not long ago."""

from collections.abc import Sequence

import segno
from markupsafe import Markup
from starlette.responses import JSONResponse, Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import InvalidValueError, NotPossibleNowError, RequestError
from seatkeeper.core.ids import PasskeyId
from seatkeeper.operations.passkeys import Site, offer_registration, register_passkey, remove_passkey
from seatkeeper.operations.totp import (
    begin_totp,
    confirm_totp,
    find_new_key,
    remove_totp,
    renew_recovery_codes,
)
from seatkeeper.store.queries.members import get_member
from seatkeeper.web.doors import Door
from seatkeeper.web.entering import given_id, status_of
from seatkeeper.web.pages.account import CONFIRM_FIRST, PATH, account_page, was_confirmed
from seatkeeper.web.visits import Visit


async def start_totp(visit: Visit) -> Response:
    """Make a key for an authenticator app."""
    if not await was_confirmed(visit):
        return visit.go(CONFIRM_FIRST)
    async with visit.transaction() as tx:
        await begin_totp(tx, visit.house.keyring, visit.member, visit.secret)
    return visit.go(f"{PATH}/totp")


async def show_totp(visit: Visit) -> Response:
    """Show the key to scan, until a first code proves that the app has it."""
    return await _totp_page(visit)


async def _totp_page(visit: Visit, error: RequestError | None = None) -> Response:
    async with visit.read() as reader:
        new = await find_new_key(reader, visit.house.keyring, visit.member, visit.secret, visit.now)
    if new is None:
        return visit.go(PATH)
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
        return visit.go(PATH, str(error))
    return visit.page("recovery_codes.html", codes=codes)


async def end_totp(visit: Visit) -> Response:
    """Sign in without a second step from now on."""
    if not await was_confirmed(visit):
        return visit.go(CONFIRM_FIRST)
    async with visit.transaction() as tx:
        await remove_totp(tx, visit.member.id)
    return visit.go(PATH, "The second step is removed.")


async def renew_codes(visit: Visit) -> Response:
    """Make new recovery codes, and show them this once."""
    if not await was_confirmed(visit):
        return visit.go(CONFIRM_FIRST)
    async with visit.transaction() as tx:
        if not (await get_member(tx, visit.member.id)).has_totp:
            raise NotPossibleNowError("Set up an authenticator app first: recovery codes stand in for it.")
        codes = await renew_recovery_codes(tx, visit.member.id)
    return visit.page("recovery_codes.html", codes=codes)


async def offer_passkey(visit: Visit) -> Response:
    """Give the browser what it needs to make a passkey, or say where to prove who it is first."""
    if not await was_confirmed(visit):
        return JSONResponse({"go": CONFIRM_FIRST})
    async with visit.transaction() as tx:
        options = await offer_registration(tx, Site.of(visit.base_url), visit.member, visit.secret)
    return Response(options, media_type="application/json", headers={"Cache-Control": "no-store"})


async def add_passkey(visit: Visit) -> Response:
    """Keep the passkey the browser made."""
    if not await was_confirmed(visit):
        return visit.go(CONFIRM_FIRST)
    answer = visit.given("name"), visit.given("credential")
    try:
        async with visit.transaction() as tx:
            await register_passkey(tx, Site.of(visit.base_url), visit.member, visit.secret, answer)
    except (InvalidValueError, NotPossibleNowError) as error:
        return await account_page(visit, passkey_fault=error)
    return visit.go(PATH, "The passkey is added. You can sign in with it from now on.")


async def drop_passkey(visit: Visit) -> Response:
    """Refuse a passkey from now on."""
    if not await was_confirmed(visit):
        return visit.go(CONFIRM_FIRST)
    async with visit.transaction() as tx:
        await remove_passkey(tx, visit.member.id, PasskeyId(given_id(visit, "passkey")))
    return visit.go(PATH, "The passkey is removed.")


_SELF = Permission.MANAGE_SELF
DOORS: Sequence[Door] = (
    Door("GET", f"{PATH}/totp", show_totp, _SELF),
    Door("POST", f"{PATH}/totp", start_totp, _SELF),
    Door("POST", f"{PATH}/totp/confirm", finish_totp, _SELF),
    Door("POST", f"{PATH}/totp/remove", end_totp, _SELF),
    Door("POST", f"{PATH}/recovery-codes", renew_codes, _SELF),
    Door("POST", f"{PATH}/passkeys/options", offer_passkey, _SELF),
    Door("POST", f"{PATH}/passkeys", add_passkey, _SELF),
    Door("POST", f"{PATH}/passkeys/{{passkey}}/remove", drop_passkey, _SELF),
)
