"""The newest job of an account or an app group: where what was asked for last stands."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Uuid, and_, any_, bindparam, func, select, true
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import IntegrationId, JobId, UserId
from seatkeeper.core.integrations import IntegrationState
from seatkeeper.core.jobs import JobState
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, app_groups, integrations, jobs


@dataclass(frozen=True, slots=True)
class NewestJob:
    """Where a job stands. ``since`` is when it ended, began, or was asked for, whichever is the latest."""

    id: JobId
    state: JobState
    problem: Problem | None
    since: datetime
    request_id: str | None
    """The request that wished for it last."""
    is_worked_on: bool
    """The integration is live and not quarantined: somebody carries its jobs out."""


_MINE = bindparam("integration_id", type_=Uuid)
_ID = bindparam("id", type_=Uuid)
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_JOB = select(
    *(jobs.c.id, jobs.c.state, jobs.c.problem_code, jobs.c.problem_detail, jobs.c.request_id),
    func.coalesce(jobs.c.ended_at, jobs.c.started_at, jobs.c.created_at).label("since"),
    and_(integrations.c.state == IntegrationState.LIVE.value, integrations.c.quarantine.is_(None)).label(
        "is_worked_on"
    ),
).join_from(jobs, integrations, integrations.c.id == jobs.c.integration_id)
_NEWEST = _JOB.order_by(jobs.c.id.desc()).limit(1)

_OF_ACCOUNT = prepare(_NEWEST.where(jobs.c.account_id == _ID))
_OF_APP_GROUP = prepare(_NEWEST.where(jobs.c.app_group_id == _ID))
_BY_ID = prepare(_JOB.where(jobs.c.id == any_(_IDS)))
_ACCOUNT = prepare(select(accounts.c.id).where(accounts.c.user_id == _ID, accounts.c.integration_id == _MINE))
_APP_GROUP = prepare(
    select(app_groups.c.id).where(app_groups.c.group_id == _ID, app_groups.c.integration_id == _MINE)
)
_theirs = _NEWEST.where(jobs.c.account_id == accounts.c.id).correlate(accounts).lateral("newest")
_OF_USERS = prepare(
    select(accounts.c.user_id, _theirs)
    .select_from(accounts.join(_theirs, true()))
    .where(accounts.c.user_id == any_(_IDS))
)


async def find_account_of(reader: Reader, integration_id: IntegrationId, user_id: UUID) -> UUID | None:
    """Find the account of a User."""
    row = await reader.fetch_one(_ACCOUNT, id=user_id, integration_id=integration_id)
    return None if row is None else row["id"]


async def find_app_group_of(reader: Reader, integration_id: IntegrationId, group_id: UUID) -> UUID | None:
    """Find the app group that mirrors a Group."""
    row = await reader.fetch_one(_APP_GROUP, id=group_id, integration_id=integration_id)
    return None if row is None else row["id"]


async def find_newest_job_of_account(reader: Reader, account_id: UUID) -> NewestJob | None:
    """Find the newest job of an account."""
    row = await reader.fetch_one(_OF_ACCOUNT, id=account_id)
    return None if row is None else _job(row)


async def find_newest_job_of_app_group(reader: Reader, app_group_id: UUID) -> NewestJob | None:
    """Find the newest job of an app group."""
    row = await reader.fetch_one(_OF_APP_GROUP, id=app_group_id)
    return None if row is None else _job(row)


async def read_jobs(reader: Reader, ids: Sequence[JobId]) -> dict[JobId, NewestJob]:
    """Read where jobs stand; those that are no more are left out."""
    return {JobId(row["id"]): _job(row) for row in await reader.fetch_all(_BY_ID, ids=list(ids))}


async def newest_jobs_of_users(reader: Reader, users: Sequence[UserId]) -> dict[UserId, NewestJob]:
    """Read the newest job of each user's account, for those who have one."""
    rows = await reader.fetch_all(_OF_USERS, ids=list(users))
    return {UserId(row["user_id"]): _job(row) for row in rows}


def _job(row: Row) -> NewestJob:
    problem = None
    if row["problem_code"] is not None:
        problem = Problem(ProblemCode(row["problem_code"]), row["problem_detail"] or "")
    return NewestJob(
        id=JobId(row["id"]),
        state=JobState(row["state"]),
        problem=problem,
        since=row["since"],
        request_id=row["request_id"],
        is_worked_on=row["is_worked_on"],
    )
