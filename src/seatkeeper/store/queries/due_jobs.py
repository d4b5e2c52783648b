"""Which jobs are due, which of them would take access away, and which integrations have work waiting."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import (
    Boolean,
    ColumnElement,
    DateTime,
    Interval,
    Label,
    Select,
    SmallInteger,
    Table,
    Text,
    Uuid,
    and_,
    bindparam,
    exists,
    func,
    literal_column,
    not_,
    or_,
    select,
)

from seatkeeper.core.ids import AccountId, IntegrationId
from seatkeeper.core.integrations import IntegrationState, LeaverRule
from seatkeeper.core.jobs import JobKind, JobState
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import PENDING_ACCOUNT_JOB, accounts, integrations, jobs


def written(value: StrEnum) -> ColumnElement[str]:
    """Write a constant into the statement, so that the planner can prove a partial index applies."""
    return literal_column(f"'{value}'", Text)


IS_CLAIMABLE = jobs.c.state.in_([written(JobState.QUEUED), written(JobState.RETRYING)])
IS_RUNNING = jobs.c.state == written(JobState.RUNNING)
_IS_REMOVAL = jobs.c.kind == written(JobKind.DEPROVISION)
_IS_DONE = and_(_IS_REMOVAL, jobs.c.state.in_([written(JobState.SUCCEEDED), written(JobState.UNVERIFIED)]))

OF_INTEGRATION = jobs.c.integration_id == bindparam("integration_id", type_=Uuid)
_NOW = bindparam("now", type_=DateTime(timezone=True))
IS_DUE = and_(OF_INTEGRATION, IS_CLAIMABLE, jobs.c.due_at <= _NOW)


def takes_access() -> ColumnElement[bool]:
    """Say of a job that it would take access from somebody, and that nobody has approved it.

    An account the app is not known to hold, or that is known to be disabled and is not to be deleted, has none.
    """
    has_access = exists().where(
        accounts.c.id == jobs.c.account_id,
        accounts.c.uid.is_not(None),
        or_(
            accounts.c.active.is_distinct_from(False),
            accounts.c.delete_at <= _NOW,
            bindparam("deletes", type_=Boolean),
        ),
    )
    return and_(_IS_REMOVAL, ~jobs.c.approved, has_access)


def _is_busy() -> ColumnElement[bool]:
    busy = jobs.alias("busy")
    is_running = busy.c.state == written(JobState.RUNNING)
    return or_(
        exists().where(busy.c.account_id == jobs.c.account_id, is_running),
        exists().where(busy.c.app_group_id == jobs.c.app_group_id, is_running),
    )


IS_CLAIMABLE_NOW = and_(IS_DUE, not_(_is_busy()))
"""Due, and nobody is working on the same account or group."""


@dataclass(frozen=True, slots=True)
class Head:
    """Where the queue of an integration begins: a priority, and whether it is the turn of groups there."""

    priority: int
    of_groups: bool


@dataclass(frozen=True, slots=True)
class Removals:
    """Removals of one integration by how far they are, and how many accounts are active.

    ``done`` are those within the window; what somebody approved is in none of the figures.
    """

    due: int
    running: int
    held: int
    done: int
    active: int


def _count_removals() -> Select[int, int, int, int, int]:
    started = and_(OF_INTEGRATION, IS_RUNNING, takes_access())
    since = _NOW - bindparam("window", type_=Interval)
    done = and_(OF_INTEGRATION, _IS_DONE, ~jobs.c.approved, jobs.c.ended_at > since)
    active = and_(
        accounts.c.integration_id == bindparam("integration_id", type_=Uuid),
        accounts.c.uid.is_not(None),
        accounts.c.active.is_distinct_from(False),
    )
    held = and_(OF_INTEGRATION, PENDING_ACCOUNT_JOB, jobs.c.held)
    return select(
        _counted(jobs, and_(IS_DUE, takes_access()), "due"),
        _counted(jobs, started, "running"),
        _counted(jobs, held, "held"),
        _counted(jobs, done, "done"),
        _counted(accounts, active, "active"),
    )


def _counted(table: Table, condition: ColumnElement[bool], name: str) -> Label[int]:
    return select(func.count()).select_from(table).where(condition).scalar_subquery().label(name)


_HEAD = prepare(
    select(jobs.c.priority, jobs.c.app_group_id.is_not(None).label("of_groups"))
    .where(IS_CLAIMABLE_NOW, jobs.c.priority > bindparam("behind", type_=SmallInteger))
    .order_by(jobs.c.priority, jobs.c.due_at, jobs.c.id)
    .limit(1)
)
_HAS_REMOVALS = prepare(select(exists().where(and_(IS_DUE, takes_access())).label("any")))
_COUNT_REMOVALS = prepare(_count_removals())
_NEXT_DUE = prepare(select(func.min(jobs.c.due_at).label("at")).where(OF_INTEGRATION, IS_CLAIMABLE))
_IS_LIVE = integrations.c.state == IntegrationState.LIVE.value
_WORK_WAITS = and_(
    integrations.c.quarantine.is_(None),
    func.coalesce(integrations.c.throttled_until, _NOW) <= _NOW,
    exists().where(jobs.c.integration_id == integrations.c.id, IS_CLAIMABLE, jobs.c.due_at <= _NOW),
)
_WAS_LEFT = exists().where(jobs.c.integration_id == integrations.c.id, IS_RUNNING)
_WAITING = prepare(
    select(integrations.c.id)
    .where(
        _IS_LIVE,
        or_(
            _WORK_WAITS,
            _WAS_LEFT,
            and_(integrations.c.quarantine.is_not(None), integrations.c.probe_at <= _NOW),
        ),
    )
    .order_by(integrations.c.id)
)
_TO_DELETE = prepare(
    select(accounts.c.id)
    .join(integrations, integrations.c.id == accounts.c.integration_id)
    .where(
        _IS_LIVE,
        integrations.c.policy["leavers"].astext == LeaverRule.DISABLE_THEN_DELETE.value,
        accounts.c.delete_at <= _NOW,
        accounts.c.uid.is_not(None),
        ~exists().where(jobs.c.account_id == accounts.c.id, jobs.c.created_at >= accounts.c.delete_at),
    )
)


async def has_removals(reader: Reader, integration_id: IntegrationId, now: datetime, *, deletes: bool) -> bool:
    """Say whether any job is due that would take access away; ``deletes``: disabled accounts go as well."""
    row = await reader.fetch_one(_HAS_REMOVALS, integration_id=integration_id, now=now, deletes=deletes)
    return row is not None and bool(row["any"])


async def count_removals(
    reader: Reader, integration_id: IntegrationId, now: datetime, window: timedelta, *, deletes: bool
) -> Removals:
    """Count the removals that a limit is held against."""
    row = await reader.fetch_one(
        _COUNT_REMOVALS, integration_id=integration_id, now=now, window=window, deletes=deletes
    )
    assert row is not None
    return Removals(**row)


async def find_head(reader: Reader, integration_id: IntegrationId, now: datetime, *, behind: int) -> Head | None:
    """Find where the queue begins, behind a priority."""
    row = await reader.fetch_one(_HEAD, integration_id=integration_id, now=now, behind=behind)
    return None if row is None else Head(row["priority"], row["of_groups"])


async def find_next_due(reader: Reader, integration_id: IntegrationId) -> datetime | None:
    """Find when the next job of the integration is due, be it past or to come."""
    row = await reader.fetch_one(_NEXT_DUE, integration_id=integration_id)
    return None if row is None else row["at"]


async def list_integrations_with_work(reader: Reader, now: datetime) -> list[IntegrationId]:
    """List the live integrations that need a run: jobs are due, were left running, or a probe is due."""
    return [IntegrationId(row["id"]) for row in await reader.fetch_all(_WAITING, now=now)]


async def list_accounts_to_delete(reader: Reader, now: datetime) -> list[AccountId]:
    """List disabled accounts whose time is up (*disable-then-delete*) and that no job was asked for since."""
    return [AccountId(row["id"]) for row in await reader.fetch_all(_TO_DELETE, now=now)]
