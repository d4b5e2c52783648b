"""Dry runs: what going live would do for everybody who is assigned."""

from datetime import datetime
from typing import Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from seatkeeper.core.dry_runs import DryRunState, Finding
from seatkeeper.core.errors import NotFoundError
from seatkeeper.engine.dry_run import carry_out_dry_run
from seatkeeper.operations.dry_runs import begin_dry_run, was_interrupted
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.dry_runs import DryRun, find_dry_run
from seatkeeper.store.queries.versions import latest_version
from seatkeeper.web.api.calls import Configuring, IntegrationCall, Seeing
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.trials import TrialProblemShape

router = APIRouter(prefix="/integrations/{integration}/dry-run", tags=["Trying"], route_class=Operation)


class ReasonShape(BaseModel):
    """Why some accounts would fail or wait for a person."""

    sentence: str
    remedy: str
    count: int
    example: str


class DryRunShape(BaseModel):
    """What a dry run found, over ``sampled`` of ``accounts`` people; nothing was changed."""

    state: DryRunState
    interrupted: bool = Field(description="It was running when its process ended: start it again.")
    outdated: bool = Field(description="The configuration has changed since.")
    accounts: int
    sampled: int
    looked_at: int
    counts: dict[Finding, int]
    adopted_changed: int = Field(description="So many of the adopted ones would be changed.")
    reasons: list[ReasonShape]
    examples: dict[Finding, list[str]]
    problem: TrialProblemShape | None = Field(description="Why it stopped early.")
    actor_name: str
    started_at: datetime
    updated_at: datetime


@router.post("", status_code=202)
async def start_dry_run(call: Configuring) -> DryRunShape:
    """Begin looking at what going live would do for everybody assigned; it goes on while nobody waits for it."""
    async with call.transaction() as tx:
        begun = await begin_dry_run(tx, call.integration)
    call.house.work.start(carry_out_dry_run(call.house.engine, call.integration, begun.id, begun.ids))
    async with call.read() as reader:
        return await _dry_run(call, reader)


@router.get("")
async def read_dry_run(call: Seeing) -> DryRunShape:
    """Read how far the latest dry run came, and what it found."""
    async with call.read() as reader:
        return await _dry_run(call, reader)


async def _dry_run(call: IntegrationCall, reader: Reader) -> DryRunShape:
    run = await find_dry_run(reader, call.integration.id)
    if run is None:
        raise NotFoundError(f"There was no dry run of {call.integration.slug} yet.")
    version = await latest_version(reader, call.integration.id)
    plain = ("state", "accounts", "sampled", "looked_at", "actor_name", "started_at", "updated_at")
    return DryRunShape(
        **{name: getattr(run, name) for name in plain},
        interrupted=was_interrupted(run, call.house.clock()),
        outdated=run.version != version,
        **_findings(run),
    )


def _findings(run: DryRun) -> dict[str, Any]:
    found = run.findings
    return {
        "counts": dict(found.counts),
        "adopted_changed": found.adopted_changed,
        "reasons": [{name: getattr(one, name) for name in ReasonShape.model_fields} for one in found.reasons],
        "examples": {finding: list(ones) for finding, ones in found.examples.items()},
        "problem": TrialProblemShape.of(found.problem),
    }
