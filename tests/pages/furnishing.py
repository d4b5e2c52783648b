"""An integration somebody provisions by hand, and one a browser does, in which everything has happened already."""

from dataclasses import dataclass, replace
from datetime import timedelta

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.handwork import Errand, Whom, describe_work
from seatkeeper.core.ids import GroupId, JobId, TaskId
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.steps import CreateAccount, GrantEntitlements, Step, UpdateAccount
from seatkeeper.core.tasks import TaskKind
from seatkeeper.core.users import MembersChange
from seatkeeper.core.values import Document
from seatkeeper.operations.groups import GroupDraft, change_members, create_group
from seatkeeper.operations.members import add_member
from seatkeeper.operations.users import UserDraft, create_user
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.jobs import JobFilter, list_jobs
from seatkeeper.store.records.attempts import Attempt, insert_attempts
from seatkeeper.store.records.evidence import KeptExhibit, Occasion, keep_evidence
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.records.task_files import EvidenceFile, insert_file
from seatkeeper.store.records.tasks import NewTask, open_task
from tests.pages.installations import Installation
from tests.scim.conftest import an_integration
from tests.web.people import SETUP

LONG = "Wolfeschlegelsteinhausenbergerdorff" * 3
_TEXT = f"""Open [the console](https://console.example.org/{LONG.lower()}) and *People → Add*.

1. Take the plan **Standard**; `{LONG}` is the name of the site.
2. Leave the rest.

| Plan | Seats |
| --- | --- |
| Standard | 40 |
| Enterprise, as agreed in the contract of this year | 2 |

    first line of a long one {LONG}
    second line
"""


def _paused(connector: str) -> Integration:
    """No worker takes it up: what is there is what was put there."""
    return replace(an_integration(IntegrationState.PAUSED), connector=connector)


async def _assigned(tx: Transaction, integration: Integration, name: str) -> JobId:
    await create_user(tx, integration, UserDraft(name, None, True, {"userName": name, "displayName": name}))
    return max((await list_jobs(tx, JobFilter(integration.id))), key=lambda job: job.id).id


def _errand(name: str, *, four_eyes: bool) -> Errand:
    whom = Whom(name, "4711", {})
    steps: tuple[Step, ...] = (
        CreateAccount({"login": name, "mail": f"{LONG}@example.org", "pin": "1", "telephone": None}),
        UpdateAccount({"title": "Countess", "department": LONG}, {"title": "Miss", "department": None}),
        GrantEntitlements((Entitlement("role", "admin"), Entitlement("licence", LONG))),
    )
    texts = (_TEXT, "", "Ask *Finance* first.")
    work = tuple(describe_work(step, whom, {"pin"}, text) for step, text in zip(steps, texts, strict=True))
    return Errand(work, four_eyes=four_eyes)


_WHY = {
    TaskKind.ACT_BY_HAND: ProblemCode.PERSON_NEEDED,
    TaskKind.CONFIRM: ProblemCode.TO_BE_CONFIRMED,
    TaskKind.CHOOSE_ACCOUNT: ProblemCode.AMBIGUOUS_MATCH,
}


@dataclass(frozen=True, slots=True)
class _Asked:
    kind: TaskKind
    person: str
    choices: tuple[str, ...] = ()
    due_in: timedelta = timedelta(days=2)


async def _ask(tx: Transaction, integration: Integration, asked: _Asked) -> TaskId:
    job = await _assigned(tx, integration, asked.person)
    problem = Problem(_WHY[asked.kind], "As the app is now.")
    is_hand = asked.kind is not TaskKind.CHOOSE_ACCOUNT
    errand = _errand(asked.person, four_eyes=asked.kind is TaskKind.CONFIRM) if is_hand else None
    new = NewTask(integration.id, job, asked.kind, problem, asked.choices, errand, tx.now + asked.due_in)
    task = await open_task(tx, new)
    assert task is not None
    return task


async def furnish_tasks(installation: Installation) -> list[str]:
    """Tasks of every sort, one with a file; give the pages about them."""
    integration = _paused("manual")
    async with installation.store.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
        await add_member(tx, f"{LONG.lower()}@example.net", LONG, WorkspaceRole.ADMIN)
        by_hand = await _ask(tx, integration, _Asked(TaskKind.ACT_BY_HAND, LONG, due_in=timedelta(days=-1)))
        confirm = await _ask(tx, integration, _Asked(TaskKind.CONFIRM, "ليلى 🦩"))
        choice = await _ask(tx, integration, _Asked(TaskKind.CHOOSE_ACCOUNT, "ada", ("7", LONG)))
        for name in (f"{LONG}.txt", "seen <b>.txt"):
            assert await insert_file(tx, by_hand, EvidenceFile(name, "text/plain", b"so it is"), most=9)
    home = f"/integrations/{integration.slug}"
    tasks = [f"{home}/tasks/{task}" for task in (by_hand, confirm, choice)]
    return ["/tasks?whose=all", *tasks]


async def furnish_browser_work(installation: Installation, picture: bytes) -> list[str]:
    """A job with pictures of what a browser did; give its page and that of the steps."""
    integration = _paused("dokuwiki")
    label = f"Create an account, before step 8: Click “<b>{LONG}”"
    exhibits = [
        KeptExhibit(
            1, "Create an account, before step 7: Type ada into the field “User:”", "image/jpeg", picture, False
        ),
        KeptExhibit(2, label, "image/jpeg", picture, True),
        KeptExhibit(3, "Create an account: the steps before", "text/html", b"{}", True),
    ]
    async with installation.store.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
        job = await _assigned(tx, integration, "ada")
        problem = Problem(ProblemCode.APP_CHANGED, f"The button {LONG} is not there.")
        steps: list[Document] = [
            {"kind": "create", "what": "Create the account", "after": {"login": "ada"}, "error": "app_changed"}
        ]
        made = [Attempt(job, 1, tx.now, tx.now + timedelta(seconds=4), "failed", problem, None, steps)]
        await insert_attempts(tx, 1, made)
        await keep_evidence(tx, Occasion(integration.id, job, 1), exhibits)
        await keep_evidence(tx, Occasion(integration.id), exhibits[:2])
    home = f"/integrations/{integration.slug}"
    return [f"{home}/jobs/{job}", f"{home}/settings/steps"]


async def furnish_kin(installation: Installation) -> str:
    """A group with groups within and around it and members that are waited for; give its page."""
    integration = _paused("scim")
    async with installation.store.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
        made: dict[str, GroupId] = {}
        for name in ("Everybody", "Staff", LONG, "مهندسون"):
            made[name] = (await create_group(tx, integration, GroupDraft(name, None, {}), frozenset())).id
        within = MembersChange(frozenset([made[LONG], made["مهندسون"]]), add_named=frozenset([LONG, "<b>"]))
        await change_members(tx, integration, made["Staff"], within)
        await change_members(tx, integration, made["Everybody"], MembersChange(frozenset([made["Staff"]])))
    return f"/integrations/{integration.slug}/groups/{made['Staff']}"
