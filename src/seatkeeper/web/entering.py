"""From proven to signed in: a new session takes the place of whatever the browser held before."""

from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import Member
from seatkeeper.core.errors import NotFoundError, RequestError
from seatkeeper.operations.audit import note_sign_in
from seatkeeper.operations.sessions import begin_session, finish_session
from seatkeeper.operations.signing_in import STEP_LASTS, ask_for_code
from seatkeeper.web.errors import TITLES
from seatkeeper.web.security import safe_path
from seatkeeper.web.visits import SESSION_COOKIE, VISIT_COOKIE, Visit

STEP_COOKIE = "seatkeeper_step"
"""Held between the steps of signing in."""


async def proceed(visit: Visit, member: Member, next_path: str, *, needs_code: bool) -> Response:
    """Go on after the password: to the second step, or in."""
    if not needs_code:
        return await enter(visit, member, "password", next_path)
    async with visit.transaction() as tx:
        step = await ask_for_code(tx, member.id, next_path)
    response = visit.go("/sign-in/code")
    keep_step(visit, response, step)
    return response


async def enter(visit: Visit, member: Member, method: str, next_path: str) -> Response:
    """Sign somebody in, in a session that begins now; what the browser held before is worth nothing."""
    rules = visit.house.settings.sessions
    async with visit.transaction() as tx:
        await finish_session(tx, visit.secret)
        session = await begin_session(tx, member.id, method, visit.client, rules)
        await note_sign_in(tx, member, method, visit.client)
    response = visit.go(safe_path(next_path))
    visit.set_cookie(response, SESSION_COOKIE, session.secret, max_age=int(rules.lifetime.total_seconds()))
    for name in (VISIT_COOKIE, STEP_COOKIE):
        response.delete_cookie(name)
    return response


def keep_step(visit: Visit, response: Response, step: str) -> None:
    """Have the browser keep the secret of the step it is at."""
    visit.set_cookie(response, STEP_COOKIE, step, max_age=int(STEP_LASTS.total_seconds()))


def step_of(visit: Visit) -> str:
    """Read the secret of the step the browser is at."""
    return visit.request.cookies.get(STEP_COOKIE, "")


def given_secret(visit: Visit, name: str) -> str:
    """Read a password as it was typed, with the spaces around it."""
    value = visit.sent.get(name, "")
    return value if isinstance(value, str) else ""


def given_id(visit: Visit, name: str) -> UUID:
    """Read an id from the path. Raises ``NotFoundError`` for what is none."""
    try:
        return UUID(visit.param(name))
    except ValueError:
        raise NotFoundError("There is no page at this address.") from None


def status_of(error: RequestError | None) -> int:
    """Give the status of a page that shows what was wrong."""
    return 200 if error is None else TITLES[type(error)][0]
