"""How the installation stands, and the API tokens of all members."""

from collections.abc import Sequence
from datetime import datetime
from importlib.metadata import version
from typing import Literal
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import APITokenId
from seatkeeper.core.jobs import JobState
from seatkeeper.operations.api_tokens import revoke_api_token
from seatkeeper.operations.findings import Finding
from seatkeeper.operations.installation import survey_installation
from seatkeeper.store.queries.api_tokens import list_tokens_of_all
from seatkeeper.web.api.account import APITokenShape
from seatkeeper.web.api.calls import ManagingWorkspace, SeeingWorkspace
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import MemberNameShape

router = APIRouter(tags=["Workspace"], route_class=Operation)


class FindingShape(BaseModel):
    """What one look gave."""

    check: str
    is_fine: bool
    detail: str
    remedy: str | None = Field(description="What to do; null when all is well.")


class WorkerShape(BaseModel):
    """A worker that was heard within the last hour."""

    model_config = ConfigDict(from_attributes=True)

    number: int
    heard_at: datetime


class DatabaseShape(BaseModel):
    """What the database says of itself; ``size`` is in bytes."""

    model_config = ConfigDict(from_attributes=True)

    version: str
    size: int
    connections: int
    most_connections: int


class HealthShape(BaseModel):
    """How the installation stands."""

    version: str
    findings: list[FindingShape]
    workers: int = Field(description="How many were heard lately.")
    heard: list[WorkerShape]
    open_jobs: dict[JobState, int]
    ended_jobs: dict[JobState, int] = Field(description="Of the last hour.")
    oldest_due_at: datetime | None
    open_tasks: int
    quarantined: int
    database: Literal["reachable"] = "reachable"
    database_facts: DatabaseShape


class TokenOfMemberShape(APITokenShape):
    """An API token and whose it is."""

    member: MemberNameShape


def _findings(findings: Sequence[Finding]) -> list[FindingShape]:
    return [
        FindingShape(check=one.check, is_fine=one.is_fine, detail=one.detail, remedy=one.remedy)
        for one in findings
    ]


@router.get("/health")
async def read_health(call: SeeingWorkspace) -> HealthShape:
    """Say how the installation stands: workers, what waits, the database, and what to do about what is bad."""
    settings = call.house.settings
    async with call.read() as reader:
        seen = await survey_installation(reader, call.house.engine, settings.heard_within, settings.data_dir)
    standing = seen.standing
    return HealthShape(
        version=version("seatkeeper"),
        findings=_findings(seen.findings),
        workers=standing.workers,
        heard=[WorkerShape.model_validate(one) for one in seen.workers],
        open_jobs=dict(standing.open_jobs),
        ended_jobs=dict(standing.ended_jobs),
        oldest_due_at=standing.oldest_due_at,
        open_tasks=standing.open_tasks,
        quarantined=standing.quarantined,
        database_facts=DatabaseShape.model_validate(seen.facts),
    )


@router.get("/api-tokens")
async def list_all_tokens(call: SeeingWorkspace, every: bool = False) -> list[TokenOfMemberShape]:
    """List the API tokens of all members that are still good, or (`every`) all of them, the newest first."""
    now = call.house.clock()
    async with call.read() as reader:
        tokens = await list_tokens_of_all(reader)
    return [
        TokenOfMemberShape(
            **APITokenShape.of(one.token, now).model_dump(), member=MemberNameShape.model_validate(one.member)
        )
        for one in tokens
        if every or one.token.is_good(now)
    ]


@router.delete("/api-tokens/{token}", status_code=204)
async def revoke_any_token(call: ManagingWorkspace, token: UUID) -> None:
    """Refuse an API token of any member from now on."""
    async with call.transaction() as tx:
        owners = {one.token.id: one.member.id for one in await list_tokens_of_all(tx)}
        if token not in owners:
            raise NotFoundError(f"There is no token with the id {token}.")
        await revoke_api_token(tx, owners[APITokenId(token)], APITokenId(token))
