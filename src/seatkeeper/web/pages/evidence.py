"""What a session showed of its work, one exhibit at a time, and what the browser does in the app."""

from collections.abc import Sequence
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import NotFoundError
from seatkeeper.store.queries.evidence import find_exhibit, list_evidence_of_trial
from seatkeeper.web.doors import Door
from seatkeeper.web.pages.settings_frames import settings_page
from seatkeeper.web.security import SAFE_HEADERS
from seatkeeper.web.visits import Visit

_SHOWN = {"image/jpeg": "image/jpeg", "image/png": "image/png"}
"""What a browser may show as it is; anything else is shown as text."""


async def show_exhibit(visit: Visit) -> Response:
    """Give the content of one exhibit."""
    unknown = NotFoundError("This is not kept any more.")
    try:
        exhibit_id = UUID(visit.param("exhibit"))
    except ValueError:
        raise unknown from None
    async with visit.read() as reader:
        shown = await find_exhibit(reader, visit.integration.id, exhibit_id)
    if shown is None:
        raise unknown
    media_type = _SHOWN.get(shown.media_type, "text/plain; charset=utf-8")
    headers = {
        "Content-Security-Policy": "default-src 'none'; frame-ancestors 'none'",
        "Cache-Control": "private, max-age=3600, immutable",
        "X-Request-Id": visit.request_id,
        **SAFE_HEADERS,
    }
    return Response(shown.content, media_type=media_type, headers=headers)


async def show_steps(visit: Visit) -> Response:
    """Show what the connector does in the app, step by step, and what its last failed trial showed."""
    connector = visit.house.connectors.get(visit.integration.connector)
    if connector is None or not connector.chapters:
        raise NotFoundError("There is no description of what is done in this app.")
    async with visit.read() as reader:
        exhibits = await list_evidence_of_trial(reader, visit.integration.id)
    return await settings_page(visit, "steps", chapters=connector.chapters, exhibits=exhibits)


DOORS: Sequence[Door] = (
    Door("GET", "/integrations/{integration}/evidence/{exhibit}", show_exhibit, Permission.SEE),
    Door("GET", "/integrations/{integration}/settings/steps", show_steps, Permission.SEE),
)
