"""What a person may do to jobs: try again, give up, answer. Each statement says itself which states allow it."""

from collections.abc import Sequence
from typing import Any

from psycopg.errors import UniqueViolation
from sqlalchemy import (
    DateTime,
    Text,
    Update,
    Uuid,
    and_,
    any_,
    bindparam,
    exists,
    func,
    literal,
    not_,
    or_,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.errors import NotPossibleNowError
from seatkeeper.core.ids import IntegrationId, JobId
from seatkeeper.core.jobs import PENDING, JobState
from seatkeeper.core.problems import Problem
from seatkeeper.store.database import Row, Transaction
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import jobs

_NOW = bindparam("now", type_=DateTime(timezone=True))
_THIS = jobs.c.id == bindparam("job_id", type_=Uuid)
_ITS_OWN = jobs.c.integration_id == bindparam("integration_id", type_=Uuid)
_IS_FAILED = jobs.c.state == JobState.FAILED.value
_IS_PENDING = jobs.c.state == any_(literal([state.value for state in PENDING], ARRAY(Text)))

_IS_HELD_UP = jobs.c.state == any_(literal([JobState.RETRYING.value, JobState.WAITING.value], ARRAY(Text)))

_AGAIN: dict[str, Any] = {
    "state": JobState.QUEUED.value,
    "due_at": _NOW,
    "failures": 0,
    "first_failed_at": None,
    "problem_code": None,
    "problem_detail": None,
    "ended_at": None,
    "by_hand": False,
    "done_by": None,
}
_OVER: dict[str, Any] = {"state": JobState.CANCELLED.value, "ended_at": _NOW, "held": False}


def _changing(statement: Update) -> Prepared:
    return prepare(statement.returning(jobs.c.id, jobs.c.integration_id, jobs.c.target))


def _is_not_followed() -> Any:
    newer = jobs.alias()
    same = or_(newer.c.account_id == jobs.c.account_id, newer.c.app_group_id == jobs.c.app_group_id)
    return ~exists().where(newer.c.id > jobs.c.id, same)


_RETRY = _changing(update(jobs).where(_THIS, _IS_FAILED).values(_AGAIN))
_RETRY_FAILED = _changing(update(jobs).where(_ITS_OWN, _IS_FAILED, _is_not_followed()).values(_AGAIN))
_HAND_OVER = _changing(
    update(jobs)
    .where(_THIS, or_(_IS_FAILED, and_(_IS_HELD_UP, not_(jobs.c.held))))
    .values(
        state=JobState.WAITING.value,
        by_hand=True,
        done_by=None,
        problem_code=bindparam("code", type_=Text),
        problem_detail=bindparam("detail", type_=Text),
        ended_at=None,
    )
)
_CANCEL = _changing(update(jobs).where(_THIS, _IS_PENDING).values(_OVER))
_SEEN_TO = {"by_hand": jobs.c.by_hand, "done_by": bindparam("doer", type_=Text)}
_LOOK_AGAIN = _changing(update(jobs).where(_THIS, _IS_PENDING).values(_AGAIN | _SEEN_TO))
_LET_WAIT = _changing(
    update(jobs)
    .where(_THIS, _IS_PENDING)
    .values(
        state=JobState.WAITING.value,
        problem_code=bindparam("code", type_=Text),
        problem_detail=bindparam("detail", type_=Text),
    )
)
_CHOOSE = _changing(
    update(jobs).where(_THIS, _IS_PENDING).values(_AGAIN | {"chosen_uid": bindparam("uid", type_=Text)})
)
_ALL_DECLINED = func.array_cat(jobs.c.declined_uids, bindparam("uids", type_=ARRAY(Text)), type_=ARRAY(Text))
_DECLINE_ACCOUNTS = _changing(
    update(jobs)
    .where(_THIS, _IS_PENDING, jobs.c.account_id.is_not(None))
    .values(_AGAIN | {"declined_uids": _ALL_DECLINED, "chosen_uid": None})
)
_APPROVE = _changing(
    update(jobs).where(_ITS_OWN, _IS_PENDING, jobs.c.held).values(_AGAIN | {"approved": True, "held": False})
)
_CANCEL_HELD = _changing(update(jobs).where(_ITS_OWN, _IS_PENDING, jobs.c.held).values(_OVER))


async def put_failed_job_back(tx: Transaction, job_id: JobId) -> Row | None:
    """Queue a failed job again and keep its attempts; None when it is not failed.

    Raises ``NotPossibleNowError`` when a newer job about the same account or group is open.
    """
    try:
        return await tx.fetch_one(_RETRY, job_id=job_id, now=tx.now)
    except UniqueViolation:
        raise NotPossibleNowError("A newer job about the same account is already waiting its turn.") from None


async def put_job_in_hands(tx: Transaction, job_id: JobId, problem: Problem) -> Row | None:
    """Let a failed, retrying or waiting job wait for a person who does all of it; None for others and held ones.

    Raises ``NotPossibleNowError`` when a newer job about the same account or group is open.
    """
    try:
        return await tx.fetch_one(_HAND_OVER, job_id=job_id, code=problem.code.value, detail=problem.detail)
    except UniqueViolation:
        raise NotPossibleNowError("A newer job about the same account is already waiting its turn.") from None


async def put_failed_jobs_back(tx: Transaction, integration_id: IntegrationId) -> list[Row]:
    """Queue every failed job again that no newer job has followed.

    Raises ``NotPossibleNowError`` when a newer one arrives at this very moment.
    """
    try:
        return await tx.fetch_all(_RETRY_FAILED, integration_id=integration_id, now=tx.now)
    except UniqueViolation:
        raise NotPossibleNowError("New jobs arrived meanwhile. Try once more.") from None


async def cancel_pending_job(tx: Transaction, job_id: JobId) -> Row | None:
    """Cancel a job nobody is working on; None when there is none such."""
    return await tx.fetch_one(_CANCEL, job_id=job_id, now=tx.now)


async def look_again(tx: Transaction, job_id: JobId, done_by: str) -> Row | None:
    """Queue a pending job to see whether it is done, as somebody says; None when it is not pending."""
    return await tx.fetch_one(_LOOK_AGAIN, job_id=job_id, now=tx.now, doer=done_by)


async def let_wait(tx: Transaction, job_id: JobId, problem: Problem) -> Row | None:
    """Let a pending job wait for a person, with this problem; None when it is not pending."""
    code, detail = problem.code.value, problem.detail
    return await tx.fetch_one(_LET_WAIT, job_id=job_id, code=code, detail=detail)


async def choose_for_job(tx: Transaction, job_id: JobId, uid: str) -> Row | None:
    """Queue a pending job with the account a person chose; None when it is not pending."""
    return await tx.fetch_one(_CHOOSE, job_id=job_id, uid=uid, now=tx.now)


async def decline_accounts_for_job(tx: Transaction, job_id: JobId, uids: Sequence[str]) -> Row | None:
    """Queue a pending job about an account, which is none of these; None when there is none such."""
    return await tx.fetch_one(_DECLINE_ACCOUNTS, job_id=job_id, uids=list(uids), now=tx.now)


async def approve_held_jobs(tx: Transaction, integration_id: IntegrationId) -> list[Row]:
    """Let every held removal of an integration go ahead."""
    return await tx.fetch_all(_APPROVE, integration_id=integration_id, now=tx.now)


async def cancel_held_jobs(tx: Transaction, integration_id: IntegrationId) -> list[Row]:
    """Cancel every held removal of an integration."""
    return await tx.fetch_all(_CANCEL_HELD, integration_id=integration_id, now=tx.now)
