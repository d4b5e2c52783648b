"""A person's answers: the task closes, and its job goes on or ends."""

import pytest

from seatkeeper.core.errors import InvalidValueError, NotFoundError, NotPossibleNowError
from seatkeeper.core.ids import IntegrationId, JobId, TaskId
from seatkeeper.core.jobs import JobKind, JobState
from seatkeeper.core.tasks import TaskKind, TaskState
from seatkeeper.operations.jobs import cancel_job
from seatkeeper.operations.tasks import (
    approve_removals,
    choose_account,
    complete_task,
    decline_task,
    make_new_account,
)
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.events import EventFilter, list_events
from seatkeeper.store.queries.jobs import get_job
from seatkeeper.store.queries.tasks import TaskFilter, find_tasks_ending, get_task, list_tasks
from seatkeeper.store.records.jobs import ask_for_accounts
from tests.operations.integrations_at_hand import ADMIN, account_in, open_task, set_job, stored


async def _waiting(tx: Transaction, kind: TaskKind) -> tuple[JobId, TaskId]:
    integration = await stored(tx)
    [job_id] = await ask_for_accounts(tx, JobKind.PROVISION, [await account_in(tx, integration.id)])
    await set_job(tx, job_id, "state = 'waiting'")
    return job_id, await open_task(tx, integration.id, kind, job_id=job_id, choices=["u-1", "u-2"])


async def _held(tx: Transaction, removals: int) -> tuple[list[JobId], TaskId, IntegrationId]:
    integration = await stored(tx)
    accounts = [await account_in(tx, integration.id) for _ in range(removals)]
    jobs = await ask_for_accounts(tx, JobKind.DEPROVISION, accounts)
    for job_id in jobs:
        await set_job(tx, job_id, "state = 'waiting', held = true")
    return jobs, await open_task(tx, integration.id, TaskKind.APPROVE_REMOVALS), integration.id


async def _chosen(tx: Transaction, job_id: JobId) -> object:
    cursor = await tx.connection.execute("SELECT state, chosen_uid FROM jobs WHERE id = %s", [job_id])
    row = await cursor.fetchone()
    assert row is not None
    return row["state"], row["chosen_uid"]


async def test_the_chosen_account_is_given_to_the_job_and_the_task_is_done(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        job_id, task_id = await _waiting(tx, TaskKind.CHOOSE_ACCOUNT)
        await choose_account(tx, task_id, "u-2")
        task = await get_task(tx, task_id)
        assert await _chosen(tx, job_id) == ("queued", "u-2")
        [event] = await list_events(tx, EventFilter(job_id=job_id))
    assert (task.state, task.closed_at, task.closed_by) == (TaskState.DONE, tx.now, "ada")
    assert event.kind == "task.done"


async def test_an_account_that_was_not_offered_is_refused(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        _, task_id = await _waiting(tx, TaskKind.CHOOSE_ACCOUNT)
        with pytest.raises(InvalidValueError, match="u-1, u-2"):
            await choose_account(tx, task_id, "u-3")


async def test_accounts_that_were_declined_stay_declined(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        job_id, task_id = await _waiting(tx, TaskKind.CHOOSE_ACCOUNT)
        await make_new_account(tx, task_id)
        await set_job(tx, job_id, "state = 'waiting'")
        integration_id = (await get_job(tx, job_id)).integration_id
        again = await open_task(tx, integration_id, TaskKind.CHOOSE_ACCOUNT, job_id=job_id, choices=["u-3", "u-4"])
        await make_new_account(tx, again)
        cursor = await tx.connection.execute("SELECT state, declined_uids FROM jobs WHERE id = %s", [job_id])
        row = await cursor.fetchone()
    assert row == {"state": "queued", "declined_uids": ["u-1", "u-2", "u-3", "u-4"]}


async def test_held_removals_go_ahead_together(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        jobs, task_id, _ = await _held(tx, 3)
        assert await approve_removals(tx, task_id) == 3
        cursor = await tx.connection.execute("SELECT DISTINCT state, held, approved FROM jobs")
        assert await cursor.fetchall() == [{"state": "queued", "held": False, "approved": True}]
        assert (await get_task(tx, task_id)).state is TaskState.DONE
    assert len(jobs) == 3


async def test_declined_removals_are_cancelled_and_each_is_told(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        jobs, task_id, integration_id = await _held(tx, 3)
        assert await decline_task(tx, task_id) == 3
        states = {(await get_job(tx, job_id)).state for job_id in jobs}
        kinds = sorted(event.kind for event in await list_events(tx, EventFilter(integration_id)))
        assert (await get_task(tx, task_id)).state is TaskState.DECLINED
    assert states == {JobState.CANCELLED}
    assert kinds == ["job.cancelled", "job.cancelled", "job.cancelled", "task.declined"]


async def test_work_done_by_hand_makes_the_job_look_again(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        job_id, task_id = await _waiting(tx, TaskKind.ACT_BY_HAND)
        await complete_task(tx, task_id)
        job = await get_job(tx, job_id)
    assert (job.state, job.due_at) == (JobState.QUEUED, tx.now)


@pytest.mark.parametrize("kind", [TaskKind.CHOOSE_ACCOUNT, TaskKind.ACT_BY_HAND])
async def test_a_declined_task_cancels_its_job(database: Database, kind: TaskKind) -> None:
    async with database.transaction(ADMIN) as tx:
        job_id, task_id = await _waiting(tx, kind)
        assert await decline_task(tx, task_id) == 1
        assert (await get_job(tx, job_id)).state is JobState.CANCELLED


async def test_a_task_is_answered_once(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        _, task_id = await _waiting(tx, TaskKind.ACT_BY_HAND)
        await complete_task(tx, task_id)
        with pytest.raises(NotPossibleNowError, match="done already"):
            await decline_task(tx, task_id)


@pytest.mark.parametrize("kind", TaskKind)
async def test_an_answer_to_another_question_is_refused(database: Database, kind: TaskKind) -> None:
    async with database.transaction(ADMIN) as tx:
        _, task_id = await _waiting(tx, kind)
        if kind is not TaskKind.CHOOSE_ACCOUNT:
            with pytest.raises(NotPossibleNowError, match="decline"):
                await choose_account(tx, task_id, "u-1")
        if kind is not TaskKind.APPROVE_REMOVALS:
            with pytest.raises(NotPossibleNowError, match="decline"):
                await approve_removals(tx, task_id)
        if kind not in {TaskKind.ACT_BY_HAND, TaskKind.CONFIRM}:
            with pytest.raises(NotPossibleNowError, match="decline"):
                await complete_task(tx, task_id)


async def test_an_answer_comes_too_late_when_the_job_went_on(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        job_id, task_id = await _waiting(tx, TaskKind.CHOOSE_ACCOUNT)
        await set_job(tx, job_id, "state = 'running'")
        with pytest.raises(NotPossibleNowError, match="went on"):
            await choose_account(tx, task_id, "u-1")


async def test_cancelling_a_job_makes_its_task_obsolete(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        job_id, task_id = await _waiting(tx, TaskKind.ACT_BY_HAND)
        await cancel_job(tx, job_id)
        assert (await get_task(tx, task_id)).state is TaskState.OBSOLETE


async def test_cancelling_the_last_held_removal_makes_its_task_obsolete(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        (first, last), task_id, _ = await _held(tx, 2)
        await cancel_job(tx, first)
        assert (await get_task(tx, task_id)).state is TaskState.OPEN
        await cancel_job(tx, last)
        assert (await get_task(tx, task_id)).state is TaskState.OBSOLETE


async def test_open_tasks_are_listed_and_found_by_the_end_of_their_id(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        _, task_id = await _waiting(tx, TaskKind.ACT_BY_HAND)
        [task] = await list_tasks(tx, TaskFilter())
        assert await find_tasks_ending(tx, str(task_id)[-8:]) == [task]
        await decline_task(tx, task_id)
        assert await list_tasks(tx, TaskFilter()) == []
        assert [each.id for each in await list_tasks(tx, TaskFilter(state=None))] == [task_id]


async def test_an_unknown_task_is_said_to_be_unknown(database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        with pytest.raises(NotFoundError):
            await decline_task(tx, TaskId(new_id()))
