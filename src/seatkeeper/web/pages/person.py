"""One person: why they have, or do not have, this account, and what somebody may do about it."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import NotFoundError, NotPossibleNowError
from seatkeeper.core.ids import EventId, UserId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.wording import describe_missing, describe_step
from seatkeeper.engine.preview import Preview, preview
from seatkeeper.operations.jobs import retry_job
from seatkeeper.operations.reviews import sync_person
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.accounts import Person, load_people
from seatkeeper.store.queries.assignments import (
    MOST_AHEAD,
    FoundPerson,
    count_ahead,
    find_arrival,
    find_person,
    list_occurrences,
)
from seatkeeper.store.queries.pushed_groups import name_groups
from seatkeeper.store.queries.seats import Seat, list_seats
from seatkeeper.web.comparing import Comparison, compare
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.visits import Visit

_EVENTS = 30
_PATIENCE = 30.0
"""Seconds for the app to answer a preview."""


@dataclass(frozen=True, slots=True)
class _Looked:
    found: FoundPerson
    seat: Seat | None
    person: Person | None


async def show_person(visit: Visit) -> Response:
    """Show one person."""
    return await _show(visit, None)


async def show_preview(visit: Visit) -> Response:
    """Work out what would be done for a person, and do nothing."""
    async with visit.read() as reader:
        found = await _find(visit, reader)
    if found.user_id is None:
        raise NotPossibleNowError(f"{found.name} is no longer assigned, so there is nothing to preview.")
    told = await _preview(visit, found.user_id)
    if visit.is_fragment:
        return visit.page("parts/preview.html", told=told, **_WORDS)
    return await _show(visit, told)


async def provision_now(visit: Visit) -> Response:
    """Ask for a job for this person that is due now."""
    async with visit.transaction() as tx:
        await sync_person(tx, visit.integration, UserId(_id(visit)))
    return visit.go(_path(visit), "A job looks at this account now. It is seen below as it gets on.")


async def retry(visit: Visit) -> Response:
    """Try the failed job of a person again."""
    async with visit.transaction() as tx:
        looked = await _look(visit, tx)
        if looked.seat is None or looked.seat.job is None or looked.seat.job.state is not JobState.FAILED:
            raise NotPossibleNowError(f"No job of {looked.found.name} has failed: there is nothing to try again.")
        await retry_job(tx, looked.seat.job.id)
    return visit.go(_path(visit), "The failed job is tried again.")


async def _show(visit: Visit, told: Preview | str | None) -> Response:
    async with visit.read() as reader:
        looked = await _look(visit, reader)
        context = await _context(visit, reader, looked)
        frame = {} if visit.is_fragment else await integration_frame(visit, reader)
    template = "parts/person.html" if visit.is_fragment else "person.html"
    return visit.page(template, address=_path(visit), told=told, **_WORDS, **context, **frame)


async def _context(visit: Visit, reader: Reader, looked: _Looked) -> dict[str, Any]:
    integration, found, job = visit.integration, looked.found, looked.seat.job if looked.seat else None
    comparison = None if looked.person is None else compare(integration, looked.person, visit.now)
    before = _before(visit)
    events = []
    if found.user_id is not None:
        events = await list_occurrences(reader, integration.id, found.user_id, most=_EVENTS + 1, before=before)
    queued = job is not None and job.state in {JobState.QUEUED, JobState.RETRYING}
    return {
        "found": found,
        "seat": looked.seat,
        "person": looked.person,
        "comparison": comparison,
        "sources": await _sources(visit, reader, comparison),
        "arrival": await find_arrival(reader, integration.id, found.user_id) if found.user_id else None,
        "ahead": await count_ahead(reader, job.id) if job is not None and queued else None,
        "most_ahead": MOST_AHEAD,
        "events": events[:_EVENTS],
        "older": events[_EVENTS - 1].id if len(events) > _EVENTS else None,
        "is_first": before is None,
    }


async def _look(visit: Visit, reader: Reader) -> _Looked:
    found = await _find(visit, reader)
    if found.account_id is None:
        return _Looked(found, None, None)
    seats = await list_seats(reader, visit.integration.id, [found.account_id])
    people = await load_people(reader, [found.account_id], with_groups=True)
    return _Looked(found, seats[0] if seats else None, people.get(found.account_id))


async def _find(visit: Visit, reader: Reader) -> FoundPerson:
    found = await find_person(reader, visit.integration.id, _id(visit))
    if found is None:
        raise NotFoundError("There is no such person, and nothing is told of one.")
    return found


async def _sources(visit: Visit, reader: Reader, comparison: Comparison | None) -> dict[str, str]:
    ids = {held.group_id for held in comparison.entitlements if held.group_id} if comparison else set()
    named = await name_groups(reader, visit.integration.id, [UUID(each) for each in ids]) if ids else {}
    return {str(group_id): name for group_id, name in named.items()}


async def _preview(visit: Visit, user_id: UserId) -> Preview | str:
    try:
        async with asyncio.timeout(_PATIENCE):
            return await preview(visit.house.engine, visit.integration.id, user_id)
    except TimeoutError:
        return f"The app did not answer within {_PATIENCE:.0f} seconds. Try it again later."


def _id(visit: Visit) -> UUID:
    try:
        return UUID(visit.param("user"))
    except ValueError:
        raise NotFoundError("There is no such person.") from None


def _before(visit: Visit) -> EventId | None:
    try:
        return EventId(UUID(visit.query("before"))) if visit.query("before") else None
    except ValueError:
        return None


def _path(visit: Visit) -> str:
    return f"/integrations/{visit.integration.slug}/users/{visit.param('user')}"


_WORDS: dict[str, Any] = {"describe_step": describe_step, "describe_missing": describe_missing}

_PERSON = "/integrations/{integration}/users/{user}"
DOORS: Sequence[Door] = (
    Door("GET", _PERSON, show_person, Permission.SEE),
    Door("POST", f"{_PERSON}/preview", show_preview, Permission.OPERATE),
    Door("POST", f"{_PERSON}/provision", provision_now, Permission.OPERATE),
    Door("POST", f"{_PERSON}/retry", retry, Permission.OPERATE),
)
