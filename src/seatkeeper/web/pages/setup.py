"""The pages one-time links lead to: making the first Admin, and choosing a password."""

from collections.abc import Sequence

from starlette.responses import Response

from seatkeeper.core.errors import InvalidValueError, RequestError
from seatkeeper.operations.invitations import get_invited, use_link
from seatkeeper.operations.passwords import SHORTEST, check_new_password, hash_password
from seatkeeper.operations.setup import FirstAdmin, check_setup_link, make_first_admin
from seatkeeper.store.queries.members import ListedMember
from seatkeeper.web.doors import Door
from seatkeeper.web.entering import enter, given_secret, proceed, status_of
from seatkeeper.web.visits import Visit


async def show_setup(visit: Visit) -> Response:
    """Ask who the first Admin is."""
    async with visit.read() as reader:
        await check_setup_link(reader, visit.param("secret"), visit.now)
    return _setup_form(visit)


async def set_up(visit: Visit) -> Response:
    """Make the first Admin, and sign them in."""
    async with visit.read() as reader:
        await check_setup_link(reader, visit.param("secret"), visit.now)
    email, name = visit.given("email"), visit.given("name")
    try:
        hashed = await hash_password(_new_password(visit, email))
        async with visit.transaction() as tx:
            member = await make_first_admin(tx, visit.param("secret"), FirstAdmin(email, name, hashed))
    except InvalidValueError as error:
        return _setup_form(visit, error)
    return await enter(visit, member, "set-up link", "/")


async def show_join(visit: Visit) -> Response:
    """Ask for a new password."""
    return _join_form(visit, await _invited(visit))


async def join(visit: Visit) -> Response:
    """Take the new password, and go on as after signing in with it."""
    invited = await _invited(visit)
    try:
        hashed = await hash_password(_new_password(visit, invited.member.email))
        async with visit.transaction() as tx:
            member = await use_link(tx, visit.param("secret"), visit.given("name"), hashed)
    except InvalidValueError as error:
        return _join_form(visit, invited, error)
    return await proceed(visit, member.member, "/", needs_code=member.has_totp)


async def _invited(visit: Visit) -> ListedMember:
    async with visit.read() as reader:
        return await get_invited(reader, visit.param("secret"), visit.now)


def _new_password(visit: Visit, email: str) -> str:
    return check_new_password(given_secret(visit, "password"), given_secret(visit, "repeated"), email)


def _setup_form(visit: Visit, error: RequestError | None = None) -> Response:
    given = {"email": visit.given("email"), "name": visit.given("name")}
    return visit.page("setup.html", status_of(error), fault=error, given=given, shortest=SHORTEST)


def _join_form(visit: Visit, invited: ListedMember, error: RequestError | None = None) -> Response:
    name = visit.given("name", invited.member.name)
    return visit.page("join.html", status_of(error), fault=error, invited=invited, name=name, shortest=SHORTEST)


DOORS: Sequence[Door] = (
    Door("GET", "/setup/{secret}", show_setup, None),
    Door("POST", "/setup/{secret}", set_up, None),
    Door("GET", "/join/{secret}", show_join, None),
    Door("POST", "/join/{secret}", join, None),
)
