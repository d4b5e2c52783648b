"""Writing the latest dry run of an integration."""

from psycopg.types.json import Jsonb
from pydantic import TypeAdapter
from sqlalchemy import DateTime, Integer, Text, Uuid, bindparam, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from seatkeeper.core.dry_runs import DryRunState, Findings
from seatkeeper.core.ids import DryRunId, IntegrationId
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import dry_runs

FINDINGS = TypeAdapter(Findings)

_WRITTEN = (
    *("integration_id", "id", "state", "version", "accounts", "sampled", "looked_at", "findings", "actor_name"),
    *("started_at", "updated_at"),
)
_GIVEN = insert(dry_runs).values({name: bindparam(name) for name in _WRITTEN})
_PUT = prepare(
    _GIVEN.on_conflict_do_update(
        index_elements=["integration_id"],
        set_={name: _GIVEN.excluded[name] for name in _WRITTEN if name != "integration_id"},
    )
)
_NOTE = prepare(
    update(dry_runs)
    .where(dry_runs.c.id == bindparam("run_id", type_=Uuid))
    .values(
        state=bindparam("new_state", type_=Text),
        looked_at=bindparam("now_looked_at", type_=Integer),
        findings=bindparam("now_found", type_=JSONB),
        updated_at=bindparam("now", type_=DateTime(timezone=True)),
    )
)


async def put_dry_run(
    tx: Transaction, integration_id: IntegrationId, *, version: int, accounts: int, sampled: int
) -> DryRunId:
    """Begin a dry run in place of the one before."""
    run_id = DryRunId(new_id())
    await tx.execute(
        _PUT,
        integration_id=integration_id,
        id=run_id,
        state=DryRunState.RUNNING.value,
        version=version,
        accounts=accounts,
        sampled=sampled,
        looked_at=0,
        findings=_encode(Findings()),
        actor_name=tx.origin.name,
        started_at=tx.now,
        updated_at=tx.now,
    )
    return run_id


async def note_dry_run(
    tx: Transaction, run_id: DryRunId, state: DryRunState, looked_at: int, findings: Findings
) -> bool:
    """Write how far it came; False when another dry run has taken its place."""
    values = {"new_state": state.value, "now_looked_at": looked_at, "now_found": _encode(findings), "now": tx.now}
    return await tx.execute(_NOTE, run_id=run_id, **values) > 0


def _encode(findings: Findings) -> Jsonb:
    return Jsonb(FINDINGS.dump_python(findings, mode="json"))
