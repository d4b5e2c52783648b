"""What goes on in an integration: the work under way, the last hours, and what needs somebody."""

from collections.abc import Sequence
from datetime import timedelta

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.store.queries.bursts import list_hours, read_burst
from seatkeeper.store.queries.failures import list_failures
from seatkeeper.store.queries.installation import count_workers
from seatkeeper.store.queries.standings import get_standing
from seatkeeper.store.queries.tokens import ListedToken, list_tokens
from seatkeeper.web.charts import HEIGHT, WIDTH, draw_hours
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.pacing import tell_pace
from seatkeeper.web.visits import Visit

_SOON = timedelta(days=14)
"""A token that ends sooner is told of."""


async def show_overview(visit: Visit) -> Response:
    """Show how an integration gets on."""
    integration, now = visit.integration, visit.now
    async with visit.read() as reader:
        frame = await integration_frame(visit, reader)
        standing = await get_standing(reader, integration.id)
        burst = await read_burst(reader, integration.id, now)
        hours = await list_hours(reader, integration.id, now)
        failures = await list_failures(reader, integration.id) if standing.failed else ()
        tokens = await list_tokens(reader, integration.id)
        workers = await count_workers(reader, visit.house.settings.heard_within)
    return visit.page(
        "parts/overview.html" if visit.is_fragment else "overview.html",
        standing=standing,
        pace=tell_pace(integration, burst, frame["hindrance"], now),
        chart=draw_hours(hours),
        size=(WIDTH, HEIGHT),
        failures=failures,
        expiring=_expiring(visit, tokens),
        has_token=any(_is_good(visit, token) for token in tokens),
        workers=workers,
        **frame,
    )


def _expiring(visit: Visit, tokens: Sequence[ListedToken]) -> list[ListedToken]:
    good = [token for token in tokens if _is_good(visit, token)]
    if any(token.expires_at is None or token.expires_at > visit.now + _SOON for token in good):
        return []
    return good


def _is_good(visit: Visit, token: ListedToken) -> bool:
    is_over = token.expires_at is not None and token.expires_at <= visit.now
    return token.revoked_at is None and not is_over


DOORS: Sequence[Door] = (Door("GET", "/integrations/{integration}", show_overview, Permission.SEE),)
