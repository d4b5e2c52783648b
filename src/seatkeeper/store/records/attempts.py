"""How attempts ended: the job's new state and the attempt's own row, fenced by the epoch of the run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    BigInteger,
    DateTime,
    Integer,
    Text,
    Uuid,
    bindparam,
    column,
    func,
    insert,
    null,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.core.ids import JobId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.problems import Problem
from seatkeeper.core.values import Document
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.due_jobs import IS_RUNNING
from seatkeeper.store.rowsets import encode_rows, rowset
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import attempts, jobs


@dataclass(frozen=True, slots=True)
class Ending:
    """A running job that ends."""

    job_id: JobId
    state: JobState
    target: str
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try at a job, as it is kept. ``steps`` are documents without secrets or sensitive values."""

    job_id: JobId
    number: int
    started_at: datetime
    ended_at: datetime
    outcome: str
    problem: Problem | None
    traceback: str | None
    steps: Sequence[Document]


_EPOCH = bindparam("epoch", type_=BigInteger)
_ENDINGS = rowset(
    column("id", Uuid), *(column(name, Text) for name in ("state", "target", "problem_code", "problem_detail"))
)
_END = prepare(
    update(jobs)
    .where(jobs.c.id == _ENDINGS.c.id, jobs.c.epoch == _EPOCH, IS_RUNNING)
    .values(
        state=_ENDINGS.c.state,
        target=_ENDINGS.c.target,
        attempts=jobs.c.attempts + 1,
        held=False,
        problem_code=_ENDINGS.c.problem_code,
        problem_detail=_ENDINGS.c.problem_detail,
        epoch=null(),
        ended_at=bindparam("now", type_=DateTime(timezone=True)),
    )
    .returning(jobs.c.id)
)
_ATTEMPTS = rowset(
    column("job_id", Uuid),
    column("number", Integer),
    *(column(name, DateTime(timezone=True)) for name in ("started_at", "ended_at")),
    *(column(name, Text) for name in ("outcome", "problem_code", "problem_detail", "traceback")),
    column("steps", JSONB),
)
_INSERT = prepare(
    insert(attempts).from_select(
        ["id", "epoch", *(each.name for each in _ATTEMPTS.c)], select(func.uuidv7(), _EPOCH, *_ATTEMPTS.c)
    )
)


async def end_jobs(tx: Transaction, epoch: int, endings: Sequence[Ending]) -> set[JobId]:
    """End running jobs of the run with this epoch. Those left out of the answer belong to a newer run."""
    rows = [
        {"id": ending.job_id, "state": ending.state, "target": ending.target, **_problem(ending.problem)}
        for ending in endings
    ]
    ended = await tx.fetch_all(_END, rows=encode_rows(rows), epoch=epoch, now=tx.now)
    return {JobId(row["id"]) for row in ended}


async def insert_attempts(tx: Transaction, epoch: int, made: Sequence[Attempt]) -> None:
    """Keep what was tried."""
    rows = [
        {
            "job_id": attempt.job_id,
            "number": attempt.number,
            "started_at": attempt.started_at,
            "ended_at": attempt.ended_at,
            "outcome": attempt.outcome,
            "traceback": attempt.traceback,
            "steps": attempt.steps,
            **_problem(attempt.problem),
        }
        for attempt in made
    ]
    await tx.execute(_INSERT, rows=encode_rows(rows), epoch=epoch)


def _problem(problem: Problem | None) -> dict[str, Any]:
    if problem is None:
        return {"problem_code": None, "problem_detail": None}
    return {"problem_code": problem.code, "problem_detail": problem.detail}
