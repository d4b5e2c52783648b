"""How an integration was configured before: a list, what differs between two times, and going back."""

from collections.abc import Sequence

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import NotFoundError
from seatkeeper.operations.checks import IntegrationDraft
from seatkeeper.operations.differences import Difference, compare_integrations
from seatkeeper.operations.edits import as_draft, plan_edit, save_edit
from seatkeeper.store.queries.versions import get_version, list_versions
from seatkeeper.web.doors import Door
from seatkeeper.web.pages.settings import tell_saved
from seatkeeper.web.pages.settings_confirming import confirm_page
from seatkeeper.web.pages.settings_frames import read_present, settings_page, version_given
from seatkeeper.web.visits import Visit

_PAGE = 25


async def show_history(visit: Visit) -> Response:
    """List the versions, and show what differs between two when they are asked for."""
    before = _number(visit.query("before"))
    chosen = _number(visit.query("from")), _number(visit.query("to"))
    async with visit.read() as reader:
        versions = await list_versions(reader, visit.integration.id, limit=_PAGE + 1, before=before)
    differences = await _compare(visit, chosen[0], chosen[1]) if all(chosen) else None
    more = versions[_PAGE - 1].number if len(versions) > _PAGE else None
    return await settings_page(
        visit, "history", versions=versions[:_PAGE], more=more, chosen=chosen, differences=differences
    )


async def restore(visit: Visit) -> Response:
    """Go back to an earlier version: first shown with what it changes, then saved as the newest version."""
    number = _number(visit.param("number"))
    base = f"/integrations/{visit.integration.slug}/settings/history"
    draft = await _restored(visit, number or 0)
    keyring, connectors = visit.house.keyring, visit.house.connectors
    async with visit.transaction() as tx:
        if visit.given("do") == "apply":
            saved = await save_edit(tx, draft, version_given(visit), connectors, keyring)
            return visit.go(base, tell_saved(saved))
        planned = await plan_edit(tx, draft, version_given(visit), connectors, keyring)
    if planned.changes_nothing:
        return visit.go(base, f"Version {number} is what is there now.")
    return await confirm_page(visit, planned, f"{base}/{number}/restore", editable=False)


async def _restored(visit: Visit, number: int) -> IntegrationDraft:
    present = await read_present(visit)
    async with visit.read() as reader:
        return as_draft(await get_version(reader, visit.integration, number), present.secrets)


async def _compare(visit: Visit, one: int | None, other: int | None) -> tuple[Difference, ...]:
    async with visit.read() as reader:
        before = await get_version(reader, visit.integration, one or 0)
        after = await get_version(reader, visit.integration, other or 0)
    return compare_integrations(before, after)


def _number(text: str) -> int | None:
    if not text:
        return None
    if not text.isdigit() or len(text) > 9:
        raise NotFoundError("There is no such version.")
    return int(text)


_BASE = "/integrations/{integration}/settings/history"
DOORS: Sequence[Door] = (
    Door("GET", _BASE, show_history, Permission.SEE),
    Door("POST", f"{_BASE}/{{number}}/restore", restore, Permission.CONFIGURE),
)
