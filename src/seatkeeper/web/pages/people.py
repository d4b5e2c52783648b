"""The people of an integration, page by page, as they stand now."""

from collections.abc import Sequence
from urllib.parse import urlencode

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import InvalidValueError
from seatkeeper.store.queries.roster import RosterQuery, View, list_roster
from seatkeeper.store.queries.seats import list_held, list_seats
from seatkeeper.store.queries.users import list_groups_of
from seatkeeper.store.texts import check_text
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.visits import Visit

_LONGEST_SEARCH = 200


async def show_people(visit: Visit) -> Response:
    """Show one page of people."""
    query = _read_query(visit)
    async with visit.read() as reader:
        page = await list_roster(reader, visit.integration.id, query)
        seats = await list_seats(reader, visit.integration.id, page.ids)
        held = await list_held(reader, page.ids)
        groups = await list_groups_of(reader, [seat.user_id for seat in seats if seat.user_id is not None])
        frame = {} if visit.is_fragment else await integration_frame(visit, reader)
    asked = {name: value for name, value in (("q", query.search), ("state", _state(query))) if value}
    return visit.page(
        "parts/people_rows.html" if visit.is_fragment else "people.html",
        query=query,
        views=list(View),
        seats=seats,
        held=held,
        groups=groups,
        address=_url(visit, asked | ({"after": query.after} if query.after else {})),
        first=_url(visit, asked),
        following=None if page.next is None else _url(visit, asked | {"after": page.next}),
        **frame,
    )


def _read_query(visit: Visit) -> RosterQuery:
    state = visit.query("state", View.ALL.value) or View.ALL.value
    if state not in {view.value for view in View}:
        raise InvalidValueError(f"There is no state {state}.")
    search = check_text(visit.query("q"), "The name")[:_LONGEST_SEARCH]
    return RosterQuery(View(state), search, check_text(visit.query("after"), "The place"))


def _state(query: RosterQuery) -> str:
    return "" if query.view is View.ALL else query.view.value


def _url(visit: Visit, asked: dict[str, str]) -> str:
    path = f"/integrations/{visit.integration.slug}/users"
    return f"{path}?{urlencode(asked)}" if asked else path


DOORS: Sequence[Door] = (Door("GET", "/integrations/{integration}/users", show_people, Permission.SEE),)
