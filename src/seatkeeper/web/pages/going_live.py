"""Going live: what would be done for everybody assigned, looked at first, and then done."""

from collections.abc import Sequence

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.dry_runs import Finding
from seatkeeper.core.errors import NotPossibleNowError
from seatkeeper.engine.dry_run import carry_out_dry_run
from seatkeeper.operations.dry_runs import MOST_LOOKED_AT, begin_dry_run, was_interrupted
from seatkeeper.operations.switches import activate_integration
from seatkeeper.store.queries.dry_runs import find_dry_run
from seatkeeper.store.queries.standings import get_standing
from seatkeeper.store.queries.versions import latest_version
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.visits import Visit

WORDS = (
    (Finding.CREATED, "user-plus", "would be created", "no account of theirs is in the app"),
    (
        Finding.ADOPTED,
        "link",
        "would be adopted",
        "they are in the app already, and Seatkeeper would look after them",
    ),
    (Finding.CHANGED, "pencil", "would be changed", "they differ from what is wanted"),
    (Finding.DISABLED, "user-minus", "would be disabled", "the person is no longer assigned"),
    (Finding.REMOVED, "trash", "would be deleted", "the person is no longer assigned"),
    (Finding.UNCHANGED, "check", "are right already", "nothing would be done"),
    (Finding.LEFT_ALONE, "hand-stop", "would be left alone", "the policy keeps accounts of people who leave"),
    (Finding.NEEDS_PERSON, "user", "would need a person", "it becomes a task for somebody"),
    (Finding.FAILED, "alert-triangle", "would fail", "for the reasons below"),
)
"""Complete: a test holds it against ``Finding``."""


async def show_going_live(visit: Visit) -> Response:
    """Show the latest dry run, and the way to start."""
    return await _page(visit, "going_live.html")


async def show_progress(visit: Visit) -> Response:
    """Show how far the dry run has come."""
    return await _page(visit, "parts/dry_run.html")


async def start_dry_run(visit: Visit) -> Response:
    """Begin a dry run, which goes on while nobody waits for it."""
    async with visit.transaction() as tx:
        begun = await begin_dry_run(tx, visit.integration)
    visit.house.work.start(carry_out_dry_run(visit.house.engine, visit.integration, begun.id, begun.ids))
    return visit.go(f"/integrations/{visit.integration.slug}/go-live")


async def go_live(visit: Visit) -> Response:
    """Set the integration live."""
    try:
        async with visit.transaction() as tx:
            await activate_integration(tx, visit.integration.slug)
    except NotPossibleNowError as error:
        return visit.go(f"/integrations/{visit.integration.slug}", str(error))
    return visit.go(f"/integrations/{visit.integration.slug}", f"{visit.integration.name} is live.")


async def _page(visit: Visit, template: str) -> Response:
    async with visit.read() as reader:
        frame = await integration_frame(visit, reader)
        standing = await get_standing(reader, visit.integration.id)
        run = await find_dry_run(reader, visit.integration.id)
        version = await latest_version(reader, visit.integration.id)
    return visit.page(
        template,
        **frame,
        standing=standing,
        run=run,
        words=WORDS,
        most=MOST_LOOKED_AT,
        interrupted=run is not None and was_interrupted(run, visit.now),
        outdated=run is not None and run.version != version,
        readonly=not visit.may(Permission.CONFIGURE),
    )


_BASE = "/integrations/{integration}/go-live"
DOORS: Sequence[Door] = (
    Door("GET", _BASE, show_going_live, Permission.SEE),
    Door("GET", f"{_BASE}/progress", show_progress, Permission.SEE),
    Door("POST", f"{_BASE}/dry-run", start_dry_run, Permission.CONFIGURE),
    Door("POST", f"{_BASE}/start", go_live, Permission.CONFIGURE),
)
