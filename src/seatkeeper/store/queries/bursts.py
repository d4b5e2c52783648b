"""How the work of an integration gets on: the burst under way, and the last hours."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, Integer, Interval, Label, Select, bindparam, func, literal_column, select

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.jobs import GOOD, JobState
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.due_jobs import IS_CLAIMABLE, IS_RUNNING, OF_INTEGRATION, written
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import jobs

MOST_COUNTED = 100_000
"""Figures of a burst stop here."""

MOST_IN_AN_HOUR = 5_000
"""Of each hour only the first so many ended jobs are counted."""

_LOOK_BACK = timedelta(hours=24)
_RATE_OVER = timedelta(minutes=1)
_MOST_ROUNDS = 20
_ENDED_TOGETHER = 50

_SINCE = bindparam("since", type_=DateTime(timezone=True))
_NOW = bindparam("now", type_=DateTime(timezone=True))


@dataclass(frozen=True, slots=True)
class Burst:
    """The work under way since the queue was last empty. ``started_at`` is None when nothing is under way.

    ``left`` may run now, ``later`` is to be tried again later; what waits for a person is in neither.
    ``ended_lately`` ended within ``lately``, which is at most a minute.
    """

    started_at: datetime | None
    done: int
    running: int
    left: int
    later: int
    ended_lately: int
    lately: timedelta

    @property
    def per_second(self) -> float | None:
        """The pace of late; None as long as nothing tells it."""
        seconds = self.lately.total_seconds()
        return self.ended_lately / seconds if self.ended_lately and seconds >= 1 else None

    @property
    def remaining(self) -> timedelta | None:
        """How long what is left takes at that pace; None where nobody can tell."""
        pace = self.per_second
        return None if pace is None else timedelta(seconds=self.left / pace)


@dataclass(frozen=True, slots=True)
class Hour:
    """What ended in one hour. ``is_full``: more ended than was counted."""

    at: datetime
    good: int
    failed: int
    is_full: bool


def _counted(statement: Select[int], name: str) -> Label[int]:
    bounded = statement.limit(MOST_COUNTED).subquery(f"{name}_ones")
    return select(func.count()).select_from(bounded).scalar_subquery().label(name)


_ONE = literal_column("1", Integer)
_ENDED = select(_ONE).select_from(jobs).where(OF_INTEGRATION, jobs.c.ended_at.is_not(None))
_OPEN = select(_ONE).select_from(jobs).where(OF_INTEGRATION)
_OLDEST = prepare(
    select(jobs.c.created_at.label("at"))
    .where(OF_INTEGRATION, jobs.c.state.in_([written(JobState.QUEUED), written(JobState.RUNNING)]))
    .order_by(jobs.c.id)
    .limit(1)
)
_first_ended = (
    select(jobs.c.created_at)
    .where(OF_INTEGRATION, jobs.c.ended_at.is_not(None), jobs.c.ended_at >= _SINCE)
    .order_by(jobs.c.ended_at)
    .limit(_ENDED_TOGETHER)
    .subquery("first_ended")
)
_EARLIER = prepare(select(func.min(_first_ended.c.created_at).label("at")))
_FIGURES = prepare(
    select(
        _counted(_ENDED.where(jobs.c.ended_at >= _SINCE), "done"),
        _counted(_OPEN.where(IS_RUNNING), "running"),
        _counted(_OPEN.where(IS_CLAIMABLE, jobs.c.due_at <= _NOW), "due"),
        _counted(_OPEN.where(IS_CLAIMABLE, jobs.c.due_at > _NOW), "later"),
        _counted(
            _ENDED.where(jobs.c.ended_at >= bindparam("lately", type_=DateTime(timezone=True))), "ended_lately"
        ),
    )
)
_HOUR = literal_column("interval '1 hour'", Interval)
_hours = (
    func.generate_series(bindparam("first", type_=DateTime(timezone=True)), _NOW, _HOUR)
    .table_valued("at", name="hours")
    .render_derived()
)
_ended_within = (
    select(jobs.c.state)
    .where(
        OF_INTEGRATION,
        jobs.c.ended_at.is_not(None),
        jobs.c.ended_at >= _hours.c.at,
        jobs.c.ended_at < _hours.c.at + _HOUR,
    )
    .limit(MOST_IN_AN_HOUR)
    .lateral("ended")
)
_good = _ended_within.c.state.in_([written(state) for state in sorted(GOOD)])
_HOURS = prepare(
    select(
        _hours.c.at,
        func.count().filter(_good).label("good"),
        func.count().filter(_ended_within.c.state == written(JobState.FAILED)).label("failed"),
        func.count(_ended_within.c.state).label("counted"),
    )
    .select_from(_hours.outerjoin(_ended_within, literal_column("true")))
    .group_by(_hours.c.at)
    .order_by(_hours.c.at)
)


async def read_burst(reader: Reader, integration_id: IntegrationId, now: datetime) -> Burst:
    """Work out what is under way.

    The queue has not been empty since the oldest open job was asked for; nor had it been, when the first of the
    jobs that ended since then were asked for; and so on, for a day at most.
    """
    oldest = await reader.fetch_one(_OLDEST, integration_id=integration_id)
    started_at = None if oldest is None else await _look_back(reader, integration_id, oldest["at"], now)
    since = started_at or now
    lately = max(since, now - _RATE_OVER)
    [row] = await reader.fetch_all(_FIGURES, integration_id=integration_id, since=since, now=now, lately=lately)
    return Burst(
        started_at,
        row["done"],
        row["running"],
        row["due"] + row["running"],
        row["later"],
        row["ended_lately"],
        now - lately,
    )


async def list_hours(reader: Reader, integration_id: IntegrationId, now: datetime) -> list[Hour]:
    """Count what ended well and what failed in each of the last 24 hours, the one under way last."""
    first = now.replace(minute=0, second=0, microsecond=0) - timedelta(hours=23)
    rows = await reader.fetch_all(_HOURS, integration_id=integration_id, first=first, now=now)
    return [Hour(row["at"], row["good"], row["failed"], row["counted"] >= MOST_IN_AN_HOUR) for row in rows]


async def _look_back(reader: Reader, integration_id: IntegrationId, since: datetime, now: datetime) -> datetime:
    for _ in range(_MOST_ROUNDS):
        [row] = await reader.fetch_all(_EARLIER, integration_id=integration_id, since=since)
        if row["at"] is None or row["at"] >= since or since < now - _LOOK_BACK:
            break
        since = row["at"]
    return since
