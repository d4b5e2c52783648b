"""The audit log: everything people did, in the workspace and in every integration, sign-ins and refusals too."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Final

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.events import ActorKind
from seatkeeper.core.topics import AUDIT_TOPICS
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.activity import ActivityFilter, list_activity
from seatkeeper.store.queries.integrations import list_integrations
from seatkeeper.web.asking import PAGE, Asked, read_asked
from seatkeeper.web.doors import Door
from seatkeeper.web.pages.activity_csv import CSVResponse
from seatkeeper.web.visits import Visit

_PATH: Final = "/workspace/audit"


async def show_audit(visit: Visit) -> Response:
    """Show a page of it, the newest first."""
    asked = read_asked(visit, _PATH)
    async with visit.read() as reader:
        rows = await list_activity(reader, await _narrow(reader, asked), asked.span)
    more = len(rows) > PAGE
    shown = rows[1:] if asked.after is not None and more else rows[:PAGE]
    return visit.page(
        "workspace_audit.html",
        asked=asked,
        rows=shown,
        topics=AUDIT_TOPICS,
        has_older=more or asked.after is not None,
        has_newer=asked.before is not None or (asked.after is not None and more),
    )


async def download(visit: Visit) -> Response:
    """Stream every row that passes the filter as CSV."""
    asked = read_asked(visit, "")
    async with visit.read() as reader:
        wanted = await _narrow(reader, asked)
    return CSVResponse(visit, wanted, "audit.csv")


async def _narrow(reader: Reader, asked: Asked) -> ActivityFilter:
    integrations = [one.id for one in await list_integrations(reader)]
    return replace(asked.narrow(integrations, topics=AUDIT_TOPICS), actor=ActorKind.PERSON, with_workspace=True)


DOORS: Sequence[Door] = (
    Door("GET", _PATH, show_audit, Permission.SEE_WORKSPACE),
    Door("GET", f"{_PATH}.csv", download, Permission.SEE_WORKSPACE),
)
