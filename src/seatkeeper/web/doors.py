"""Doors: each route names the permission it needs, and nobody passes without it."""

import secrets
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Literal, TypeAlias
from urllib.parse import quote

import structlog
from starlette.requests import ClientDisconnect, Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from seatkeeper.core.access import ABOUT_AN_INTEGRATION, Permission
from seatkeeper.core.errors import InvalidValueError, NotAllowedError
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.operations.access import Place, count_visible_tasks, demand, demand_at
from seatkeeper.operations.sessions import Resumed, note_session, resume_session, resume_session_at
from seatkeeper.store.identifiers import new_id
from seatkeeper.web.errors import refuse
from seatkeeper.web.house import House
from seatkeeper.web.security import CSRF_FIELD, is_ours
from seatkeeper.web.visits import SESSION_COOKIE, VISIT_COOKIE, Subject, Visit

Handler: TypeAlias = Callable[[Visit], Awaitable[Response]]

_MAX_FIELDS = 5000
_log = structlog.get_logger("seatkeeper.web")


@dataclass(frozen=True, slots=True)
class Door:
    """A route of the pages. A path about an integration has ``{integration}`` in it, its slug.

    ``needs`` is None for what anybody may open, signed in or not: signing in, and being invited.
    """

    method: Literal["GET", "POST"]
    path: str
    handler: Handler
    needs: Permission | None
    files: int = 0
    """How many files its form may bring."""

    def __post_init__(self) -> None:
        """Refuse a door whose permission and path disagree."""
        if self.needs in ABOUT_AN_INTEGRATION and "{integration}" not in self.path:
            raise ValueError(f"{self.path} needs {self.needs} on an integration it does not name")


def routes(house: House, doors: Sequence[Door]) -> list[Route]:
    """Make the routes behind which the doors stand, those of one path together."""
    paths = dict.fromkeys(door.path for door in doors)
    return [
        Route(path, Entrance(house, {door.method: door for door in doors if door.path == path}), methods=None)
        for path in paths
    ]


class Entrance:
    """The way in to one path."""

    def __init__(self, house: House, doors: dict[str, Door]) -> None:
        self._house = house
        self._doors = doors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request, whatever happens."""
        request = Request(scope, receive)
        visit = Visit(request, self._house, f"req_{new_id().hex}", secrets.token_urlsafe(16), _secret_of(request))
        with bound_contextvars(request=visit.request_id):
            response = await self._answer(visit)
        if SESSION_COOKIE not in request.cookies and VISIT_COOKIE not in request.cookies:
            visit.set_cookie(response, VISIT_COOKIE, visit.secret)
        await response(scope, receive, send)

    async def _answer(self, visit: Visit) -> Response:
        try:
            door = self._doors.get("GET" if visit.request.method == "HEAD" else visit.request.method)
            if door is None:
                return Response("Method not allowed\n", 405, {"Allow": ", ".join(self._doors)})
            return await self._enter(visit, door)
        except ClientDisconnect:
            return Response(None, 499)
        except Exception as error:  # noqa: BLE001 - whatever happened, a person is told in a sentence, and the log knows it
            return refuse(visit, error)
        finally:
            await visit.sent.close()

    async def _enter(self, visit: Visit, door: Door) -> Response:
        place = await _recognise(visit)
        if door.needs is not None:
            if visit.guest is None:
                return _to_sign_in(visit)
            _check(visit, door.needs, place)
        if visit.guest is not None and not visit.is_fragment:
            async with visit.read() as reader:
                visit.open_tasks = await count_visible_tasks(reader, visit.guest)
        if door.method == "POST":
            await _take_form(visit, door.files)
        return await door.handler(visit)


def _secret_of(request: Request) -> str:
    cookies = request.cookies
    return cookies.get(SESSION_COOKIE) or cookies.get(VISIT_COOKIE) or secrets.token_urlsafe(32)


async def _recognise(visit: Visit) -> Place | None:
    """Find out who comes, and where to, if that is an integration."""
    secret, slug = visit.request.cookies.get(SESSION_COOKIE), visit.request.path_params.get("integration")
    if not secret:
        return None
    resumed, place = await _resume(visit, secret, slug)
    if resumed is not None:
        visit.guest = resumed.guest
        if resumed.is_stale:
            origin = Origin(ActorKind.PERSON, resumed.guest.member.name)
            async with visit.house.database.transaction(origin) as tx:
                await note_session(tx, secret)
    return place


async def _resume(visit: Visit, secret: str, slug: str | None) -> tuple[Resumed | None, Place | None]:
    rules = visit.house.settings.sessions
    async with visit.read() as reader:
        if slug is None:
            return await resume_session(reader, secret, visit.now, rules), None
        return await resume_session_at(reader, secret, slug, visit.now, rules) or (None, None)


def _check(visit: Visit, needs: Permission, place: Place | None) -> None:
    if place is None:
        demand(visit.known, needs)
        return
    visit.subject = Subject(*demand_at(visit.known, needs, place))


async def _take_form(visit: Visit, files: int) -> None:
    length = visit.request.headers.get("content-length", "")
    if not length.isdigit() or int(length) > visit.house.settings.max_form_bytes:
        raise InvalidValueError("The form is too large.")
    visit.sent = await visit.request.form(max_files=files, max_fields=_MAX_FIELDS)
    token = visit.request.headers.get("x-csrf-token") or visit.given(CSRF_FIELD)
    if not is_ours(visit.request, visit.secret, token):
        raise NotAllowedError(
            "This form is too old, or did not come from here. Load the page again and repeat it."
        )


def _to_sign_in(visit: Visit) -> Response:
    if visit.is_fragment:
        return Response(None, 401, {"HX-Redirect": "/sign-in"})
    target = visit.request.url.path + (f"?{visit.request.url.query}" if visit.request.url.query else "")
    where = f"/sign-in?next={quote(target)}" if visit.request.method == "GET" and target != "/" else "/sign-in"
    return RedirectResponse(where, 303, {"Cache-Control": "no-store"})
