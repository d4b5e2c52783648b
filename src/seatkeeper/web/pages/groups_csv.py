"""Who is in which group and who holds what, as a file."""

from collections.abc import AsyncIterator, Sequence
from uuid import UUID

from starlette.responses import Response, StreamingResponse

from seatkeeper.core.access import Permission
from seatkeeper.core.entitlements import Entitlement, group_of_source
from seatkeeper.store.queries.offers import Holding, list_grants
from seatkeeper.store.queries.pushed_groups import list_members_of, list_pushed_groups, name_groups
from seatkeeper.web.doors import Door
from seatkeeper.web.spreadsheets import csv_headers, csv_lines
from seatkeeper.web.visits import Visit

HEADINGS = ("kind", "type", "value", "user_name", "name_in_app", "through")
_AT_ONCE = 1000


async def download(visit: Visit) -> Response:
    """Stream every membership of a pushed group and every grant."""
    name = f"entitlements-{visit.integration.slug}.csv"
    return StreamingResponse(
        _parts(visit), media_type="text/csv; charset=utf-8; header=present", headers=csv_headers(visit, name)
    )


async def _parts(visit: Visit) -> AsyncIterator[str]:
    """Go on page by page from where it is: a slow reader holds no connection, and memory is that of a page."""
    yield csv_lines([HEADINGS])
    async for rows in _groups(visit):
        yield csv_lines(rows)
    async for rows in _grants(visit):
        yield csv_lines(rows)


async def _groups(visit: Visit) -> AsyncIterator[list[Sequence[str]]]:
    after: str | None = ""
    while after is not None:
        async with visit.read() as reader:
            page = await list_pushed_groups(reader, visit.integration.id, after=after)
        for group in page.groups:
            behind: UUID | None = None
            while True:
                async with visit.read() as reader:
                    members = await list_members_of(reader, group.id, after=behind, most=_AT_ONCE)
                yield [
                    ("group", "group", group.display_name, one.user_name, one.name or "", group.display_name)
                    for one in members
                ]
                if len(members) < _AT_ONCE:
                    break
                behind = members[-1].user_id
        after = page.next


async def _grants(visit: Visit) -> AsyncIterator[list[Sequence[str]]]:
    behind: tuple[Entitlement, Holding] | None = None
    while True:
        async with visit.read() as reader:
            grants = await list_grants(reader, visit.integration.id, after=behind, most=_AT_ONCE)
            groups = {UUID(source) for _, one in grants if (source := group_of_source(one.source)) is not None}
            names = await name_groups(reader, visit.integration.id, sorted(groups))
        told = {str(group_id): name for group_id, name in names.items()}
        yield [_row(entitlement, holding, told) for entitlement, holding in grants]
        if len(grants) < _AT_ONCE:
            return
        behind = grants[-1]


def _row(entitlement: Entitlement, holding: Holding, groups: dict[str, str]) -> Sequence[str]:
    group_id = group_of_source(holding.source)
    through = "" if group_id is None else groups.get(group_id, "a group that is gone")
    who = holding.holder
    return ("entitlement", entitlement.type, entitlement.value, who.user_name, who.name or "", through)


DOORS: Sequence[Door] = (Door("GET", "/integrations/{integration}/groups.csv", download, Permission.SEE),)
