"""A job in full, while it happens and afterwards, and what a person may do about it."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Any
from uuid import UUID

from starlette.responses import Response

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import JobId
from seatkeeper.core.jobs import PENDING, JobState
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.wording import OUTCOMES
from seatkeeper.operations.jobs import cancel_job, retry_job
from seatkeeper.operations.tasks import hand_over_job
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.events import EventFilter, list_events
from seatkeeper.store.queries.evidence import list_evidence_of_job
from seatkeeper.store.queries.jobs import ListedJob, get_job, list_attempts
from seatkeeper.store.queries.open_tasks import find_open_task
from seatkeeper.web.doors import Door
from seatkeeper.web.frames import integration_frame
from seatkeeper.web.timelines import Try, timeline
from seatkeeper.web.visits import Visit

_MOST_EVENTS = 500
_HAND_OVER = {JobState.FAILED, JobState.RETRYING, JobState.WAITING}
_IN_HANDS = {
    ProblemCode.PERSON_NEEDED,
    ProblemCode.NOT_SUPPORTED,
    ProblemCode.NOT_DONE,
    ProblemCode.TO_BE_CONFIRMED,
    ProblemCode.REMOVALS_HELD,
}


async def show_job(visit: Visit) -> Response:
    """Show a job from the request that asked for it to the proof."""
    async with visit.read() as reader:
        job = await _job(visit, reader)
        events = await list_events(reader, EventFilter(visit.integration.id, job_id=job.id, limit=_MOST_EVENTS))
        moments = timeline(events, await list_attempts(reader, job.id))
        shown = await list_evidence_of_job(reader, job.id)
        context: dict[str, Any] = {
            "job": job,
            "moments": moments,
            "exhibits": {n: [each for each in shown if each.attempt == n] for n in {e.attempt for e in shown}},
            "tries": sum(isinstance(each, Try) for each in moments),
            "task_id": await find_open_task(reader, job.id),
            "outcomes": OUTCOMES,
            "can_retry": job.state is JobState.FAILED,
            "can_hand_over": job.state in _HAND_OVER and not _is_in_hands(job),
            "can_cancel": job.state in PENDING,
        }
        if visit.is_fragment:
            return visit.page("parts/job.html", **context)
        frame = await integration_frame(visit, reader)
    return visit.page("job.html", **context, **frame)


async def retry(visit: Visit) -> Response:
    """Queue a failed job again."""
    return await _change(visit, retry_job, "The job is tried again.")


async def cancel(visit: Visit) -> Response:
    """End a job nobody works on."""
    return await _change(visit, cancel_job, "The job is cancelled. The account stays as it is.")


async def do_by_hand(visit: Visit) -> Response:
    """Make a task for a person out of a job that failed or waits."""
    return await _change(visit, hand_over_job, "The job waits for a person now. Close the task once it is done.")


async def _change(visit: Visit, change: Callable[[Transaction, JobId], Awaitable[object]], told: str) -> Response:
    async with visit.transaction() as tx:
        job = await _job(visit, tx)
        await change(tx, job.id)
    return visit.go(f"/integrations/{visit.integration.slug}/jobs/{job.id}", told)


def _is_in_hands(job: ListedJob) -> bool:
    """Say whether a person has it already, or has to approve it first."""
    code = None if job.problem is None else job.problem.code
    return job.state is JobState.WAITING and code in _IN_HANDS


async def _job(visit: Visit, reader: Reader) -> ListedJob:
    """Read the job of the path. Raises ``NotFoundError``, for one of another integration as well."""
    unknown = NotFoundError(f"{visit.integration.name} has no such job.")
    try:
        job = await get_job(reader, JobId(UUID(visit.param("job"))))
    except ValueError:
        raise unknown from None
    if job.integration_id != visit.integration.id:
        raise unknown
    return job


_PATH = "/integrations/{integration}/jobs/{job}"
DOORS: Sequence[Door] = (
    Door("GET", _PATH, show_job, Permission.SEE),
    Door("POST", f"{_PATH}/retry", retry, Permission.OPERATE),
    Door("POST", f"{_PATH}/cancel", cancel, Permission.OPERATE),
    Door("POST", f"{_PATH}/by-hand", do_by_hand, Permission.OPERATE),
)
