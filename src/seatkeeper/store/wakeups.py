"""Which integrations to wake a worker for, and telling whoever listens that something changed."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import (
    DateTime,
    Integer,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    exists,
    func,
    or_,
    select,
    table,
)
from sqlalchemy import text as sql
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import IntegrationState
from seatkeeper.core.jobs import JobState
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations, jobs

CHANGES = "seatkeeper_changes"
"""The channel that names the integrations whose Activity has something new, separated by commas."""

_IDS_IN_A_NOTICE = 200
"""PostgreSQL takes 8,000 bytes at once, and an id has 36 and its comma."""

RUNS = table("procrastinate_jobs", column("status"), column("queueing_lock", Text), column("id", Integer))
"""Procrastinate's own table; its ``queueing_lock`` is the id of the integration a run is for."""

_NOW = bindparam("now", type_=DateTime(timezone=True))
_IS_DUE = exists().where(
    jobs.c.integration_id == integrations.c.id,
    # Literal, so that the planner sees that the partial index jobs_due holds every such row.
    sql(f"jobs.state IN ('{JobState.QUEUED}', '{JobState.RETRYING}')"),
    jobs.c.due_at <= _NOW,
)
_IS_AWAITED = exists().where(
    RUNS.c.queueing_lock == cast(integrations.c.id, Text), sql("procrastinate_jobs.status = 'todo'")
)
_TO_WAKE = prepare(
    select(integrations.c.id).where(
        integrations.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))),
        integrations.c.state == sql(f"'{IntegrationState.LIVE}'"),
        integrations.c.quarantine.is_(None),
        or_(integrations.c.throttled_until.is_(None), integrations.c.throttled_until <= _NOW),
        _IS_DUE,
        ~_IS_AWAITED,
    )
)
_NOTIFY = prepare(select(func.pg_notify(sql(f"'{CHANGES}'"), bindparam("payload", type_=Text)).label("sent")))


_SWEEP_LOCK = 0x5EA7_5EE9
_TRY_SWEEP_LOCK = prepare(select(func.pg_try_advisory_xact_lock(_SWEEP_LOCK).label("alone")))


async def try_to_sweep_alone(reader: Reader) -> bool:
    """Say whether nobody else sweeps, and keep it so until the transaction of this connection ends."""
    row = await reader.fetch_one(_TRY_SWEEP_LOCK)
    return row is not None and bool(row["alone"])


async def list_to_wake(reader: Reader, ids: Collection[IntegrationId], now: datetime) -> list[IntegrationId]:
    """List those of the integrations that may run, have a due job, and have no run waiting to be fetched."""
    rows = await reader.fetch_all(_TO_WAKE, ids=list(ids), now=now)
    return [IntegrationId(row["id"]) for row in rows]


async def notify_changed(reader: Reader, ids: Collection[IntegrationId]) -> None:
    """Tell listeners which integrations changed.

    Never inside the transaction of the change: PostgreSQL makes commits that notify wait for one another.
    """
    names = sorted(str(integration_id) for integration_id in ids)
    for start in range(0, len(names), _IDS_IN_A_NOTICE):
        await reader.execute(_NOTIFY, payload=",".join(names[start : start + _IDS_IN_A_NOTICE]))
