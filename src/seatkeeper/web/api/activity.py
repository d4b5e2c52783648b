"""What happened: in one integration, in every one you may see, and what people did (the audit log)."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated, Literal
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import BaseModel, Field

from seatkeeper.core.access import Permission, allows
from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.events import ActorKind, EventKind
from seatkeeper.core.ids import EventId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.topics import AUDIT_TOPICS, TOPICS, Topic
from seatkeeper.operations.access import list_visible_integrations
from seatkeeper.store.queries.activity import ActivityFilter, ActivityRow, JobMark, Span, list_activity
from seatkeeper.store.queries.integrations import list_integrations
from seatkeeper.store.queries.notifications import read_horizon
from seatkeeper.store.texts import check_text
from seatkeeper.web.api.calls import Call, Entering, Seeing, SeeingWorkspace
from seatkeeper.web.api.job_shapes import EventShape
from seatkeeper.web.api.paging import PRINTABLE, After, Instant, Limit, Printed
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Page, ProblemShape, page_of

router = APIRouter(tags=["Activity and audit log"], route_class=Operation)

_SETTLED = timedelta(seconds=5)
"""Clocks of processes may differ by that: a younger event may yet be preceded by another."""
_FIRST, _LAST = datetime(1970, 1, 2, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC)


class JobMarkShape(BaseModel):
    """How the job of an event stands now."""

    state: JobState
    problem: ProblemShape | None
    started_at: datetime | None
    ended_at: datetime | None

    @classmethod
    def of(cls, job: JobMark | None) -> "JobMarkShape | None":
        """Tell it."""
        if job is None:
            return None
        problem = ProblemShape.of(job.problem)
        return cls(state=job.state, problem=problem, started_at=job.started_at, ended_at=job.ended_at)


class ActivityShape(EventShape):
    """An event with the job it belongs to, if it belongs to one."""

    job: JobMarkShape | None

    @classmethod
    def told(cls, row: ActivityRow) -> "ActivityShape":
        """Tell a row."""
        return cls(**EventShape.of(row.event).model_dump(), job=JobMarkShape.of(row.job))


class AuditQuery(BaseModel):
    """Which events are asked for; what is left out does not narrow."""

    limit: Limit = 50
    after: After = None
    order: Literal["newest", "oldest"] = Field(
        "newest",
        description="Which come first. With `oldest` there is always a `next`: asked with it again and again, the"
        " list tells everything once, some seconds after it happened.",
    )
    topic: str | None = Field(None, json_schema_extra={"enum": [*AUDIT_TOPICS]})
    kind: list[EventKind] = Field([], description="Only those of one of these kinds.")
    target: Printed = Field("", max_length=200, description="How its name begins.", json_schema_extra=PRINTABLE)
    since: Instant | None = None
    until: Instant | None = Field(None, description="Not included.")

    def narrow(self, wanted: ActivityFilter, topics: Mapping[str, Topic]) -> ActivityFilter:
        """Narrow what is wanted. Raises ``InvalidValueError``."""
        if self.topic and self.topic not in topics:
            raise InvalidValueError(f"There is no topic {self.topic}; there are {', '.join(topics)}.")
        kinds = topics[self.topic].kinds if self.topic else frozenset()
        return replace(
            wanted,
            kinds=kinds | frozenset(self.kind),
            person=check_text(self.target.strip(), "The name"),
            since=None if self.since is None else min(max(self.since, _FIRST), _LAST),
            until=None if self.until is None else min(max(self.until, _FIRST), _LAST),
        )


class ActivityQuery(AuditQuery):
    """As the Activity tab narrows."""

    topic: str | None = Field(None, json_schema_extra={"enum": [*TOPICS]})
    actor: ActorKind | None = None
    state: JobState | None = Field(None, description="Only events whose job stands so now.")
    fold: bool = Field(False, description="One event for a job, the one that asked for it, as the page begins.")

    def narrow(self, wanted: ActivityFilter, topics: Mapping[str, Topic]) -> ActivityFilter:
        """Narrow what is wanted. Raises ``InvalidValueError``."""
        narrowed = super().narrow(wanted, topics)
        return replace(narrowed, actor=self.actor, state=self.state, every=not self.fold)


Asked = Annotated[ActivityQuery, Query()]


@router.get("/integrations/{integration}/events")
async def list_events_here(call: Seeing, asked: Asked) -> Page[ActivityShape]:
    """List what happened in an integration, the newest first."""
    return await _list(call, asked.narrow(ActivityFilter([call.integration.id]), TOPICS), asked)


@router.get("/events")
async def list_events_everywhere(call: Entering, asked: Asked) -> Page[ActivityShape]:
    """List what happened in every integration you may see, the newest first."""
    async with call.read() as reader:
        seen = await list_visible_integrations(reader, call.guest)
    wanted = ActivityFilter([one.id for one, _ in seen], with_deleted=allows(call.guest, Permission.SEE))
    return await _list(call, asked.narrow(wanted, TOPICS), asked)


@router.get("/audit")
async def list_audit_log(call: SeeingWorkspace, asked: Annotated[AuditQuery, Query()]) -> Page[ActivityShape]:
    """List what people did, in the workspace and in every integration, the newest first."""
    async with call.read() as reader:
        everywhere = [one.id for one in await list_integrations(reader)]
    wanted = ActivityFilter(everywhere, actor=ActorKind.PERSON, with_workspace=True)
    return await _list(call, asked.narrow(wanted, AUDIT_TOPICS), asked)


async def _list(call: Call, wanted: ActivityFilter, asked: AuditQuery) -> Page[ActivityShape]:
    if asked.order == "oldest":
        return await _follow(call, wanted, asked)
    span = Span(before=None if asked.after is None else EventId(asked.after), limit=asked.limit + 1)
    async with call.read() as reader:
        found = await list_activity(reader, wanted, span)
    rows, following = page_of(found, asked.limit, lambda row: row.event.id)
    return Page(items=[ActivityShape.told(row) for row in rows], next=following)


async def _follow(call: Call, wanted: ActivityFilter, asked: AuditQuery) -> Page[ActivityShape]:
    begin = asked.after or UUID(int=0)
    async with call.read() as reader:
        horizon = await read_horizon(reader, _SETTLED)
        found = await list_activity(reader, wanted, Span(after=EventId(begin), limit=asked.limit))
    rows = [row for row in reversed(found) if row.event.id < horizon]
    return Page(items=[ActivityShape.told(row) for row in rows], next=str(rows[-1].event.id if rows else begin))
