"""What stands beside an integration's name: sync now, pause and resume."""

from collections.abc import Sequence

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.operations.reviews import sync_integration
from seatkeeper.operations.switches import pause_integration, resume_integration
from seatkeeper.web.doors import Door
from seatkeeper.web.visits import Visit


async def sync(visit: Visit) -> Response:
    """Have every account and every group looked at again."""
    async with visit.transaction() as tx:
        jobs = await sync_integration(tx, visit.integration)
    if not jobs:
        return _back(visit, "Nobody is assigned yet, so there is nothing to look at.")
    told = "1 job looks" if jobs == 1 else f"{jobs:,} jobs look"
    return _back(visit, f"{told} at every account and group again. What is as it should be is left alone.")


async def pause(visit: Visit) -> Response:
    """Run no more jobs."""
    async with visit.transaction() as tx:
        await pause_integration(tx, visit.integration.slug)
    return _back(visit, f"{visit.integration.name} is paused. What the identity provider sends is kept for later.")


async def resume(visit: Visit) -> Response:
    """Run jobs again."""
    async with visit.transaction() as tx:
        await resume_integration(tx, visit.integration.slug)
    return _back(visit, f"{visit.integration.name} goes on with the jobs that have gathered.")


def _back(visit: Visit, notice: str) -> Response:
    return visit.go(f"/integrations/{visit.integration.slug}", notice)


DOORS: Sequence[Door] = (
    Door("POST", "/integrations/{integration}/sync", sync, Permission.OPERATE),
    Door("POST", "/integrations/{integration}/pause", pause, Permission.OPERATE),
    Door("POST", "/integrations/{integration}/resume", resume, Permission.OPERATE),
)
