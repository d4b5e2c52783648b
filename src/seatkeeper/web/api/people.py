"""The people of an integration: who they are, why they have an account or not, and what may be done about it."""

import asyncio
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Path, Query

from seatkeeper.core.errors import NotFoundError, NotPossibleNowError
from seatkeeper.core.ids import EventId, UserId
from seatkeeper.core.jobs import JobState
from seatkeeper.engine.preview import preview
from seatkeeper.operations.jobs import retry_job
from seatkeeper.operations.reviews import sync_person
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.accounts import load_people
from seatkeeper.store.queries.assignments import (
    FoundPerson,
    count_ahead,
    find_arrival,
    find_person,
    list_occurrences,
)
from seatkeeper.store.queries.jobs import get_job
from seatkeeper.store.queries.pushed_groups import name_groups
from seatkeeper.store.queries.roster import RosterQuery, View, list_roster
from seatkeeper.store.queries.seats import Seat, list_held, list_seats
from seatkeeper.store.queries.users import list_groups_of
from seatkeeper.store.texts import check_text
from seatkeeper.web.api.calls import IntegrationCall, Operating, Seeing
from seatkeeper.web.api.job_shapes import JobShape
from seatkeeper.web.api.paging import After, Limit, Place, Search
from seatkeeper.web.api.people_shapes import (
    ListedPersonShape,
    LookedAt,
    OccurrenceShape,
    PersonShape,
    PreviewShape,
)
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Page, page_of
from seatkeeper.web.comparing import Comparison, compare

router = APIRouter(prefix="/integrations/{integration}/people", tags=["People"], route_class=Operation)

_PATIENCE = 30.0
"""Seconds for the app to answer a preview."""

Called = Annotated[UUID, Path(description="The id of their User, which may be gone, or that of their account.")]
State = Annotated[
    View,
    Query(
        description="`awaiting`, `ongoing` and `failed` tell of their newest job, `onboarded` of an account in"
        " use, `removed` of those the identity provider deactivated or removed."
    ),
]


@router.get("")
async def list_some_people(
    call: Seeing, state: State = View.ALL, search: Search = "", limit: Limit = 50, after: Place = ""
) -> Page[ListedPersonShape]:
    """List people by state; `search` is how the user name or the display name begins."""
    wanted = RosterQuery(state, check_text(search.strip(), "The name"), check_text(after, "The place"), limit)
    async with call.read() as reader:
        page = await list_roster(reader, call.integration.id, wanted)
        seats = await list_seats(reader, call.integration.id, page.ids)
        held = await list_held(reader, page.ids)
        groups = await list_groups_of(reader, [seat.user_id for seat in seats if seat.user_id is not None])
    items = [
        ListedPersonShape.of(seat, held[seat.account_id], groups[seat.user_id] if seat.user_id else ())
        for seat in seats
    ]
    return Page(items=items, next=page.next)


@router.get("/{person}")
async def read_person(call: Seeing, person: Called) -> PersonShape:
    """Tell why somebody has an account, or has none: the assignment, what the mapping gives, and what was seen."""
    async with call.read() as reader:
        looked = await _look(call, reader, person)
        comparison = None
        if looked.person is not None:
            comparison = compare(call.integration, looked.person, call.house.clock())
        return PersonShape.of(looked, comparison, await _name_sources(call, reader, comparison))


@router.get("/{person}/events")
async def list_events_about_person(
    call: Seeing, person: Called, limit: Limit = 50, after: After = None
) -> Page[OccurrenceShape]:
    """List what happened to somebody, the newest first."""
    before = None if after is None else EventId(after)
    async with call.read() as reader:
        found = await _find(call, reader, person)
        if found.user_id is None:
            return Page(items=[], next=None)
        listed = await list_occurrences(reader, call.integration.id, found.user_id, most=limit + 1, before=before)
    rows, following = page_of(listed, limit, lambda event: event.id)
    return Page(items=[OccurrenceShape.of(event) for event in rows], next=following)


@router.post("/{person}/preview")
async def preview_person(call: Operating, person: Called) -> PreviewShape:
    """Read the app and tell what a job would do for somebody; nothing is changed."""
    async with call.read() as reader:
        found = await _find(call, reader, person)
    if found.user_id is None:
        raise NotPossibleNowError(f"{found.name} is no longer assigned, so there is nothing to preview.")
    try:
        async with asyncio.timeout(_PATIENCE):
            return PreviewShape.of(await preview(call.house.engine, call.integration.id, found.user_id))
    except TimeoutError:
        raise NotPossibleNowError(
            f"The app did not answer within {_PATIENCE:.0f} seconds. Try it again later."
        ) from None


@router.post("/{person}/provision")
async def provision_person(call: Operating, person: Called) -> JobShape:
    """Have a job look at somebody's account now."""
    async with call.transaction() as tx:
        found = await _find(call, tx, person)
        job_id = await sync_person(tx, call.integration, found.user_id or UserId(person))
        return JobShape.of(await get_job(tx, job_id))


@router.post("/{person}/retry")
async def retry_person(call: Operating, person: Called) -> JobShape:
    """Try somebody's failed job again."""
    async with call.transaction() as tx:
        found = await _find(call, tx, person)
        seat = await _seat(call, tx, found)
        if seat is None or seat.job is None or seat.job.state is not JobState.FAILED:
            raise NotPossibleNowError(f"No job of {found.name} has failed: there is nothing to try again.")
        await retry_job(tx, seat.job.id)
        return JobShape.of(await get_job(tx, seat.job.id))


async def _find(call: IntegrationCall, reader: Reader, person: UUID) -> FoundPerson:
    found = await find_person(reader, call.integration.id, person)
    if found is None:
        raise NotFoundError("There is no such person, and nothing is told of one.")
    return found


async def _seat(call: IntegrationCall, reader: Reader, found: FoundPerson) -> Seat | None:
    ids = [] if found.account_id is None else [found.account_id]
    seats = await list_seats(reader, call.integration.id, ids)
    return seats[0] if seats else None


async def _look(call: IntegrationCall, reader: Reader, called: UUID) -> LookedAt:
    found = await _find(call, reader, called)
    seat = await _seat(call, reader, found)
    ids = [] if found.account_id is None else [found.account_id]
    people = await load_people(reader, ids, with_groups=True)
    job = None if seat is None else seat.job
    arrival = await find_arrival(reader, call.integration.id, found.user_id) if found.user_id else None
    waits = job is not None and job.state in {JobState.QUEUED, JobState.RETRYING}
    ahead = await count_ahead(reader, job.id) if job is not None and waits else None
    return LookedAt(found, seat, next(iter(people.values()), None), arrival, ahead)


async def _name_sources(call: IntegrationCall, reader: Reader, comparison: Comparison | None) -> dict[str, str]:
    held = () if comparison is None else comparison.entitlements
    ids = {UUID(one.group_id) for one in held if one.group_id}
    named = await name_groups(reader, call.integration.id, sorted(ids))
    return {str(group_id): name for group_id, name in named.items()}
