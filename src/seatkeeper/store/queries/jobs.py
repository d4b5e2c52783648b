"""Reading jobs and their attempts."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, Text, Uuid, any_, bindparam, cast, func, literal, select
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import AccountId, AppGroupId, IntegrationId, JobId
from seatkeeper.core.jobs import JobKind, JobState
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.values import Json
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import attempts, integrations, jobs


@dataclass(frozen=True, slots=True)
class JobFilter:
    """Which jobs are asked for; what is None or empty does not narrow."""

    integration_id: IntegrationId | None = None
    states: Collection[JobState] = ()
    limit: int = 50
    before: JobId | None = None
    """Only jobs older than this one, to go on where a part of the list ended."""


@dataclass(frozen=True, slots=True)
class ListedJob:
    """A job as people see it; ``integration`` is the slug and ``target`` the name of account or group."""

    id: JobId
    integration_id: IntegrationId
    integration: str
    account_id: AccountId | None
    app_group_id: AppGroupId | None
    kind: JobKind
    state: JobState
    target: str
    wishes: int
    attempts: int
    due_at: datetime
    first_failed_at: datetime | None
    problem: Problem | None
    held: bool
    actor: str
    request_id: str | None
    created_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedAttempt:
    """One try at a job. ``steps`` are the documents the engine kept of each call to the app."""

    number: int
    started_at: datetime
    ended_at: datetime
    outcome: str
    problem: Problem | None
    traceback: str | None
    steps: list[dict[str, Json]]


_PLAIN = (
    *("id", "integration_id", "account_id", "app_group_id", "target", "wishes", "attempts", "due_at"),
    *("first_failed_at", "held", "actor", "request_id", "created_at", "started_at", "ended_at"),
)


def _selected() -> Select[tuple[object, ...]]:
    return select(
        *(jobs.c[name] for name in (*_PLAIN, "kind", "state", "problem_code", "problem_detail")),
        integrations.c.slug.label("integration"),
    ).join(integrations, integrations.c.id == jobs.c.integration_id)


_ID_TEXT = cast(jobs.c.id, Text)
_BY_ID_END = prepare(
    _selected()
    .where(func.right(_ID_TEXT, func.length(bindparam("end", type_=Text))) == bindparam("end", type_=Text))
    .order_by(jobs.c.id)
    .limit(2)
)
_BY_ID = prepare(_selected().where(jobs.c.id == bindparam("id", type_=Uuid)))
_ATTEMPTS = prepare(
    select(
        *(
            attempts.c[name]
            for name in (
                *("number", "started_at", "ended_at", "outcome", "problem_code", "problem_detail"),
                *("traceback", "steps"),
            )
        )
    )
    .where(attempts.c.job_id == bindparam("job_id", type_=Uuid))
    .order_by(attempts.c.number)
)


async def list_jobs(reader: Reader, wanted: JobFilter) -> list[ListedJob]:
    """List the newest jobs that pass the filter, newest first."""
    statement = _selected().order_by(jobs.c.id.desc()).limit(wanted.limit)
    if wanted.integration_id is not None:
        statement = statement.where(jobs.c.integration_id == wanted.integration_id)
    if wanted.before is not None:
        statement = statement.where(jobs.c.id < wanted.before)
    if wanted.states:
        states = [state.value for state in wanted.states]
        statement = statement.where(jobs.c.state == any_(literal(states, ARRAY(Text))))
    return [_job(row) for row in await reader.fetch_all(statement)]


async def get_job(reader: Reader, job_id: JobId) -> ListedJob:
    """Read one job. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_BY_ID, id=job_id)
    if row is None:
        raise NotFoundError(f"There is no job with the id {job_id}.")
    return _job(row)


async def find_jobs_ending(reader: Reader, end: str) -> list[ListedJob]:
    """Find up to two jobs whose id ends so: people type the end of an id, which is its random part."""
    return [_job(row) for row in await reader.fetch_all(_BY_ID_END, end=end)]


async def list_attempts(reader: Reader, job_id: JobId) -> list[ListedAttempt]:
    """List the attempts at a job, first to last."""
    rows = await reader.fetch_all(_ATTEMPTS, job_id=job_id)
    return [
        ListedAttempt(
            number=row["number"],
            started_at=row["started_at"],
            ended_at=row["ended_at"],
            outcome=row["outcome"],
            problem=_problem(row),
            traceback=row["traceback"],
            steps=row["steps"],
        )
        for row in rows
    ]


def _job(row: Row) -> ListedJob:
    return ListedJob(
        **{name: row[name] for name in _PLAIN},
        integration=row["integration"],
        kind=JobKind(row["kind"]),
        state=JobState(row["state"]),
        problem=_problem(row),
    )


def _problem(row: Row) -> Problem | None:
    code = row["problem_code"]
    return None if code is None else Problem(ProblemCode(code), row["problem_detail"] or "")
