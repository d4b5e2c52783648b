"""What an Owner may do to a job: try a failed one again, cancel a pending one, and nothing else."""

import pytest

from seatkeeper.core.errors import NotFoundError, NotPossibleNowError
from seatkeeper.core.ids import AccountId, IntegrationId, JobId
from seatkeeper.core.jobs import ENDED, PENDING, JobKind, JobState
from seatkeeper.operations.jobs import cancel_job, retry_failed_jobs, retry_job
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.events import EventFilter, list_events
from seatkeeper.store.queries.jobs import JobFilter, find_jobs_ending, get_job, list_jobs
from seatkeeper.store.records.jobs import ask_for_accounts
from tests.operations.integrations_at_hand import ADMIN, account_in, set_job, stored


async def _job(tx: Transaction, integration_id: IntegrationId) -> tuple[AccountId, JobId]:
    account = await account_in(tx, integration_id)
    [job_id] = await ask_for_accounts(tx, JobKind.PROVISION, [account])
    return account, job_id


async def test_a_failed_job_is_tried_again_with_a_fresh_allowance_and_its_attempts_kept(
    database: Database,
) -> None:
    async with database.transaction(ADMIN) as tx:
        integration = await stored(tx)
        _, job_id = await _job(tx, integration.id)
        await set_job(
            tx,
            job_id,
            "state = 'failed', attempts = 7, first_failed_at = now(), ended_at = now(), problem_code = 'no_seats'",
        )
        await retry_job(tx, job_id)
        job = await get_job(tx, job_id)
        [event] = await list_events(tx, EventFilter(job_id=job_id))
    assert (job.state, job.attempts, job.due_at) == (JobState.QUEUED, 7, tx.now)
    assert (job.first_failed_at, job.ended_at, job.problem) == (None, None, None)
    assert (event.kind, event.actor_name, event.target) == ("job.retried", "ada", job.target)


@pytest.mark.parametrize("state", sorted(frozenset(JobState) - {JobState.FAILED}))
async def test_only_a_failed_job_can_be_tried_again(database: Database, state: JobState) -> None:
    async with database.transaction(ADMIN) as tx:
        _, job_id = await _job(tx, (await stored(tx)).id)
        await set_job(tx, job_id, f"state = '{state}'")
        with pytest.raises(NotPossibleNowError):
            await retry_job(tx, job_id)


async def test_a_failed_job_with_an_open_successor_is_not_tried_again(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        account, job_id = await _job(tx, (await stored(tx)).id)
        await set_job(tx, job_id, "state = 'failed'")
        await ask_for_accounts(tx, JobKind.UPDATE, [account])
        with pytest.raises(NotPossibleNowError, match="newer job"):
            await retry_job(tx, job_id)


async def test_all_failed_jobs_are_tried_again_except_those_that_were_followed(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        integration = await stored(tx)
        followed, first = await _job(tx, integration.id)
        _, second = await _job(tx, integration.id)
        await set_job(tx, first, "state = 'failed'")
        await set_job(tx, second, "state = 'failed'")
        await ask_for_accounts(tx, JobKind.UPDATE, [followed])
        assert await retry_failed_jobs(tx, integration.id) == 1
        failed = await list_jobs(tx, JobFilter(integration.id, states=[JobState.FAILED]))
    assert [job.id for job in failed] == [first]


@pytest.mark.parametrize("state", sorted(PENDING))
async def test_a_pending_job_can_be_cancelled(database: Database, state: JobState) -> None:
    async with database.transaction(ADMIN) as tx:
        _, job_id = await _job(tx, (await stored(tx)).id)
        await set_job(tx, job_id, f"state = '{state}'")
        await cancel_job(tx, job_id)
        job = await get_job(tx, job_id)
        [event] = await list_events(tx, EventFilter(job_id=job_id))
    assert (job.state, job.ended_at, event.kind) == (JobState.CANCELLED, tx.now, "job.cancelled")


@pytest.mark.parametrize("state", sorted(ENDED | {JobState.RUNNING}))
async def test_a_running_or_ended_job_cannot_be_cancelled(database: Database, state: JobState) -> None:
    async with database.transaction(ADMIN) as tx:
        _, job_id = await _job(tx, (await stored(tx)).id)
        await set_job(tx, job_id, f"state = '{state}'")
        with pytest.raises(NotPossibleNowError):
            await cancel_job(tx, job_id)


async def test_an_unknown_job_is_said_to_be_unknown(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        with pytest.raises(NotFoundError):
            await retry_job(tx, JobId(new_id()))
        with pytest.raises(NotFoundError):
            await cancel_job(tx, JobId(new_id()))


async def test_a_job_is_found_by_the_end_of_its_id(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        _, job_id = await _job(tx, (await stored(tx)).id)
        await _job(tx, (await stored(tx, slug="wiki")).id)
        assert [job.id for job in await find_jobs_ending(tx, str(job_id)[-8:])] == [job_id]
        assert len(await find_jobs_ending(tx, "")) == 2
