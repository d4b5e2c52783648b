"""What an Owner may do to a job. What a job does is worked out anew when it runs, so trying again is harmless."""

from typing import assert_never

from seatkeeper.core.errors import NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId, JobId
from seatkeeper.core.jobs import ENDED, JobState
from seatkeeper.store.database import Row, Transaction
from seatkeeper.store.queries.jobs import ListedJob, get_job
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.job_changes import cancel_pending_job, put_failed_job_back, put_failed_jobs_back
from seatkeeper.store.records.tasks import close_hold_without_jobs, close_tasks_of


async def retry_job(tx: Transaction, job_id: JobId) -> None:
    """Queue a failed job again, with a fresh time allowance for retries; its attempts stay.

    Raises ``NotFoundError``, and ``NotPossibleNowError`` for a job that did not fail or that was followed.
    """
    job = await get_job(tx, job_id)
    row = await put_failed_job_back(tx, job_id)
    if row is None:
        raise NotPossibleNowError(_why_no_retry(job))
    await tell_of_job(tx, row, EventKind.JOB_RETRIED)


async def retry_failed_jobs(tx: Transaction, integration_id: IntegrationId) -> int:
    """Queue every failed job of an integration again that no newer job has followed; say how many."""
    rows = await put_failed_jobs_back(tx, integration_id)
    for row in rows:
        await tell_of_job(tx, row, EventKind.JOB_RETRIED)
    return len(rows)


async def cancel_job(tx: Transaction, job_id: JobId) -> None:
    """End a job that nobody works on right now. The account stays as it is until something changes again.

    Raises ``NotFoundError`` and ``NotPossibleNowError``.
    """
    job = await get_job(tx, job_id)
    row = await cancel_pending_job(tx, job_id)
    if row is None:
        raise NotPossibleNowError(_why_no_cancel(job))
    await close_tasks_of(tx, [job_id])
    await close_hold_without_jobs(tx, job.integration_id)
    await tell_of_job(tx, row, EventKind.JOB_CANCELLED)


async def tell_of_job(tx: Transaction, row: Row, kind: EventKind) -> None:
    """Record what a person did to a job."""
    happening = Happening(IntegrationId(row["integration_id"]), kind, row["target"], job_id=JobId(row["id"]))
    await record_event(tx, happening)


def _why_no_retry(job: ListedJob) -> str:
    match job.state:
        case JobState.QUEUED | JobState.RUNNING | JobState.RETRYING:
            return f"The job is {job.state} already: there is nothing to try again."
        case JobState.WAITING:
            return "The job waits for a person: answer its task (seatkeeper task list) instead."
        case (
            JobState.SUCCEEDED
            | JobState.UNVERIFIED
            | JobState.UNCHANGED
            | JobState.SUPERSEDED
            | JobState.CANCELLED
        ):
            return f"Only a failed job can be tried again; this one is {job.state}."
        case JobState.FAILED:
            return "The job changed just now; look at it again."
        case _:
            assert_never(job.state)


def _why_no_cancel(job: ListedJob) -> str:
    if job.state in ENDED:
        return f"The job is over: it is {job.state}."
    return "The job is being carried out right now; look at it again in a moment."
