"""Reading Activity as people do: a page of rows, each with the job it led to, newest first.

Every page is a walk along an index that ends with the page, whatever the filter and however far back.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    ColumnElement,
    FromClause,
    Integer,
    Select,
    Text,
    TextClause,
    Uuid,
    bindparam,
    func,
    literal,
    select,
    text,
    union_all,
)
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.events import ActorKind, EventKind
from seatkeeper.core.ids import EventId, IntegrationId, JobId
from seatkeeper.core.jobs import JobKind, JobState
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.identifiers import first_id
from seatkeeper.store.queries.events import ListedEvent
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import INSTANT, events, integrations, jobs


@dataclass(frozen=True, slots=True)
class ActivityFilter:
    """Which rows are asked for; what is empty does not narrow.

    ``person`` is how the target's name begins, without case. ``since`` is included and ``until`` is not.
    What happened to a job is told in the row that asked for it, unless ``every`` event is asked for, or just some
    kinds, or what somebody did.
    """

    integrations: Sequence[IntegrationId]
    kinds: frozenset[EventKind] = frozenset()
    actor: ActorKind | None = None
    person: str = ""
    state: JobState | None = None
    since: datetime | None = None
    until: datetime | None = None
    every: bool = False
    with_deleted: bool = False
    """Also what is told of integrations that are gone."""
    with_workspace: bool = False
    """Also what belongs to no integration at all: members and how they sign in, providers, tokens."""

    @property
    def is_empty(self) -> bool:
        """Nothing can pass."""
        return not (self.integrations or self.with_deleted or self.with_workspace)

    @property
    def folds(self) -> bool:
        """One row for a job, rather than one for each event."""
        return not (self.every or self.kinds or self.actor)


@dataclass(frozen=True, slots=True)
class Span:
    """Which part of the rows: those ``before`` an event, ``after`` one, or from one on (``at_most``)."""

    before: EventId | None = None
    after: EventId | None = None
    at_most: EventId | None = None
    limit: int = 50


@dataclass(frozen=True, slots=True)
class JobMark:
    """How the job of a row stands."""

    id: JobId
    kind: JobKind
    state: JobState
    problem: Problem | None
    due_at: datetime
    started_at: datetime | None
    ended_at: datetime | None


@dataclass(frozen=True, slots=True)
class ActivityRow:
    """A row of Activity. ``integration_name`` is empty for an integration that is gone."""

    event: ListedEvent
    integration_name: str
    job: JobMark | None


_SLACK = timedelta(days=1)
"""An event's id is made a little after the instant it tells of, and by another clock."""

_EVENT = ("id", "at", "kind", "actor", "actor_name", "target", "user_id", "job_id", "request_id", "details")
_JOB = ("kind", "state", "problem_code", "problem_detail", "due_at", "started_at", "ended_at")
_NOT_FOLDED = text("NOT events.folded")
_BY_PERSON = text(f"events.actor = '{ActorKind.PERSON}'")
_LIMIT = bindparam("limit", type_=Integer)
_DELETION = text(f"'{EventKind.INTEGRATION_DELETED}'")
_HIGHEST = "\U0010ffff"


async def list_activity(reader: Reader, wanted: ActivityFilter, span: Span) -> list[ActivityRow]:
    """List a page of rows, newest first; those ``after`` an event are the ones just above it."""
    if wanted.is_empty:
        return []
    return [_row(row) for row in await _fetch(reader, _listing(_form(wanted, span)), wanted, span)]


async def count_activity(reader: Reader, wanted: ActivityFilter, after: EventId, at_most: int) -> int:
    """Count the rows that are newer than an event, up to ``at_most``."""
    if wanted.is_empty:
        return 0
    span = Span(after=after, limit=at_most)
    [row] = await _fetch(reader, _counting(_form(wanted, span)), wanted, span)
    return int(row["count"])


async def _fetch(reader: Reader, statement: Prepared, wanted: ActivityFilter, span: Span) -> list[Row]:
    # Never prepared on the server: which index is best depends on what is asked for.
    values = statement.values(_values(wanted, span))
    cursor = await reader.connection.execute(statement.sql, values, prepare=False)
    return await cursor.fetchall()


@dataclass(frozen=True, slots=True)
class _Form:
    """All that the text of a statement depends on."""

    asks: frozenset[str]
    actor: ActorKind | None
    cursor: str
    folds: bool


def _form(wanted: ActivityFilter, span: Span) -> _Form:
    asks = ("integrations", "kinds", "person", "state", "since", "until", "with_deleted", "with_workspace")
    [cursor] = [name for name in ("before", "after", "at_most") if getattr(span, name) is not None] or [""]
    return _Form(frozenset(name for name in asks if getattr(wanted, name)), wanted.actor, cursor, wanted.folds)


def _values(wanted: ActivityFilter, span: Span) -> dict[str, Any]:
    since, until, state = wanted.since, wanted.until, wanted.state
    return {
        "integration_ids": list(wanted.integrations),
        "kinds": sorted(kind.value for kind in wanted.kinds),
        "actor": wanted.actor,
        "begins": wanted.person.lower(),
        "ends": wanted.person.lower() + _HIGHEST,
        "state": None if state is None else state.value,
        "since": since,
        "first_id": None if since is None else first_id(since - _SLACK),
        "until": until,
        "last_id": None if until is None else first_id(until + _SLACK),
        "cursor": span.before or span.after or span.at_most,
        "limit": span.limit,
    }


@cache
def _listing(form: _Form) -> Prepared:
    page = _merged(form).subquery("page")
    return prepare(
        select(
            *page.c,
            *(jobs.c[name].label(f"job_{name}") for name in _JOB),
            func.coalesce(integrations.c.slug, page.c.details["slug"].astext, "").label("slug"),
            func.coalesce(integrations.c.name, "").label("integration_name"),
        )
        .select_from(page)
        .outerjoin(jobs, jobs.c.id == page.c.job_id)
        .outerjoin(integrations, integrations.c.id == page.c.integration_id)
        .order_by(page.c.id.desc())
    )


@cache
def _counting(form: _Form) -> Prepared:
    return prepare(select(func.count().label("count")).select_from(_merged(form).subquery("newer")))


def _merged(form: _Form) -> Select[Any]:
    """Take a page of each integration and kind from the index it has to itself, and the page from those."""
    parts = []
    if "integrations" in form.asks:
        owners = (
            func.unnest(bindparam("integration_ids", type_=ARRAY(Uuid)))
            .table_valued("id", name="owners")
            .render_derived()
        )
        parts.append(_parted(form, owners, events.c.integration_id == owners.c.id))
    if "with_workspace" in form.asks or "with_deleted" in form.asks:
        nobodys: ColumnElement[bool] = events.c.integration_id.is_(None)
        if "with_workspace" not in form.asks:
            nobodys &= events.c.kind == _DELETION
        parts.append(_parted(form, select(literal(1).label("one")).subquery(), nobodys))
    together = union_all(*parts).subquery("together")
    return select(*together.c).order_by(_order(together.c.id, form)).limit(_LIMIT)


def _parted(form: _Form, source: FromClause, owner: ColumnElement[bool]) -> Select[Any]:
    if "kinds" in form.asks:
        kinds = (
            func.unnest(bindparam("kinds", type_=ARRAY(Text))).table_valued("kind", name="kinds").render_derived()
        )
        source = source.join(kinds, literal(True))
        owner = owner & (events.c.kind == kinds.c.kind)
    each = _page(form, owner).lateral()
    return select(*each.c).select_from(source.join(each, literal(True)))


def _page(form: _Form, owner: ColumnElement[bool]) -> Select[Any]:
    statement = select(*(events.c[name] for name in _EVENT), events.c.integration_id).where(
        owner, *_within(form), *_narrowed(form)
    )
    if "state" in form.asks:
        statement = statement.join(jobs, jobs.c.id == events.c.job_id).where(
            jobs.c.state == bindparam("state", type_=Text), jobs.c.integration_id == events.c.integration_id
        )
    return statement.order_by(_order(events.c.id, form)).limit(_LIMIT)


def _narrowed(form: _Form) -> list[ColumnElement[bool] | TextClause]:
    conditions: list[ColumnElement[bool] | TextClause] = [_NOT_FOLDED] if form.folds else []
    if form.actor is ActorKind.PERSON:
        conditions.append(_BY_PERSON)
    elif form.actor is not None:
        conditions.append(events.c.actor == bindparam("actor", type_=Text))
    if "person" in form.asks:
        target = func.lower(events.c.target)
        conditions.append(target.op("~>=~")(bindparam("begins", type_=Text)))
        conditions.append(target.op("~<~")(bindparam("ends", type_=Text)))
    return conditions


def _within(form: _Form) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    cursor = bindparam("cursor", type_=Uuid)
    if form.cursor:
        beyond = {"before": events.c.id < cursor, "after": events.c.id > cursor, "at_most": events.c.id <= cursor}
        conditions.append(beyond[form.cursor])
    if "since" in form.asks:
        conditions.append(events.c.at >= bindparam("since", type_=INSTANT))
        conditions.append(events.c.id >= bindparam("first_id", type_=Uuid))
    if "until" in form.asks:
        conditions.append(events.c.at < bindparam("until", type_=INSTANT))
        conditions.append(events.c.id < bindparam("last_id", type_=Uuid))
    return conditions


def _order(column: ColumnElement[Any], form: _Form) -> ColumnElement[Any]:
    return column.asc() if form.cursor == "after" else column.desc()


def _row(row: Row) -> ActivityRow:
    event = ListedEvent(
        **{name: row[name] for name in _EVENT} | {"kind": EventKind(row["kind"])}, integration=row["slug"]
    )
    return ActivityRow(event, row["integration_name"], _mark(row))


def _mark(row: Row) -> JobMark | None:
    if row["job_state"] is None:
        return None
    code = row["job_problem_code"]
    return JobMark(
        id=JobId(row["job_id"]),
        kind=JobKind(row["job_kind"]),
        state=JobState(row["job_state"]),
        problem=None if code is None else Problem(ProblemCode(code), row["job_problem_detail"] or ""),
        due_at=row["job_due_at"],
        started_at=row["job_started_at"],
        ended_at=row["job_ended_at"],
    )
