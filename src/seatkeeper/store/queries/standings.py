"""How integrations stand, in figures that are read from indexes however much has happened."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ColumnElement,
    ScalarSelect,
    Select,
    Subquery,
    Table,
    Uuid,
    bindparam,
    exists,
    func,
    select,
)

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.jobs import GOOD, OPEN, JobState
from seatkeeper.core.tasks import TaskState
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.due_jobs import written
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import events, groups, integrations, jobs, tasks, users

FAILURES_LOOKED_AT = 500
"""Only so many of the newest failed jobs of an integration are looked at."""

_ENDS_LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """What an integration holds and what goes on in it. ``people`` are the active Users."""

    people: int
    groups: int
    open_jobs: int
    failed: int
    """Accounts and app groups whose newest job failed, among the newest ``FAILURES_LOOKED_AT`` failed jobs."""
    tasks: int
    """Tasks that wait for a person."""
    proven: bool
    """A job ended well not long ago."""
    last_event_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Outlook:
    """What the health of an integration depends on; see ``core.health``."""

    failed: bool
    tasks: bool
    proven: bool


def not_followed(failed: Subquery | Table) -> ColumnElement[bool]:
    """Say of jobs that no newer one is about the same account or app group."""
    newer = jobs.alias("newer")
    of_account = exists().where(newer.c.account_id == failed.c.account_id, newer.c.id > failed.c.id)
    of_group = exists().where(newer.c.app_group_id == failed.c.app_group_id, newer.c.id > failed.c.id)
    return ~of_account & ~of_group


def _count(table: Table, *conditions: ColumnElement[bool]) -> ScalarSelect[int]:
    counted = select(func.count()).select_from(table)
    return counted.where(table.c.integration_id == integrations.c.id, *conditions).scalar_subquery()


def _failed() -> ScalarSelect[int]:
    newest = _newest_failed()
    return select(func.count()).select_from(newest).where(not_followed(newest)).scalar_subquery()


def _proven() -> ColumnElement[bool]:
    newest = (
        select(jobs.c.state)
        .where(jobs.c.integration_id == integrations.c.id, jobs.c.ended_at.is_not(None))
        .order_by(jobs.c.ended_at.desc())
        .limit(_ENDS_LOOKED_AT)
        .correlate(integrations)
        .subquery("ended")
    )
    return exists().where(newest.c.state.in_([written(state) for state in sorted(GOOD)]))


def _last_event() -> ScalarSelect[datetime]:
    newest = select(events.c.at).where(events.c.integration_id == integrations.c.id)
    return newest.order_by(events.c.id.desc()).limit(1).scalar_subquery()


def _standings() -> Select[tuple[object, ...]]:
    is_open = jobs.c.state.in_([written(state) for state in sorted(OPEN)])
    return select(
        integrations.c.id,
        _count(users, users.c.active).label("people"),
        _count(groups).label("groups"),
        _count(jobs, is_open).label("open_jobs"),
        _failed().label("failed"),
        _count(tasks, tasks.c.state == written(TaskState.OPEN)).label("tasks"),
        _proven().label("proven"),
        _last_event().label("last_event_at"),
    )


def _newest_failed() -> Subquery:
    return (
        select(jobs.c.id, jobs.c.account_id, jobs.c.app_group_id)
        .where(jobs.c.integration_id == integrations.c.id, jobs.c.state == written(JobState.FAILED))
        .order_by(jobs.c.id.desc())
        .limit(FAILURES_LOOKED_AT)
        .correlate(integrations)
        .subquery("failed")
    )


def _outlook() -> Select[bool, bool, bool]:
    newest = _newest_failed()
    is_open = (tasks.c.integration_id == integrations.c.id, tasks.c.state == written(TaskState.OPEN))
    return select(
        select(newest.c.id).where(not_followed(newest)).exists().label("failed"),
        exists().where(*is_open).label("tasks"),
        _proven().label("proven"),
    ).where(integrations.c.id == bindparam("id", type_=Uuid))


_STANDINGS = prepare(_standings())
_OUTLOOK = prepare(_outlook())
_STANDING = prepare(_standings().where(integrations.c.id == bindparam("id", type_=Uuid)))


async def list_standings(reader: Reader) -> dict[IntegrationId, Standing]:
    """Count what there is and what is going on, for every integration."""
    return {IntegrationId(row.pop("id")): Standing(**row) for row in await reader.fetch_all(_STANDINGS)}


async def get_standing(reader: Reader, integration_id: IntegrationId) -> Standing:
    """Count what there is and what is going on in one integration. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_STANDING, id=integration_id)
    if row is None:
        raise NotFoundError(f"There is no integration with the id {integration_id}.")
    row.pop("id")
    return Standing(**row)


async def get_outlook(reader: Reader, integration_id: IntegrationId) -> Outlook:
    """Read what the health of an integration depends on, and count nothing. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_OUTLOOK, id=integration_id)
    if row is None:
        raise NotFoundError(f"There is no integration with the id {integration_id}.")
    return Outlook(**row)
