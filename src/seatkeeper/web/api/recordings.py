"""Recordings of what an identity provider sends, and replays of them into a copy of the integration."""

from datetime import datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query
from pydantic import BaseModel, ConfigDict, Field, StrictInt

from seatkeeper.core.access import Permission
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import RecordingId
from seatkeeper.core.recordings import Bounds, EndReason, Exchange, decode_exchange
from seatkeeper.core.replays import ReplayState
from seatkeeper.operations.access import demand
from seatkeeper.operations.recordings import Wish, delete_recording, start_recording, stop_recording
from seatkeeper.operations.replays import begin_replay, was_interrupted
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.recordings import Recording, find_recording, list_exchanges, list_recordings
from seatkeeper.store.queries.replays import Replay, find_replay, list_replays
from seatkeeper.web.api.calls import Configuring, IntegrationCall
from seatkeeper.web.api.dry_runs import FindingsShape
from seatkeeper.web.api.paging import Limit
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Page, Shape, page_of
from seatkeeper.web.replaying import carry_out_replay

router = APIRouter(prefix="/integrations/{integration}", tags=["Recordings and replays"], route_class=Operation)

Attribute = Annotated[str, Field(pattern="^[A-Za-z][A-Za-z0-9_-]{0,60}$")]
Number = Annotated[int, Query(ge=0, le=10_000_000, description="Where to go on: `next` of the part before.")]
Copy = Annotated[str, Path(description="The slug of the copy.", pattern=r"^[a-z0-9-]{1,63}$")]


class RecordingBody(Shape):
    """How to record; a recording ends with whichever bound comes first."""

    requests: StrictInt = Field(500, ge=1, le=10_000)
    minutes: StrictInt = Field(60, ge=1, le=7 * 24 * 60)
    kept: list[Attribute] = Field([], max_length=100, description="Attributes whose values are kept as they are.")


class RecordingShape(BaseModel):
    """A recording; it runs until ``ended_at``."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kept: list[str]
    most_requests: int
    most_bytes: int
    requests: int
    bytes: int
    actor_name: str
    started_at: datetime
    ends_at: datetime
    ended_at: datetime | None
    end_reason: EndReason | None


class ExchangeShape(BaseModel):
    """One request and its answer: secrets are left out, and stand-ins are in the place of people's values."""

    number: int
    at: datetime
    method: str
    target: str
    headers: dict[str, str]
    body: Any
    status: int
    ms: int
    answer: Any
    left_out: list[str]

    @classmethod
    def of(cls, number: int, exchange: Exchange) -> "ExchangeShape":
        """Tell an exchange."""
        plain = {name: getattr(exchange, name) for name in cls.model_fields if name not in {"number", "left_out"}}
        return cls(**plain, number=number, left_out=list(exchange.left_out))


class StatusDifferenceShape(BaseModel):
    """A request that was answered otherwise than it was recorded."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    method: str
    target: str
    recorded: int
    found: int
    detail: str


class ReplayShape(BaseModel):
    """A replay into a copy, which is a draft and cannot reach the app."""

    copy_slug: str
    copy_name: str
    recording_id: UUID | None
    state: ReplayState
    interrupted: bool = Field(description="It was running when its process ended: start another.")
    requests: int
    sent: int
    actor_name: str
    started_at: datetime
    updated_at: datetime
    made_before: int = Field(description="Users and groups made of what shows that they were there before.")
    left_out: int = Field(description="Requests recorded without their body.")
    different: int
    differences: list[StatusDifferenceShape] = Field(description="The first of them.")
    statuses: dict[int, int] = Field(description="How often each status was the answer.")
    plan: FindingsShape | None = Field(description="What the mapping makes of everybody.")
    problem: str = Field(description="Why it ended early.")

    @classmethod
    def of(cls, replayed: Replay, now: datetime) -> "ReplayShape":
        """Tell a replay."""
        found = replayed.findings
        plain = ("recording_id", "state", "requests", "sent", "actor_name", "started_at", "updated_at")
        counts = ("made_before", "left_out", "different", "problem")
        return cls(
            **{name: getattr(replayed, name) for name in plain},
            **{name: getattr(found, name) for name in counts},
            copy_slug=replayed.slug,
            copy_name=replayed.name,
            interrupted=was_interrupted(replayed, now),
            differences=[StatusDifferenceShape.model_validate(one) for one in found.differences],
            statuses=dict(found.statuses),
            plan=None if found.plan is None else FindingsShape.found(found.plan),
        )


@router.get("/recordings")
async def list_all_recordings(call: Configuring) -> list[RecordingShape]:
    """List the recordings of an integration, the latest first."""
    async with call.read() as reader:
        return [RecordingShape.model_validate(one) for one in await list_recordings(reader, call.integration.id)]


@router.post("/recordings", status_code=201)
async def record(call: Configuring, body: RecordingBody) -> RecordingShape:
    """Begin to record what the identity provider sends."""
    wish = Wish(Bounds(requests=body.requests, lasts=timedelta(minutes=body.minutes)), " ".join(body.kept))
    async with call.transaction() as tx:
        made = await start_recording(tx, call.integration, wish)
        return RecordingShape.model_validate(await _find(call, tx, made))


@router.get("/recordings/{recording}")
async def read_recording(call: Configuring, recording: UUID) -> RecordingShape:
    """Read how far a recording has come."""
    async with call.read() as reader:
        return RecordingShape.model_validate(await _find(call, reader, recording))


@router.get("/recordings/{recording}/exchanges")
async def list_recorded(
    call: Configuring, recording: UUID, limit: Limit = 50, after: Number = 0
) -> Page[ExchangeShape]:
    """List what was recorded, in the order in which it was answered."""
    async with call.read() as reader:
        found = await _find(call, reader, recording)
        lines = await list_exchanges(reader, found.id, after=after, at_most=limit + 1)
    rows, following = page_of(lines, limit, lambda line: line[0])
    return Page(items=[ExchangeShape.of(number, decode_exchange(line)) for number, line in rows], next=following)


@router.post("/recordings/{recording}/stop")
async def stop(call: Configuring, recording: UUID) -> RecordingShape:
    """End a recording; one that has ended stays as it is."""
    async with call.transaction() as tx:
        await stop_recording(tx, call.integration, RecordingId(recording))
        return RecordingShape.model_validate(await _find(call, tx, recording))


@router.delete("/recordings/{recording}", status_code=204)
async def forget_recording(call: Configuring, recording: UUID) -> None:
    """Forget a recording and everything in it."""
    async with call.transaction() as tx:
        await delete_recording(tx, call.integration, RecordingId(recording))


@router.post("/recordings/{recording}/replay", status_code=202)
async def replay(call: Configuring, recording: UUID) -> ReplayShape:
    """Make a copy of the integration and replay a recording into it; it goes on while nobody waits for it."""
    demand(call.guest, Permission.CREATE_INTEGRATIONS)
    async with call.transaction() as tx:
        begun = await begin_replay(tx, call.integration, RecordingId(recording), call.guest.member.id)
    call.house.work.start(carry_out_replay(call.house, begun))
    async with call.read() as reader:
        return await _replay(call, reader, begun.copy.slug)


@router.get("/recordings/{recording}/replays")
async def list_all_replays(call: Configuring, recording: UUID) -> list[ReplayShape]:
    """List the replays of a recording, the latest first."""
    async with call.read() as reader:
        found = await _find(call, reader, recording)
        replays = await list_replays(reader, call.integration.id, found.id)
    return [ReplayShape.of(one, call.house.clock()) for one in replays]


@router.get("/replays/{copy}")
async def read_replay(call: Configuring, copy: Copy) -> ReplayShape:
    """Read how far a replay has come, and what it found."""
    async with call.read() as reader:
        return await _replay(call, reader, copy)


async def _find(call: IntegrationCall, reader: Reader, recording: UUID) -> Recording:
    found = await find_recording(reader, call.integration.id, RecordingId(recording))
    if found is None:
        raise NotFoundError("This integration has no such recording. It may have been deleted.")
    return found


async def _replay(call: IntegrationCall, reader: Reader, copy: str) -> ReplayShape:
    found = await find_replay(reader, call.integration.id, copy)
    if found is None:
        raise NotFoundError("This integration has no such replay. Its copy may have been deleted.")
    return ReplayShape.of(found, call.house.clock())
