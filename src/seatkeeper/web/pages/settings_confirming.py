"""Before a change of the rules is saved: what differs, and how many people that changes."""

from starlette.responses import Response

from seatkeeper.operations.blast_radius import measure_blast_radius
from seatkeeper.operations.integrations import PlannedIntegration
from seatkeeper.web.pages.settings_frames import settings_page
from seatkeeper.web.security import CSRF_FIELD
from seatkeeper.web.visits import Visit

_OWN = frozenset({CSRF_FIELD, "do"})


async def confirm_page(visit: Visit, planned: PlannedIntegration, path: str, *, editable: bool = True) -> Response:
    """Show the blast radius and the differences; the form that was sent waits in the page, to be sent again.

    It is sent to ``path`` with ``do`` being ``apply``, or ``edit`` where it is ``editable``.
    """
    assert planned.before is not None
    radius = await measure_blast_radius(visit.house.database, planned.before, planned.checked.integration)
    kept = [(name, value) for name, value in visit.sent.multi_items() if name not in _OWN]
    return await settings_page(
        visit,
        "confirm",
        radius=radius,
        differences=planned.differences,
        kept=kept,
        path=path,
        editable=editable,
    )
