"""Jobs and what happened: read, tried again, cancelled."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import EventId, JobId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.wording import describe_event
from seatkeeper.operations.jobs import cancel_job, retry_failed_jobs, retry_job
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.events import EventFilter, ListedEvent, list_events
from seatkeeper.store.queries.jobs import JobFilter, ListedJob, get_job, list_attempts, list_jobs
from seatkeeper.web.api.calls import IntegrationCall, Operating, Seeing
from seatkeeper.web.api.paging import After, Limit
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import (
    AttemptShape,
    CountShape,
    EventShape,
    JobShape,
    Page,
    WholeJobShape,
    page_of,
)

router = APIRouter(prefix="/integrations/{integration}", tags=["Jobs and activity"], route_class=Operation)

States = Annotated[list[JobState], Query(description="Only those in one of these states.")]


@router.get("/jobs")
async def list_some_jobs(
    call: Seeing,
    state: States = [],  # noqa: B006 - how FastAPI spells "none given"
    limit: Limit = 50,
    after: After = None,
) -> Page[JobShape]:
    """List jobs, the newest first."""
    before = None if after is None else JobId(after)
    wanted = JobFilter(call.integration.id, state, limit + 1, before)
    async with call.read() as reader:
        rows, following = page_of(await list_jobs(reader, wanted), limit, lambda job: job.id)
    return Page(items=[JobShape.of(job) for job in rows], next=following)


@router.get("/jobs/{job}")
async def read_job(call: Seeing, job: UUID) -> WholeJobShape:
    """Read one job with everything that was tried."""
    async with call.read() as reader:
        return await _whole(call, reader, job)


@router.post("/jobs/{job}/retry")
async def retry(call: Operating, job: UUID) -> WholeJobShape:
    """Try a failed job again, with a fresh time allowance."""
    async with call.transaction() as tx:
        await retry_job(tx, (await _find(call, tx, job)).id)
        return await _whole(call, tx, job)


@router.post("/jobs/{job}/cancel")
async def cancel(call: Operating, job: UUID) -> WholeJobShape:
    """End a job that nobody works on right now; the account stays as it is until something changes again."""
    async with call.transaction() as tx:
        await cancel_job(tx, (await _find(call, tx, job)).id)
        return await _whole(call, tx, job)


@router.post("/retry-failed")
async def retry_failed(call: Operating) -> CountShape:
    """Try every failed job again that no newer one has followed."""
    async with call.transaction() as tx:
        return CountShape(jobs=await retry_failed_jobs(tx, call.integration.id))


@router.get("/events")
async def list_some_events(
    call: Seeing, job: UUID | None = None, limit: Limit = 50, after: After = None
) -> Page[EventShape]:
    """List what happened, the newest first; ``job`` narrows it to one job."""
    wanted = EventFilter(
        integration_id=call.integration.id,
        job_id=None if job is None else JobId(job),
        before=None if after is None else EventId(after),
        limit=limit + 1,
    )
    async with call.read() as reader:
        rows, following = page_of(await list_events(reader, wanted), limit, lambda event: event.id)
    return Page(items=[_event(event) for event in rows], next=following)


async def _find(call: IntegrationCall, reader: Reader, job: UUID) -> ListedJob:
    found = await get_job(reader, JobId(job))
    if found.integration_id != call.integration.id:
        raise NotFoundError(f"There is no job with the id {job}.")
    return found


async def _whole(call: IntegrationCall, reader: Reader, job: UUID) -> WholeJobShape:
    found = await _find(call, reader, job)
    tries = [AttemptShape.of(attempt) for attempt in await list_attempts(reader, found.id)]
    return WholeJobShape(**JobShape.of(found).model_dump(), tries=tries)


def _event(event: ListedEvent) -> EventShape:
    told = describe_event(event.kind, actor=event.actor_name, target=event.target, details=event.details)
    plain = {name: getattr(event, name) for name in EventShape.model_fields if name != "sentence"}
    return EventShape(**plain, sentence=told)
