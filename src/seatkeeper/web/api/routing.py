"""What every operation goes through: the token, the limit, the idempotency key, and errors told as documents."""

from collections.abc import Callable, Coroutine
from typing import Any, Final

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.responses import Response
from structlog.contextvars import bound_contextvars

from seatkeeper.core.access import Guest
from seatkeeper.core.errors import RequestError, TooManyAttemptsError
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.operations.api_tokens import find_bearer, note_api_token
from seatkeeper.operations.repeats import Answer, begin_request, finish_request
from seatkeeper.store.identifiers import new_id
from seatkeeper.web.api.calls import Call
from seatkeeper.web.api.limits import Limiter
from seatkeeper.web.api.problems import problem, refuse
from seatkeeper.web.house import House
from seatkeeper.web.security import SAFE_HEADERS

Handler = Callable[[Request], Coroutine[Any, Any, Response]]

IDEMPOTENCY_KEY: Final = "Idempotency-Key"
_WRITES = {"POST", "PUT", "PATCH", "DELETE"}


class Operation(APIRoute):
    """A route of the API. ``request.app.state`` holds the house and the limiter."""

    def get_route_handler(self) -> Handler:
        """Wrap what FastAPI makes of the operation."""
        carry_out = super().get_route_handler()

        async def handle(request: Request) -> Response:
            request.state.request_id = f"req_{new_id().hex}"
            with bound_contextvars(request=request.state.request_id):
                response = await _enter(request, carry_out)
            response.headers.update(
                {"X-Request-Id": request.state.request_id, "Cache-Control": "no-store", **SAFE_HEADERS}
            )
            return response

        return handle


async def _enter(request: Request, carry_out: Handler) -> Response:
    house: House = request.app.state.house
    limiter: Limiter = request.app.state.limiter
    try:
        guest = await _recognise(request, house)
        if guest is None:
            return _unknown(request)
        standing = limiter.take(guest.member.id)
        if standing.allowed:
            request.state.call = Call(house, guest, request.state.request_id)
            response = await _once(request, house, guest, carry_out)
        else:
            response = refuse(request, TooManyAttemptsError("Too many requests: wait as Retry-After says."))
    except Exception as error:  # noqa: BLE001 - whatever happened, a script is told in a document, and the log knows it
        return refuse(request, error)
    else:
        response.headers.update(standing.headers())
        return response


async def _recognise(request: Request, house: House) -> Guest | None:
    scheme, _, secret = request.headers.get("authorization", "").strip().partition(" ")
    if scheme.lower() != "bearer" or not secret.strip():
        return None
    async with house.database.read() as reader:
        bearer = await find_bearer(reader, secret.strip(), house.clock())
    if bearer is not None and bearer.is_stale:
        async with house.database.transaction(Origin(ActorKind.PERSON, bearer.guest.member.name)) as tx:
            await note_api_token(tx, bearer.token_id)
    return None if bearer is None else bearer.guest


def _unknown(request: Request) -> Response:
    told = "Send a token of your account page as 'Authorization: Bearer <token>'; this one is missing or not good."
    headers = {"WWW-Authenticate": 'Bearer realm="Seatkeeper"'}
    return problem(request, 401, "unauthenticated", "Who are you?", told, headers=headers)


async def _once(request: Request, house: House, guest: Guest, carry_out: Handler) -> Response:
    key = request.headers.get(IDEMPOTENCY_KEY)
    if key is None or request.method not in _WRITES:
        return await _told(request, carry_out)
    said = b"\n".join([request.method.encode(), str(request.url).encode(), await request.body()])
    origin = Origin(ActorKind.PERSON, guest.member.name, request.state.request_id)
    async with house.database.transaction(origin) as tx:
        before = await begin_request(tx, house.keyring, guest.member.id, key, said)
    if before is not None:
        media_type = "application/json" if before.status < 400 else "application/problem+json"
        body = before.body or None
        return Response(body, before.status, {"Idempotent-Replayed": "true"}, media_type if body else None)
    response = await _told(request, carry_out)
    async with house.database.transaction(origin) as tx:
        await finish_request(tx, house.keyring, guest.member.id, key, _answer(response))
    return response


async def _told(request: Request, carry_out: Handler) -> Response:
    try:
        return await carry_out(request)
    except (RequestError, RequestValidationError, HTTPException) as error:
        return refuse(request, error)
    except Exception as error:  # noqa: BLE001 - a fault of ours is told, too, and its key is released
        return refuse(request, error)


def _answer(response: Response) -> Answer:
    return Answer(response.status_code, bytes(response.body))
