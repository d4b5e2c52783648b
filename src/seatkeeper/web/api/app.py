"""The API as one ASGI application, and its description."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from fastapi import APIRouter, FastAPI
from fastapi.openapi.utils import get_openapi
from fastapi.routing import APIRoute
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Scope

from seatkeeper.core.access import SCOPES, Permission
from seatkeeper.web.api import (
    account,
    activity,
    dry_runs,
    entitlements,
    groups,
    health,
    integrations,
    jobs,
    members,
    notification_routes,
    overview,
    people,
    providers,
    recordings,
    scim_access,
    starting_points,
    tasks,
    tokens,
    trials,
    versions,
)
from seatkeeper.web.api.calls import Needs, NeedsHere
from seatkeeper.web.api.limits import Limiter
from seatkeeper.web.api.problems import RESPONSES, ProblemDocument, install
from seatkeeper.web.api.routing import IDEMPOTENCY_KEY
from seatkeeper.web.house import House

PATH = "/api/v1"
ROUTERS: tuple[APIRouter, ...] = (
    integrations.router,
    starting_points.router,
    overview.router,
    versions.router,
    trials.router,
    dry_runs.router,
    people.router,
    groups.router,
    entitlements.router,
    jobs.router,
    activity.router,
    tasks.router,
    tokens.router,
    scim_access.router,
    recordings.router,
    notification_routes.router,
    members.router,
    health.router,
    providers.router,
    account.router,
)
"""The operations. A test calls each of them with each role and scope."""

_ABOUT = """Everything the pages do, for scripts. Send an API token of your account page as a bearer token.

Errors are problem documents (RFC 9457) whose `type` is stable. Lists are paged: pass `next` of one part as `after`
of the following. A write with an `Idempotency-Key` header is carried out once within a day, however often it is
sent; repeats are answered as the first was. `RateLimit-*` headers say how many requests are left."""


def api_app(house: House) -> ASGIApp:
    """Make the application."""
    app = FastAPI(title="Seatkeeper", version="1", openapi_url=None, docs_url=None, redoc_url=None)
    app.state.house = house
    app.state.limiter = Limiter(house.settings.api_per_minute, house.clock)
    app.state.methods_of = _methods_of
    app.router.redirect_slashes = False
    install(app)
    for router in ROUTERS:
        app.router.routes.extend(router.routes)  # as they are: including a router makes each of them anew
    description = cache(lambda: describe(app))  # takes a moment, and few ask
    app.add_api_route("/openapi.json", lambda: JSONResponse(description()), include_in_schema=False)
    return app


def _methods_of(scope: Scope) -> list[str]:
    """Name the methods the path of a request knows; each route of a path tells only of its own."""
    path = scope["path"].removeprefix(scope.get("root_path", ""))
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return sorted(method for route in routes if route.path_regex.match(path) for method in route.methods or ())


def describe(app: FastAPI) -> dict[str, Any]:
    """Describe the API as OpenAPI 3.1."""
    document = get_openapi(
        title="Seatkeeper", version="1", description=_ABOUT, routes=app.routes, servers=[{"url": PATH}]
    )
    components = document.setdefault("components", {})
    components.setdefault("schemas", {})["ProblemDocument"] = ProblemDocument.model_json_schema(
        ref_template="#/components/schemas/{model}"
    )
    nested = components["schemas"]["ProblemDocument"].pop("$defs", {})
    components["schemas"].update(nested)
    components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    document["security"] = [{"token": []}]
    needed = _permissions()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            permission = needed[method.upper(), path]
            operation["x-permission"], operation["x-scope"] = permission.value, SCOPES[permission].value
            operation["responses"] = {str(key): value for key, value in RESPONSES.items()} | operation["responses"]
            operation["responses"]["422"] = RESPONSES[422]
            if method != "get":
                operation.setdefault("parameters", []).append(_KEY_PARAMETER)
    return document


def _permissions() -> Mapping[tuple[str, str], Permission]:
    """Say which permission each operation names."""
    routes = [route for router in ROUTERS for route in router.routes if isinstance(route, APIRoute)]
    return {
        (method, route.path): needs.call.permission
        for route in routes
        for needs in route.dependant.dependencies
        if isinstance(needs.call, Needs | NeedsHere)
        for method in route.methods or ()
    }


_KEY_PARAMETER = {
    "name": IDEMPOTENCY_KEY,
    "in": "header",
    "required": False,
    "description": "Chosen by the caller, new for each wish; a repeat with the same key is carried out once.",
    "schema": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[ -~]+$"},
}
