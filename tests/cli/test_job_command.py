"""``seatkeeper job``: the list, the whole story of one, and what may be done to it."""

from datetime import timedelta

from seatkeeper.core.ids import JobId
from seatkeeper.core.jobs import JobKind
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.records.attempts import Attempt, insert_attempts
from seatkeeper.store.records.jobs import ask_for_accounts
from tests.cli.conftest import Installation
from tests.operations.integrations_at_hand import ADMIN, account_in, set_job, stored


async def _failed_and_queued(tx: Transaction) -> tuple[JobId, JobId]:
    integration = await stored(tx)
    [failed] = await ask_for_accounts(tx, JobKind.PROVISION, [await account_in(tx, integration.id)])
    [queued] = await ask_for_accounts(tx, JobKind.DEPROVISION, [await account_in(tx, integration.id)])
    await set_job(tx, failed, "target = 'ada', state = 'failed', attempts = 1, ended_at = now()")
    await set_job(tx, failed, "problem_code = 'no_seats', problem_detail = '50 of 50 are taken'")
    await set_job(tx, queued, "target = 'bob'")
    attempt = Attempt(
        job_id=failed,
        number=1,
        started_at=tx.now,
        ended_at=tx.now + timedelta(seconds=2),
        outcome="failed",
        problem=Problem(ProblemCode.NO_SEATS, "50 of 50 are taken"),
        traceback=None,
        steps=[
            {
                "what": "Change title",
                "kind": "update",
                "before": {"title": "x"},
                "after": {"title": None},
                "ms": 7.2,
            },
            {"what": "Give role admin", "kind": "grant", "error": "RejectedError", "ms": 12.0},
        ],
    )
    await insert_attempts(tx, 1, [attempt])
    return failed, queued


async def test_jobs_are_listed_newest_first_and_by_state(seatkeeper: Installation, database: Database) -> None:
    async with database.transaction(ADMIN) as tx:
        failed, queued = await _failed_and_queued(tx)
    lines = seatkeeper.say("job", "list").splitlines()
    assert [line.split()[0] for line in lines] == ["id", str(queued)[-8:], str(failed)[-8:]]
    assert lines[1].endswith("bob  Removal awaiting")
    assert lines[2].endswith("ada  Provisioning failed: no_seats")
    [job] = seatkeeper.read("job", "list", "--state", "failed", "--integration", "crm")
    assert set(job) == {
        *("id", "integration", "kind", "state", "sentence", "target", "account_id", "app_group_id", "wishes"),
        *("attempts", "held", "problem", "actor", "request_id", "created_at", "due_at", "started_at", "ended_at"),
    }
    assert job["problem"].keys() == {"code", "detail", "sentence", "remedy"}
    assert (job["id"], job["problem"]["code"]) == (str(failed), "no_seats")


async def test_a_job_is_shown_with_its_attempts_steps_and_remedy(
    seatkeeper: Installation, database: Database
) -> None:
    async with database.transaction(ADMIN) as tx:
        failed, _ = await _failed_and_queued(tx)
    told = seatkeeper.say("job", "show", str(failed)[-8:])
    shown = seatkeeper.read("job", "show", str(failed))
    assert "✗ The app has no free seat: 50 of 50 are taken.\n→ Buy seats" in told
    assert "title: x → nothing" in told
    assert "✗  Give role admin (RejectedError)  12 ms" in told
    assert shown["tries"][0]["steps"][1]["error"] == "RejectedError"


async def test_a_failed_job_is_retried_and_a_queued_one_cancelled(
    seatkeeper: Installation, database: Database
) -> None:
    async with database.transaction(ADMIN) as tx:
        failed, queued = await _failed_and_queued(tx)
    assert seatkeeper.say("job", "cancel", str(queued)).startswith("Cancelled: bob stays as it is")
    assert seatkeeper.refuse("job", "cancel", str(queued)) == "Error: The job is over: it is cancelled.\n"
    assert "Only a failed job" in seatkeeper.refuse("job", "retry", str(queued))
    assert seatkeeper.say("job", "retry", str(failed)) == "ada is tried again.\n"
    assert seatkeeper.say("job", "retry", "--all-failed", "-i", "crm") == "0 failed jobs are tried again.\n"
    assert {job["target"]: job["state"] for job in seatkeeper.read("job", "list")} == {
        "ada": "queued",
        "bob": "cancelled",
    }


def test_what_is_no_job_is_told(seatkeeper: Installation) -> None:
    assert "There is no job 12345678." in seatkeeper.refuse("job", "show", "12345678")
    assert "is not the id of a job" in seatkeeper.refuse("job", "show", "ada")
    assert "--all-failed" in seatkeeper.refuse("job", "retry", status=2)
