"""The face as one ASGI application: the pages, the API, the live streams and the static files."""

from collections.abc import Sequence
from pathlib import Path

from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Router
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from seatkeeper.web.api.app import PATH as API_PATH
from seatkeeper.web.api.app import api_app
from seatkeeper.web.doors import Door, Entrance, routes
from seatkeeper.web.house import House
from seatkeeper.web.pages import DOORS
from seatkeeper.web.security import SAFE_HEADERS
from seatkeeper.web.visits import Visit

_FOR_EVER = "public, max-age=31536000, immutable"
_SMALLEST_ZIPPED = 1000


def web_app(house: House, doors: Sequence[Door] = DOORS) -> ASGIApp:
    """Make the application. Paths that are nobody's get a page that says so."""
    static = GZipMiddleware(
        _StaticFiles(directory=Path(__file__).parent / "static"), minimum_size=_SMALLEST_ZIPPED
    )
    nowhere = Entrance(house, {"GET": Door("GET", "/", _not_found, None)})
    every: list[BaseRoute] = [Mount("/static", static), *routes(house, doors)]
    pages = Router(every, default=nowhere, redirect_slashes=False)
    api = api_app(house)

    async def choose(scope: Scope, receive: Receive, send: Send) -> None:
        # Not a Mount, which lets a path with a line break pass by: every answer below here is the API's.
        if scope["path"].startswith(f"{API_PATH}/"):
            await api({**scope, "root_path": scope.get("root_path", "") + API_PATH}, receive, send)
        else:
            await pages(scope, receive, send)

    return choose


class _StaticFiles(StaticFiles):
    """Files whose address changes with their content, so browsers keep them for ever."""

    async def get_response(self, path: str, scope: Scope) -> Response:
        """Add the headers that let them."""
        response = await super().get_response(path, scope)
        response.headers.update({"Cache-Control": _FOR_EVER, **SAFE_HEADERS})
        return response


async def _not_found(visit: Visit) -> Response:
    return visit.page("error.html", 404, title="Not found", sentence="There is no page at this address.")
