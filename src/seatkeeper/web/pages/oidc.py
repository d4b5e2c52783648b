"""Signing in with a provider: there and back. Both are links, since a form may not lead to another site."""

from collections.abc import Sequence

from starlette.responses import RedirectResponse, Response

from seatkeeper.core.errors import InvalidValueError, NotAllowedError, RequestError
from seatkeeper.core.ids import ProviderId
from seatkeeper.operations.audit import note_failed_sign_in
from seatkeeper.operations.oidc import Desk, begin_oidc, finish_oidc
from seatkeeper.operations.providers import CALLBACK_PATH
from seatkeeper.web.doors import Door
from seatkeeper.web.entering import enter, given_id, keep_step, step_of
from seatkeeper.web.pages.signing_in import sign_in_page
from seatkeeper.web.security import safe_path
from seatkeeper.web.visits import Visit


async def leave(visit: Visit) -> Response:
    """Send the browser to a provider."""
    next_path = safe_path(visit.query("next"))
    redirect_uri = visit.base_url + CALLBACK_PATH
    try:
        departure = await begin_oidc(
            _desk(visit), ProviderId(given_id(visit, "provider")), redirect_uri, next_path
        )
    except RequestError as error:
        return await sign_in_page(visit, next_path, error)
    response = RedirectResponse(departure.url, 303, {"Cache-Control": "no-store"})
    keep_step(visit, response, departure.step)
    return response


async def come_back(visit: Visit) -> Response:
    """Take the browser back from a provider, and sign its person in."""
    try:
        member, next_path = await finish_oidc(_desk(visit), step_of(visit), visit.request.query_params)
    except RequestError as error:
        if isinstance(error, InvalidValueError | NotAllowedError):
            await note_failed_sign_in(visit.house.database, visit.origin, "", "provider", visit.client)
        return await sign_in_page(visit, "/", error)
    return await enter(visit, member, "provider", next_path)


def _desk(visit: Visit) -> Desk:
    return Desk(visit.house.database, visit.house.keyring, visit.house.clock, visit.origin)


DOORS: Sequence[Door] = (
    Door("GET", "/sign-in/with/{provider}", leave, None),
    Door("GET", CALLBACK_PATH, come_back, None),
)
