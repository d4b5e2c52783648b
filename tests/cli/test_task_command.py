"""``seatkeeper task``: what waits for a person, how to answer, and the answers."""

from seatkeeper.core.ids import TaskId
from seatkeeper.core.jobs import JobKind
from seatkeeper.core.tasks import TaskKind
from seatkeeper.store.database import Database
from seatkeeper.store.records.jobs import ask_for_accounts
from tests.cli.conftest import Installation
from tests.operations.integrations_at_hand import ADMIN, account_in, open_task, set_job, stored


async def _open(database: Database, kind: TaskKind) -> TaskId:
    """Open a task about a waiting job, or about two held removals."""
    removals = kind is TaskKind.APPROVE_REMOVALS
    async with database.transaction(ADMIN) as tx:
        integration = await stored(tx)
        accounts = [await account_in(tx, integration.id) for _ in range(2 if removals else 1)]
        jobs = await ask_for_accounts(tx, JobKind.DEPROVISION if removals else JobKind.PROVISION, accounts)
        for job_id in jobs:
            await set_job(tx, job_id, f"state = 'waiting', held = {removals}, target = 'ada'")
        about = None if removals else jobs[0]
        return await open_task(tx, integration.id, kind, job_id=about, choices=["u-1", "u 2"])


async def test_a_task_is_listed_and_shown_with_how_to_answer(seatkeeper: Installation, database: Database) -> None:
    end = str(await _open(database, TaskKind.CHOOSE_ACCOUNT))[-8:]
    [task] = seatkeeper.read("task", "list")
    told = seatkeeper.say("task", "show", end)
    assert set(task) == {
        *(
            "id",
            "integration",
            "kind",
            "state",
            "target",
            "job_id",
            "problem",
            "choices",
            "opened_at",
            "closed_at",
        ),
        "closed_by",
        "work",
        "due_at",
    }
    assert seatkeeper.say("task", "list").splitlines()[1].split()[0] == end
    assert told.startswith("ada  in crm\n")
    assert f"seatkeeper task choose {end} 'u 2'\n" in told


async def test_an_account_is_chosen_once(seatkeeper: Installation, database: Database) -> None:
    task_id = str(await _open(database, TaskKind.CHOOSE_ACCOUNT))
    assert "u-3 is not among the accounts" in seatkeeper.refuse("task", "choose", task_id, "u-3")
    assert "task choose" in seatkeeper.refuse("task", "done", task_id)
    assert seatkeeper.say("task", "choose", task_id, "u-1") == "ada goes on with the account u-1.\n"
    assert seatkeeper.refuse("task", "choose", task_id, "u-1") == "Error: The task is done already.\n"
    assert seatkeeper.say("task", "list") == "Nothing waits for a person.\n"
    assert [task["state"] for task in seatkeeper.read("task", "list", "--all")] == ["done"]


async def test_a_new_account_is_asked_for(seatkeeper: Installation, database: Database) -> None:
    task_id = str(await _open(database, TaskKind.CHOOSE_ACCOUNT))
    assert f"seatkeeper task choose {task_id[-8:]} --new\n" in seatkeeper.say("task", "show", task_id)
    assert seatkeeper.run("task", "choose", task_id).returncode == 2
    assert seatkeeper.run("task", "choose", task_id, "u-1", "--new").returncode == 2
    assert seatkeeper.say("task", "choose", task_id, "--new") == "ada gets a new account.\n"


async def test_held_removals_are_approved(seatkeeper: Installation, database: Database) -> None:
    task_id = str(await _open(database, TaskKind.APPROVE_REMOVALS))
    assert seatkeeper.say("task", "approve", task_id) == "2 removals from crm go ahead.\n"


async def test_held_removals_are_declined(seatkeeper: Installation, database: Database) -> None:
    task_id = str(await _open(database, TaskKind.APPROVE_REMOVALS))
    assert seatkeeper.say("task", "decline", task_id) == "Declined: 2 jobs about crm cancelled.\n"


async def test_work_by_hand_is_done(seatkeeper: Installation, database: Database) -> None:
    task_id = str(await _open(database, TaskKind.ACT_BY_HAND))
    assert seatkeeper.say("task", "done", task_id) == "ada is looked at again.\n"
