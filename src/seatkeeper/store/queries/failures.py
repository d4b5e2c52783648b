"""What failed and was not followed by anything newer, by its problem."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from sqlalchemy import Uuid, bindparam, select

from seatkeeper.core.ids import IntegrationId, JobId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.due_jobs import written
from seatkeeper.store.queries.standings import FAILURES_LOOKED_AT, not_followed
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import jobs


@dataclass(frozen=True, slots=True)
class Failure:
    """A problem that keeps ``count`` accounts or groups from being in line; the rest tells of the newest."""

    problem: Problem
    count: int
    job_id: JobId
    target: str


_newest = (
    select(
        *(
            jobs.c[name]
            for name in ("id", "account_id", "app_group_id", "target", "problem_code", "problem_detail")
        )
    )
    .where(
        jobs.c.integration_id == bindparam("integration_id", type_=Uuid),
        jobs.c.state == written(JobState.FAILED),
    )
    .order_by(jobs.c.id.desc())
    .limit(FAILURES_LOOKED_AT)
    .subquery("failed")
)
_FAILED = prepare(
    select(*(_newest.c[name] for name in ("id", "target", "problem_code", "problem_detail")))
    .where(_newest.c.problem_code.is_not(None), not_followed(_newest))
    .order_by(_newest.c.problem_code, _newest.c.id.desc())
)


async def list_failures(reader: Reader, integration_id: IntegrationId) -> Sequence[Failure]:
    """List what failed by its problem, the most frequent first, from the newest failed jobs."""
    rows = await reader.fetch_all(_FAILED, integration_id=integration_id)
    found = []
    for code, ones in groupby(rows, key=lambda row: row["problem_code"]):
        newest, *others = ones
        problem = Problem(ProblemCode(code), newest["problem_detail"] or "")
        found.append(Failure(problem, 1 + len(others), JobId(newest["id"]), newest["target"]))
    return sorted(found, key=lambda failure: -failure.count)
