"""Activity: what happened and how it stands, live, of one integration or of all that the guest may see."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.events import ActorKind
from seatkeeper.core.ids import EventId, IntegrationId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.topics import TOPICS
from seatkeeper.operations.access import list_visible_integrations
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.activity import (
    ActivityFilter,
    ActivityRow,
    Span,
    count_activity,
    list_activity,
)
from seatkeeper.store.queries.bursts import Burst, read_burst
from seatkeeper.web.asking import PAGE, Asked, read_asked
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.pages.activity_csv import CSVResponse
from seatkeeper.web.sharing import Part, render_part
from seatkeeper.web.visits import Visit

_MOST_NEW = 100
"""More are shown as so many and a plus."""
_LEAST_BURST = 10
"""Fewer jobs than that are no bulk, and need no bar."""


@dataclass(frozen=True, slots=True)
class View:
    """What the rows' part of the page shows. ``seen`` is the newest event there is, as far as the reader knows."""

    asked: Asked
    rows: Sequence[ActivityRow]
    has_older: bool
    has_newer: bool
    seen: EventId | None
    newer: int
    burst: Burst | None


async def show_of_one(visit: Visit) -> Response:
    """Show what happened in one integration."""
    asked = read_asked(visit, f"/integrations/{visit.integration.slug}/activity")
    wanted = asked.narrow([visit.integration.id])
    if visit.is_fragment:
        return await _show_rows(visit, asked, wanted, visit.integration.id)
    async with visit.read() as reader:
        view = await _view(reader, visit.now, asked, wanted, visit.integration.id)
        if view is None:
            return visit.go(asked.url())
        frame = await integration_frame(visit, reader)
    return visit.page("activity.html", view=view, **_choices(), **frame)


async def show_of_all(visit: Visit) -> Response:
    """Show what happened in every integration the guest may see."""
    asked = read_asked(visit, "/activity")
    async with visit.read() as reader:
        wanted = await _narrow_to_visible(visit, reader, asked)
    if visit.is_fragment:
        return await _show_rows(visit, asked, wanted, None)
    async with visit.read() as reader:
        view = await _view(reader, visit.now, asked, wanted, None)
    return visit.go(asked.url()) if view is None else visit.page("activity_of_all.html", view=view, **_choices())


async def download_of_one(visit: Visit) -> Response:
    """Stream the rows of one integration that pass the filter as CSV."""
    asked = read_asked(visit, "")
    return CSVResponse(visit, asked.narrow([visit.integration.id]), f"activity-{visit.integration.slug}.csv")


async def download_of_all(visit: Visit) -> Response:
    """Stream the rows of every integration the guest may see that pass the filter as CSV."""
    asked = read_asked(visit, "")
    async with visit.read() as reader:
        wanted = await _narrow_to_visible(visit, reader, asked)
    return CSVResponse(visit, wanted, "activity.csv")


async def _show_rows(
    visit: Visit, asked: Asked, wanted: ActivityFilter, integration_id: IntegrationId | None
) -> Response:
    """Show the rows alone, made once for all who ask for the same of the same integrations at the same time."""
    house = visit.house

    async def make() -> Part | None:
        now = house.clock()
        async with house.database.read() as reader:
            view = await _view(reader, now, asked, wanted, integration_id)
        shown = {"view": view, "integration": integration_id}
        return None if view is None else render_part("parts/activity_rows.html", now, **shown)

    may_see = (integration_id, tuple(wanted.integrations), wanted.with_deleted)
    part = await house.parts.get(("activity", may_see, asked.sameness), make)
    return visit.go(asked.url()) if part is None else visit.part(part)


async def _narrow_to_visible(visit: Visit, reader: Reader, asked: Asked) -> ActivityFilter:
    seen = await list_visible_integrations(reader, visit.known)
    return asked.narrow([one.id for one, _ in seen], with_deleted=visit.may(Permission.SEE))


async def _view(
    reader: Reader, now: datetime, asked: Asked, wanted: ActivityFilter, integration_id: IntegrationId | None
) -> View | None:
    """Read the page asked for; None when what is newer than ``after`` fits the first page."""
    rows = await list_activity(reader, wanted, asked.span)
    has_more = len(rows) > PAGE
    if asked.after is not None:
        if not has_more:
            return None
        rows = rows[1:]
    rows = rows[:PAGE]
    seen = asked.seen if asked.stays else None
    if seen is None:
        seen = await _newest(reader, wanted) if asked.is_back else (rows[0].event.id if rows else None)
    newer = await count_activity(reader, wanted, seen, _MOST_NEW) if asked.stays and seen is not None else 0
    has_older = has_more or asked.after is not None
    burst = None if integration_id is None else await _burst(reader, integration_id, now)
    return View(asked, rows, has_older, asked.is_back and bool(rows), seen, newer, burst)


async def _burst(reader: Reader, integration_id: IntegrationId, now: datetime) -> Burst | None:
    burst = await read_burst(reader, integration_id, now)
    return burst if burst.left and burst.done + burst.left >= _LEAST_BURST else None


async def _newest(reader: Reader, wanted: ActivityFilter) -> EventId | None:
    rows = await list_activity(reader, wanted, Span(limit=1))
    return rows[0].event.id if rows else None


def _choices() -> dict[str, Any]:
    return {"topics": TOPICS, "states": list(JobState), "actors": list(ActorKind)}


DOORS: Sequence[Door] = (
    Door("GET", "/activity", show_of_all, Permission.ENTER),
    Door("GET", "/activity.csv", download_of_all, Permission.ENTER),
    Door("GET", "/integrations/{integration}/activity", show_of_one, Permission.SEE),
    Door("GET", "/integrations/{integration}/activity.csv", download_of_one, Permission.SEE),
)
