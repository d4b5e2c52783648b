"""How the installation as a whole stands: its tables, clock, queue and workers."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import (
    BigInteger,
    DateTime,
    Interval,
    Select,
    Text,
    any_,
    bindparam,
    column,
    func,
    literal,
    or_,
    select,
    table,
    union_all,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.integrations import IntegrationState
from seatkeeper.core.jobs import ENDED, PENDING, JobState
from seatkeeper.core.tasks import TaskState
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations, jobs, tasks

_WORKERS = table(
    "procrastinate_workers", column("id", BigInteger), column("last_heartbeat", DateTime(timezone=True))
)
_REVISIONS = table("alembic_version", column("version_num", Text))


@dataclass(frozen=True, slots=True)
class QueueStanding:
    """What waits, what went wrong, and who works on it.

    ``open_jobs`` and ``ended_jobs`` (of the last hour) are by state, those without jobs left out.
    ``oldest_due_at`` is None when nothing that may run is due.
    """

    open_jobs: Mapping[JobState, int]
    ended_jobs: Mapping[JobState, int]
    oldest_due_at: datetime | None
    open_tasks: int
    quarantined: int
    workers: int
    """Workers with a heartbeat in the time asked for."""


@dataclass(frozen=True, slots=True)
class HeardWorker:
    """A worker's number, and when it last said that it is alive."""

    number: int
    heard_at: datetime


@dataclass(frozen=True, slots=True)
class DatabaseFacts:
    """What the database says of itself. ``size`` is in bytes; ``connections`` are those to this database."""

    version: str
    size: int
    connections: int
    most_connections: int


def _counted(condition: str) -> Select[tuple[str, int]]:
    return select(jobs.c.state, func.count().label("count")).where(sql(condition)).group_by(jobs.c.state)


_PENDING = ", ".join(f"'{state}'" for state in sorted(PENDING))
# One part for each partial index that holds some of the open jobs: ended ones may be millions.
_OPEN = prepare(
    union_all(
        _counted("jobs.state IN ('queued', 'retrying')"),
        _counted("jobs.state = 'running'"),
        _counted(f"jobs.account_id IS NOT NULL AND jobs.state IN ({_PENDING}) AND jobs.state = 'waiting'"),
        _counted(f"jobs.app_group_id IS NOT NULL AND jobs.state IN ({_PENDING}) AND jobs.state = 'waiting'"),
    )
)
# Ids are UUIDv7: those of an hour are one range of the primary key.
_ENDED = prepare(
    select(jobs.c.state, func.count().label("count"))
    .where(
        jobs.c.id >= func.uuidv7(sql("interval '-1 hour'")),
        jobs.c.state == any_(literal(sorted(ENDED), ARRAY(Text))),
    )
    .group_by(jobs.c.state)
)
_NOW = bindparam("now", type_=DateTime(timezone=True))
_OLDEST_DUE = prepare(
    select(func.min(jobs.c.due_at).label("at"))
    .join(integrations, integrations.c.id == jobs.c.integration_id)
    .where(
        sql("jobs.state IN ('queued', 'retrying')"),
        jobs.c.due_at <= _NOW,
        integrations.c.state == IntegrationState.LIVE.value,
        integrations.c.quarantine.is_(None),
        or_(integrations.c.throttled_until.is_(None), integrations.c.throttled_until <= _NOW),
    )
)
_COUNTS = prepare(
    select(
        select(func.count())
        .select_from(tasks)
        .where(tasks.c.state == TaskState.OPEN.value)
        .scalar_subquery()
        .label("tasks"),
        select(func.count())
        .select_from(integrations)
        .where(integrations.c.quarantine.is_not(None))
        .scalar_subquery()
        .label("quarantined"),
        select(func.count())
        .select_from(_WORKERS)
        .where(_WORKERS.c.last_heartbeat > func.now() - bindparam("heard_within", type_=Interval))
        .scalar_subquery()
        .label("workers"),
    )
)
_HEARD = prepare(
    select(func.count().label("workers"))
    .select_from(_WORKERS)
    .where(_WORKERS.c.last_heartbeat > func.now() - bindparam("heard_within", type_=Interval))
)
_LISTED = prepare(select(_WORKERS.c.id, _WORKERS.c.last_heartbeat).order_by(_WORKERS.c.last_heartbeat.desc()))
_FACTS = prepare(
    sql(
        "SELECT current_setting('server_version') AS version, pg_database_size(current_database()) AS size,"
        " (SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()) AS connections,"
        " current_setting('max_connections')::int AS most_connections"
    )
)
_REVISION = prepare(select(_REVISIONS.c.version_num.label("revision")))
_CLOCK = prepare(select(func.clock_timestamp().label("at")))


async def read_queue_standing(reader: Reader, now: datetime, heard_within: timedelta) -> QueueStanding:
    """Count what waits and who works."""
    oldest = await reader.fetch_one(_OLDEST_DUE, now=now)
    [counts] = await reader.fetch_all(_COUNTS, heard_within=heard_within)
    open_jobs: dict[JobState, int] = {}
    for row in await reader.fetch_all(_OPEN):
        open_jobs[JobState(row["state"])] = open_jobs.get(JobState(row["state"]), 0) + row["count"]
    return QueueStanding(
        open_jobs=open_jobs,
        ended_jobs={JobState(row["state"]): row["count"] for row in await reader.fetch_all(_ENDED)},
        oldest_due_at=None if oldest is None else oldest["at"],
        open_tasks=counts["tasks"],
        quarantined=counts["quarantined"],
        workers=counts["workers"],
    )


async def count_workers(reader: Reader, heard_within: timedelta) -> int:
    """Count the workers with a heartbeat in the time asked for."""
    [row] = await reader.fetch_all(_HEARD, heard_within=heard_within)
    return int(row["workers"])


async def list_workers(reader: Reader) -> list[HeardWorker]:
    """List the workers there were lately, those heard last first."""
    return [HeardWorker(row["id"], row["last_heartbeat"]) for row in await reader.fetch_all(_LISTED)]


async def read_database_facts(reader: Reader) -> DatabaseFacts:
    """Ask the database about itself."""
    [row] = await reader.fetch_all(_FACTS)
    return DatabaseFacts(**row)


async def find_revision(reader: Reader) -> str | None:
    """Name the newest migration the database has."""
    row = await reader.fetch_one(_REVISION)
    return None if row is None else str(row["revision"])


async def read_clock(reader: Reader) -> datetime:
    """Read the database's clock."""
    [row] = await reader.fetch_all(_CLOCK)
    at: datetime = row["at"]
    return at
