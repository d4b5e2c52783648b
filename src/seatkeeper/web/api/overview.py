"""How an integration gets on: the work under way, the last hours, what failed, and how its endpoint is reached."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from fastapi import APIRouter, Request
from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.store.queries.bursts import MOST_COUNTED, MOST_IN_AN_HOUR, Hour, list_hours, read_burst
from seatkeeper.store.queries.failures import Failure, list_failures
from seatkeeper.store.queries.installation import count_workers
from seatkeeper.store.queries.integrations import get_hindrance
from seatkeeper.store.queries.standings import FAILURES_LOOKED_AT
from seatkeeper.store.queries.tokens import ListedToken, list_tokens
from seatkeeper.web.api.calls import Seeing
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import ProblemShape
from seatkeeper.web.pacing import Pace, tell_pace
from seatkeeper.web.pages.connecting import read_attributes, sent_attributes

router = APIRouter(prefix="/integrations/{integration}", tags=["Overview"], route_class=Operation)


class PaceShape(BaseModel):
    """The work since the queue was last empty; what is null is what nobody can tell."""

    model_config = ConfigDict(from_attributes=True)

    done: int
    total: int
    is_more: bool = Field(description=f"There are more jobs than are counted, which are {MOST_COUNTED:,}.")
    running: int
    later: int = Field(description="To be tried again later; not in `total`.")
    rate: str | None
    limit: str | None
    done_at: datetime | None
    halt: str | None = Field(description="Why nothing runs.")


class HourShape(BaseModel):
    """What ended in one hour."""

    model_config = ConfigDict(from_attributes=True)

    at: datetime
    good: int
    failed: int
    is_full: bool = Field(description=f"More ended than was counted, which is {MOST_IN_AN_HOUR:,}.")


class FailureShape(BaseModel):
    """A problem that keeps accounts or groups from being in line; job and target are the newest of them."""

    problem: ProblemShape | None
    count: int
    job_id: UUID
    target: str

    @classmethod
    def of(cls, failure: Failure) -> "FailureShape":
        """Tell it."""
        problem = ProblemShape.of(failure.problem)
        return cls(problem=problem, count=failure.count, job_id=failure.job_id, target=failure.target)


class OverviewShape(BaseModel):
    """How an integration gets on."""

    pace: PaceShape
    hours: list[HourShape] = Field(description="The last 24, the one under way last.")
    failures: list[FailureShape] = Field(description=f"Among the newest {FAILURES_LOOKED_AT} failed jobs.")
    workers: int = Field(description="Workers of the installation that were heard lately.")

    @classmethod
    def told(cls, pace: Pace, hours: Sequence[Hour], failures: Sequence[Failure], workers: int) -> "OverviewShape":
        """Tell it."""
        return cls(
            pace=PaceShape.model_validate(pace),
            hours=[HourShape.model_validate(hour) for hour in hours],
            failures=[FailureShape.of(failure) for failure in failures],
            workers=workers,
        )


class SentAttributeShape(BaseModel):
    """An attribute beyond the standard that the identity provider has to be taught to send."""

    name: str
    namespace: str
    external_name: str
    type: str
    required: bool


class HeardShape(BaseModel):
    """The last request of an identity provider, and the token it came with."""

    at: datetime
    request: str
    token_id: UUID
    token: str


class EndpointShape(BaseModel):
    """What an identity provider is connected with, besides a token."""

    url: str
    sent: list[SentAttributeShape]
    read: list[str] = Field(description="Attributes of people that the mapping reads.")
    heard: HeardShape | None = Field(description="Null as long as no identity provider was heard of.")


@router.get("/overview")
async def read_overview(call: Seeing) -> OverviewShape:
    """Tell how the work gets on: its pace, when it will be done, the last hours, and what failed."""
    here, now = call.integration, call.house.clock()
    async with call.read() as reader:
        pace = tell_pace(here, await read_burst(reader, here.id, now), await get_hindrance(reader, here.id), now)
        return OverviewShape.told(
            pace,
            await list_hours(reader, here.id, now),
            await list_failures(reader, here.id),
            await count_workers(reader, call.house.settings.heard_within),
        )


@router.get("/endpoint")
async def read_endpoint(call: Seeing, request: Request) -> EndpointShape:
    """Tell what to enter in the identity provider, and whether it was heard of."""
    base = call.house.settings.public_url or f"{request.url.scheme}://{request.url.netloc}"
    names = SentAttributeShape.model_fields
    sent = [{name: getattr(one, name) for name in names} for one in sent_attributes(call.integration)]
    async with call.read() as reader:
        tokens = await list_tokens(reader, call.integration.id)
    return EndpointShape(
        url=f"{base}/scim/v2/{call.integration.slug}",
        sent=[SentAttributeShape.model_validate(one) for one in sent],
        read=read_attributes(call.integration),
        heard=_heard(tokens),
    )


def _heard(tokens: Sequence[ListedToken]) -> HeardShape | None:
    used = [(token.last_used_at, token) for token in tokens if token.last_used_at is not None]
    if not used:
        return None
    at, token = max(used, key=lambda pair: pair[0])
    return HeardShape(at=at, request=token.last_used_for or "a request", token_id=token.id, token=token.name)
