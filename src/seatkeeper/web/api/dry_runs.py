"""Dry runs: what going live would do for everybody who is assigned."""

from datetime import datetime

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.dry_runs import DryRunState, Finding, Findings
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.problems import Problem
from seatkeeper.core.trials import explain_trial
from seatkeeper.engine.dry_run import carry_out_dry_run
from seatkeeper.operations.dry_runs import begin_dry_run, was_interrupted
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.dry_runs import find_dry_run
from seatkeeper.store.queries.versions import latest_version
from seatkeeper.web.api.calls import Configuring, IntegrationCall, Seeing
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.trials import TrialProblemShape

router = APIRouter(prefix="/integrations/{integration}/dry-run", tags=["Trying"], route_class=Operation)


class ReasonShape(BaseModel):
    """Why some accounts would fail or wait for a person."""

    model_config = ConfigDict(from_attributes=True)

    sentence: str
    remedy: str
    count: int
    example: str


class FindingsShape(BaseModel):
    """What was found of those looked at."""

    counts: dict[Finding, int]
    adopted_changed: int = Field(description="So many of the adopted ones would be changed.")
    reasons: list[ReasonShape]
    examples: dict[Finding, list[str]]
    problem: TrialProblemShape | None = Field(description="Why it stopped early.")

    @classmethod
    def found(cls, findings: Findings) -> "FindingsShape":
        """Tell findings."""
        return cls(
            counts=dict(findings.counts),
            adopted_changed=findings.adopted_changed,
            reasons=[ReasonShape.model_validate(one) for one in findings.reasons],
            examples={finding: list(ones) for finding, ones in findings.examples.items()},
            problem=None if findings.problem is None else _explained(findings.problem),
        )


class DryRunShape(FindingsShape):
    """What a dry run found, over ``sampled`` of ``accounts`` people; nothing was changed."""

    state: DryRunState
    interrupted: bool = Field(description="It was running when its process ended: start it again.")
    outdated: bool = Field(description="The configuration has changed since.")
    accounts: int
    sampled: int
    looked_at: int
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
        **FindingsShape.found(run.findings).model_dump(),
        **{name: getattr(run, name) for name in plain},
        interrupted=was_interrupted(run, call.house.clock()),
        outdated=run.version != version,
    )


def _explained(problem: Problem) -> TrialProblemShape:
    why = explain_trial(problem)
    return TrialProblemShape(code=problem.code, sentence=why.sentence, remedy=why.remedy)
