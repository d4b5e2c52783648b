"""Reading the latest dry run of an integration."""

from dataclasses import dataclass
from datetime import datetime

from pydantic import TypeAdapter
from sqlalchemy import Uuid, bindparam, select

from seatkeeper.core.dry_runs import DryRunState, Findings
from seatkeeper.core.ids import DryRunId, IntegrationId
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import dry_runs

_FINDINGS = TypeAdapter(Findings)


@dataclass(frozen=True, slots=True)
class DryRun:
    """A dry run: over ``sampled`` of ``accounts``, of the integration as it was in ``version``."""

    id: DryRunId
    state: DryRunState
    version: int
    accounts: int
    sampled: int
    looked_at: int
    findings: Findings
    actor_name: str
    started_at: datetime
    updated_at: datetime


_ONE = prepare(
    select(*(column for column in dry_runs.c if column.name != "integration_id")).where(
        dry_runs.c.integration_id == bindparam("integration_id", type_=Uuid)
    )
)


async def find_dry_run(reader: Reader, integration_id: IntegrationId) -> DryRun | None:
    """Find the latest dry run."""
    row = await reader.fetch_one(_ONE, integration_id=integration_id)
    if row is None:
        return None
    findings = _FINDINGS.validate_python(row.pop("findings"))
    return DryRun(state=DryRunState(row.pop("state")), findings=findings, **row)
