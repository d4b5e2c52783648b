"""Jobs: read, tried again, cancelled, handed to a person."""

from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import EventId, JobId
from seatkeeper.core.jobs import JobState
from seatkeeper.operations.jobs import cancel_job, retry_failed_jobs, retry_job
from seatkeeper.operations.tasks import hand_over_job
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.assignments import count_ahead
from seatkeeper.store.queries.events import EventFilter, list_events
from seatkeeper.store.queries.jobs import JobFilter, ListedJob, get_job, list_attempts, list_jobs
from seatkeeper.store.queries.open_tasks import find_open_task
from seatkeeper.store.queries.tasks import get_task
from seatkeeper.web.api.calls import IntegrationCall, Operating, Seeing
from seatkeeper.web.api.job_shapes import AttemptShape, EventShape, JobShape, TaskShape, WholeJobShape
from seatkeeper.web.api.paging import After, Limit
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import CountShape, Page, page_of

router = APIRouter(prefix="/integrations/{integration}", tags=["Jobs"], route_class=Operation)

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


@router.post("/jobs/{job}/by-hand", status_code=201)
async def do_by_hand(call: Operating, job: UUID) -> TaskShape:
    """Make a task for a person out of a failed job."""
    async with call.transaction() as tx:
        task_id = await hand_over_job(tx, (await _find(call, tx, job)).id)
        return TaskShape.of(await get_task(tx, task_id))


@router.post("/retry-failed")
async def retry_failed(call: Operating) -> CountShape:
    """Try every failed job again that no newer one has followed."""
    async with call.transaction() as tx:
        return CountShape(jobs=await retry_failed_jobs(tx, call.integration.id))


@router.get("/jobs/{job}/events")
async def list_events_of_job(call: Seeing, job: UUID, limit: Limit = 50, after: After = None) -> Page[EventShape]:
    """List what happened to a job, the newest first: from the request that asked for it to the proof."""
    async with call.read() as reader:
        found = await _find(call, reader, job)
        before = None if after is None else EventId(after)
        wanted = EventFilter(call.integration.id, job_id=found.id, before=before, limit=limit + 1)
        rows, following = page_of(await list_events(reader, wanted), limit, lambda event: event.id)
    return Page(items=[EventShape.of(event) for event in rows], next=following)


async def _find(call: IntegrationCall, reader: Reader, job: UUID) -> ListedJob:
    found = await get_job(reader, JobId(job))
    if found.integration_id != call.integration.id:
        raise NotFoundError(f"There is no job with the id {job}.")
    return found


async def _whole(call: IntegrationCall, reader: Reader, job: UUID) -> WholeJobShape:
    found = await _find(call, reader, job)
    tries = [AttemptShape.of(attempt) for attempt in await list_attempts(reader, found.id)]
    waits = found.state in {JobState.QUEUED, JobState.RETRYING}
    return WholeJobShape(
        **JobShape.of(found).model_dump(),
        ahead=await count_ahead(reader, found.id) if waits else None,
        task_id=await find_open_task(reader, found.id),
        tries=tries,
    )
