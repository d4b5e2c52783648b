"""Taking jobs on, giving them back, and holding those that would take too much away."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    DateTime,
    Integer,
    SmallInteger,
    Text,
    Uuid,
    and_,
    bindparam,
    case,
    exists,
    func,
    not_,
    null,
    or_,
    select,
    update,
)

from seatkeeper.core.ids import AccountId, AppGroupId, IntegrationId, JobId, Uid
from seatkeeper.core.jobs import JobKind, JobState, priority_of
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.store.database import Row, Transaction
from seatkeeper.store.queries.due_jobs import (
    IS_CLAIMABLE_NOW,
    IS_DUE,
    IS_RUNNING,
    OF_INTEGRATION,
    takes_access,
)
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import PENDING_ACCOUNT_JOB, PENDING_GROUP_JOB, jobs


@dataclass(frozen=True, slots=True)
class ClaimedJob:
    """A job a run has taken on. ``counted``: the guard let its removal pass, or somebody approved it."""

    id: JobId
    kind: JobKind
    account_id: AccountId | None
    app_group_id: AppGroupId | None
    attempts: int
    failures: int
    first_failed_at: datetime | None
    last_problem: ProblemCode | None
    counted: bool
    chosen_uid: Uid | None
    declined_uids: frozenset[Uid]
    """Accounts a person said are not the right one."""
    target: str
    request_id: str | None
    started_at: datetime
    by_hand: bool = False
    """It was handed over to a person, who does all of it."""
    done_by: str | None = None
    """Who says that what was left to a person is done."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Which due jobs a run takes on: at most ``limit`` of one priority."""

    integration_id: IntegrationId
    epoch: int
    limit: int
    priority: int
    deletes: bool
    """The leaver rule deletes, so that a disabled account has something to lose as well."""


@dataclass(frozen=True, slots=True)
class Return:
    """A running job that does not end: the state it goes back to, and what has become of it.

    What is None stays as it is. ``tried`` is whether an attempt was made: then ``problem`` is what it met.
    """

    job_id: JobId
    epoch: int
    state: JobState = JobState.QUEUED
    due_at: datetime | None = None
    tried: bool = False
    failures: int | None = None
    first_failed_at: datetime | None = None
    problem: Problem | None = None
    kind: JobKind | None = None


_NOW = bindparam("now", type_=DateTime(timezone=True))
_EPOCH = bindparam("epoch", type_=BigInteger)


def _is_followed() -> ColumnElement[bool]:
    newer = jobs.alias("newer")
    return or_(
        exists(select(newer.c.id).where(PENDING_ACCOUNT_JOB, newer.c.account_id == jobs.c.account_id)),
        exists(select(newer.c.id).where(PENDING_GROUP_JOB, newer.c.app_group_id == jobs.c.app_group_id)),
    )


def _claim(which: ColumnElement[bool]) -> Prepared:
    chosen = (
        select(jobs.c.id)
        .where(IS_CLAIMABLE_NOW, jobs.c.priority == bindparam("priority", type_=SmallInteger), which)
        .order_by(jobs.c.due_at, jobs.c.id)
        .limit(bindparam("limit", type_=Integer))
        .with_for_update(skip_locked=True)
        .subquery("chosen")
    )
    return prepare(
        update(jobs)
        .where(jobs.c.id == chosen.c.id)
        .values(state=JobState.RUNNING.value, epoch=_EPOCH, started_at=_NOW)
        .returning(
            *(jobs.c[name] for name in ("id", "kind", "account_id", "app_group_id", "attempts", "failures")),
            *(jobs.c[name] for name in ("first_failed_at", "problem_code", "approved", "chosen_uid", "target")),
            *(jobs.c[name] for name in ("declined_uids", "request_id", "started_at", "due_at")),
            *(jobs.c[name] for name in ("by_hand", "done_by")),
        )
    )


def _put_back() -> Prepared:
    followed = _is_followed()
    tried = bindparam("tried", type_=Integer)
    state = bindparam("state", type_=Text)
    return prepare(
        update(jobs)
        .where(jobs.c.id == bindparam("job_id", type_=Uuid), jobs.c.epoch == _EPOCH, IS_RUNNING)
        .values(
            state=case((followed, JobState.SUPERSEDED.value), else_=state),
            ended_at=case((followed, _NOW), else_=null()),
            epoch=null(),
            due_at=func.coalesce(bindparam("due_at", type_=DateTime(timezone=True)), jobs.c.due_at),
            attempts=jobs.c.attempts + tried,
            failures=func.coalesce(bindparam("failures", type_=Integer), jobs.c.failures),
            first_failed_at=func.coalesce(
                bindparam("first_failed_at", type_=DateTime(timezone=True)), jobs.c.first_failed_at
            ),
            problem_code=case((tried == 1, bindparam("problem_code", type_=Text)), else_=jobs.c.problem_code),
            problem_detail=case(
                (tried == 1, bindparam("problem_detail", type_=Text)), else_=jobs.c.problem_detail
            ),
            done_by=case((state == JobState.WAITING.value, null()), else_=jobs.c.done_by),
            kind=func.coalesce(bindparam("kind", type_=Text), jobs.c.kind),
            priority=func.coalesce(bindparam("priority", type_=SmallInteger), jobs.c.priority),
        )
        .returning(jobs.c.state)
    )


_CLAIM_REMOVALS = _claim(takes_access())
_CLAIM_OTHERS = _claim(not_(takes_access()))
_PUT_BACK = _put_back()
_LEFT_RUNNING = prepare(
    select(jobs.c.id, jobs.c.epoch)
    .where(OF_INTEGRATION, IS_RUNNING)
    .order_by(jobs.c.account_id, jobs.c.app_group_id)
)
_HOLD = prepare(
    update(jobs)
    .where(and_(IS_DUE, takes_access()))
    .values(
        state=JobState.WAITING.value,
        held=True,
        problem_code=ProblemCode.REMOVALS_HELD.value,
        problem_detail=bindparam("detail", type_=Text),
    )
    .returning(jobs.c.id)
)


async def claim_removals(tx: Transaction, claim: Claim) -> list[ClaimedJob]:
    """Take on due jobs that would take access away, in the order of the queue. The guard has let them pass."""
    return await _claimed(tx, _CLAIM_REMOVALS, claim, counted=True)


async def claim_others(tx: Transaction, claim: Claim) -> list[ClaimedJob]:
    """Take on the due jobs that are no removals, or approved ones, in the order of the queue."""
    return await _claimed(tx, _CLAIM_OTHERS, claim, counted=False)


async def take_back(tx: Transaction, integration_id: IntegrationId) -> int:
    """Put back every job an earlier run left running, and say how many those were.

    One whose subject has a newer wish ends as superseded: that wish will see to it.
    """
    left = await tx.fetch_all(_LEFT_RUNNING, integration_id=integration_id)
    for row in left:
        await put_back(tx, Return(JobId(row["id"]), row["epoch"]))
    return len(left)


async def put_back(tx: Transaction, back: Return) -> JobState | None:
    """Let a running job go on later; say what has become of it. None when a newer run has it.

    Ends it as superseded when its subject has a newer wish. Jobs put back together must be put back in order
    of account, like wishes are made: otherwise two transactions could wait for one another.
    """
    problem = back.problem
    row = await tx.fetch_one(
        _PUT_BACK,
        job_id=back.job_id,
        epoch=back.epoch,
        state=back.state.value,
        now=tx.now,
        due_at=back.due_at,
        tried=int(back.tried),
        failures=back.failures,
        first_failed_at=back.first_failed_at,
        problem_code=None if problem is None else problem.code.value,
        problem_detail=None if problem is None else problem.detail,
        kind=None if back.kind is None else back.kind.value,
        priority=None if back.kind is None else priority_of(back.kind),
    )
    return None if row is None else JobState(row["state"])


async def hold_removals(tx: Transaction, claim: Claim, detail: str) -> list[JobId]:
    """Let every due job that would take access away wait for a person."""
    rows = await tx.fetch_all(
        _HOLD, integration_id=claim.integration_id, now=tx.now, deletes=claim.deletes, detail=detail
    )
    return [JobId(row["id"]) for row in rows]


async def _claimed(tx: Transaction, statement: Prepared, claim: Claim, *, counted: bool) -> list[ClaimedJob]:
    rows = await tx.fetch_all(
        statement,
        integration_id=claim.integration_id,
        epoch=claim.epoch,
        limit=claim.limit,
        priority=claim.priority,
        deletes=claim.deletes,
        now=tx.now,
    )
    rows.sort(key=lambda row: (row["due_at"], row["id"]))
    return [_job(row, counted=counted) for row in rows]


def _job(row: Row, *, counted: bool) -> ClaimedJob:
    code = row["problem_code"]
    return ClaimedJob(
        id=JobId(row["id"]),
        kind=JobKind(row["kind"]),
        account_id=row["account_id"],
        app_group_id=row["app_group_id"],
        attempts=row["attempts"],
        failures=row["failures"],
        first_failed_at=row["first_failed_at"],
        last_problem=None if code is None else ProblemCode(code),
        counted=counted or row["approved"],
        chosen_uid=row["chosen_uid"],
        declined_uids=frozenset(row["declined_uids"] or ()),
        target=row["target"],
        request_id=row["request_id"],
        started_at=row["started_at"],
        by_hand=row["by_hand"],
        done_by=row["done_by"],
    )
