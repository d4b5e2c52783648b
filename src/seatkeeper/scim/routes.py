"""The face as one ASGI application: routes, and what every request goes through."""

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

import structlog
from scim2_models import NotFoundException, NotImplementedException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route, Router
from starlette.types import ASGIApp, Receive, Scope, Send
from structlog.contextvars import bound_contextvars

from seatkeeper.core.credentials import TOKEN_PATH
from seatkeeper.operations.arrivals import Arrivals
from seatkeeper.scim import bulk, discovery, groups, searches, users
from seatkeeper.scim.answers import answer
from seatkeeper.scim.auth import Gate
from seatkeeper.scim.awaiting import Awaiting
from seatkeeper.scim.calls import Call, Handler, SCIMSettings, origin_of, query_of
from seatkeeper.scim.errors import MethodNotAllowed, our_fault, refusal_of
from seatkeeper.scim.oauth import TokenEndpoint
from seatkeeper.scim.offers import ENTITLEMENT, ROLE
from seatkeeper.scim.proof import ACCOUNT, APP_GROUP, proven
from seatkeeper.scim.provisioning import telling
from seatkeeper.scim.recognition import Recognition
from seatkeeper.scim.turns import Turns
from seatkeeper.store.changes import Changes
from seatkeeper.store.database import Database
from seatkeeper.store.deadlocks import undeterred
from seatkeeper.store.identifiers import new_id

_log = structlog.get_logger("seatkeeper.scim")


async def _unknown(_call: Call) -> Response:
    raise NotFoundException(detail="There is no such endpoint.")


async def _unsupported(_call: Call) -> Response:
    raise NotImplementedException(detail="Seatkeeper does not support this endpoint.")


_ENDPOINTS: Mapping[str, Mapping[str, Handler]] = {
    "/{integration}/Users": {"GET": users.list_all, "POST": telling(proven(users.create, ACCOUNT))},
    "/{integration}/Groups": {"GET": groups.list_all, "POST": proven(groups.create, APP_GROUP)},
    "/{integration}/Bulk": {"POST": bulk.carry_out},
    "/{integration}/Me": {"*": _unsupported},
    "/{integration}/.search": {"POST": searches.search_all},
    "/{integration}/Users/.search": {"POST": searches.search_users},
    "/{integration}/Groups/.search": {"POST": searches.search_groups},
    "/{integration}/Users/{name}": {
        "GET": telling(users.get),
        "PUT": telling(proven(users.replace, ACCOUNT)),
        "PATCH": telling(proven(users.patch, ACCOUNT)),
        "DELETE": proven(users.delete, ACCOUNT),
    },
    "/{integration}/Groups/{name}": {
        "GET": groups.get,
        "PUT": proven(groups.replace, APP_GROUP),
        "PATCH": proven(groups.patch, APP_GROUP),
        "DELETE": proven(groups.delete, APP_GROUP),
    },
    "/{integration}/Roles": {"GET": ROLE.list_all},
    "/{integration}/Roles/.search": {"POST": searches.search_roles},
    "/{integration}/Roles/{name:path}": {"GET": ROLE.get},
    "/{integration}/Entitlements": {"GET": ENTITLEMENT.list_all},
    "/{integration}/Entitlements/.search": {"POST": searches.search_entitlements},
    "/{integration}/Entitlements/{name:path}": {"GET": ENTITLEMENT.get},
    "/{integration}/ServiceProviderConfig": {"GET": discovery.service_provider_config},
    "/{integration}/ResourceTypes": {"GET": discovery.list_resource_types},
    "/{integration}/ResourceTypes/{name}": {"GET": discovery.get_resource_type},
    "/{integration}/Schemas": {"GET": discovery.list_schemas},
    "/{integration}/Schemas/{name}": {"GET": discovery.get_schema},
    "/{integration}": {"GET": searches.list_all, "*": _unknown},
    "/{integration}/{rest:path}": {"*": _unknown},
}


def scim_app(
    database: Database,
    *,
    clock: Callable[[], datetime],
    settings: SCIMSettings | None = None,
    changes: Changes | None = None,
) -> ASGIApp:
    """Make the application to mount at ``/scim/v2``; the integration is the first part of the path below.

    Every answer has an ``X-Request-Id`` of our own making, which is also in the log, the event and the job.
    Without word of ``changes`` no answer waits for proof.
    """
    return _tidied(scim_router(database, clock, settings or SCIMSettings(), changes))


def scim_router(
    database: Database, clock: Callable[[], datetime], settings: SCIMSettings, changes: Changes | None
) -> Router:
    """Make what ``scim_app`` sends requests to: each of its routes is an endpoint below an integration."""
    gate = Gate(database, clock)
    house = _House(
        database, Arrivals(database), gate, settings, Awaiting(database, changes), Recognition(database, clock)
    )
    tokens = Route(f"/{{integration}}{TOKEN_PATH}", TokenEndpoint(database, gate), methods=None)
    routes = [
        tokens,
        *(Route(path, _Endpoint(path, handlers, house)) for path, handlers in _ENDPOINTS.items()),
    ]
    nowhere = _Endpoint("", {"*": _unknown}, house)
    return Router(routes, redirect_slashes=False, default=nowhere)


def _tidied(app: ASGIApp) -> ASGIApp:
    """Take a path for what is meant.

    Base URLs are typed by people and end in slashes or not; Microsoft's own collection asks for ``/users``.
    """
    names = {path.split("/")[2].lower(): path.split("/")[2] for path in _ENDPOINTS if path.count("/") > 1}

    async def tidied(scope: Scope, receive: Receive, send: Send) -> None:
        root, path = scope.get("root_path", ""), scope.get("path", "")
        parts = [part for part in path.removeprefix(root).split("/") if part]
        parts[1:2] = [names.get(part.lower(), part) for part in parts[1:2]]
        await app({**scope, "path": f"{root}/{'/'.join(parts)}"}, receive, send)

    return tidied


@dataclass(frozen=True, slots=True)
class _House:
    database: Database
    arrivals: Arrivals
    gate: Gate
    settings: SCIMSettings
    awaiting: Awaiting
    recognition: Recognition
    turns: Turns = field(default_factory=Turns)


class _Endpoint:
    """One path: lets the caller in, picks the handler by the method, tells errors, logs a line."""

    def __init__(self, path: str, handlers: Mapping[str, Handler], house: _House) -> None:
        self._path = path
        self._resource = "/" + "".join(path.split("/")[2:3])
        self._handlers = handlers
        self._house = house

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        request = Request(scope, receive)
        request_id = str(new_id())
        with bound_contextvars(request_id=request_id):
            response = await self._answer(request, request_id)
            response.headers["X-Request-Id"] = request_id
            _log.info(
                "scim.request",
                method=request.method,
                path=self._path,
                status=response.status_code,
                ms=round((time.perf_counter() - started) * 1000, 1),
                integration=_slug(request),
            )
            await response(scope, receive, send)

    async def _answer(self, request: Request, request_id: str) -> Response:
        try:
            return await self._handle(request, request_id)
        except ClientDisconnect:
            return Response(None, 499)
        except Exception as error:  # noqa: BLE001 - whatever happened, an IdP is told in SCIM, and the log knows it
            refusal = refusal_of(error)
            if refusal is None:
                _log.exception("scim.failed", method=request.method, path=self._path)
                refusal = our_fault(request_id)
            return answer(request, refusal.body, refusal.status, refusal.headers)

    async def _handle(self, request: Request, request_id: str) -> Response:
        house = self._house
        origin = origin_of(request, request_id)
        purpose = f"{request.method} {self._resource}"
        caller = await house.gate.admit(request, origin, purpose)
        handler = self._handlers.get(request.method) or self._handlers.get("*")
        if handler is None:
            raise MethodNotAllowed(headers={"Allow": ", ".join(self._handlers)})
        query = query_of(request)
        parts = (house.database, house.arrivals, house.settings, house.awaiting, house.recognition, house.turns)
        call = Call(request, caller, origin, *parts, query)
        response = await undeterred(lambda: handler(call))
        await house.recognition.settle(caller.integration, origin)
        return response


def _slug(request: Request) -> str:
    slug: str = request.path_params.get("integration", "")
    return slug
