"""The turn of a worker at one integration: its epoch, its quarantine and its pauses.

What a run writes of its integration carries the epoch; the word of a run that was overtaken changes nothing.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import BigInteger, DateTime, Uuid, bindparam, func, null, select, update
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.store.database import Reader, Row, Transaction
from seatkeeper.store.queries.integrations import INTEGRATION_COLUMNS
from seatkeeper.store.rows import decode_integration
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations


@dataclass(frozen=True, slots=True)
class Quarantine:
    """Why an integration stands still; ``probes`` counts the checks made since."""

    problem: Problem
    probes: int = 0


@dataclass(frozen=True, slots=True)
class Turn:
    """How an integration stands for the run of this epoch. ``changed_at`` moves when anything is configured."""

    integration: Integration
    epoch: int
    quarantine: Quarantine | None
    probe_at: datetime | None
    throttled_until: datetime | None
    changed_at: datetime

    @property
    def refusals(self) -> int:
        """How many probes there were before this run; one that succeeds and proves nothing counts as well."""
        return 0 if self.quarantine is None else self.quarantine.probes + 1


_ID = integrations.c.id == bindparam("integration_id", type_=Uuid)
_OURS = integrations.c.run_epoch == bindparam("epoch", type_=BigInteger)
_AT = bindparam("at", type_=DateTime(timezone=True))
_COLUMNS = (
    *INTEGRATION_COLUMNS,
    *(integrations.c[name] for name in ("probe_at", "throttled_until", "run_epoch", "updated_at")),
)

_START = prepare(
    update(integrations).where(_ID).values(run_epoch=integrations.c.run_epoch + 1).returning(*_COLUMNS)
)
_READ = prepare(select(*_COLUMNS).where(_ID))
_LOCK = prepare(select(*_COLUMNS).where(_ID, _OURS).with_for_update(read=True))
_QUARANTINE = prepare(
    update(integrations)
    .where(_ID, _OURS, integrations.c.quarantine.is_(None))
    .values(quarantine=bindparam("why", type_=JSONB), probe_at=_AT)
    .returning(integrations.c.id)
)
_PROBE_LATER = prepare(
    update(integrations)
    .where(_ID, _OURS)
    .values(quarantine=bindparam("why", type_=JSONB), probe_at=_AT)
    .returning(integrations.c.id)
)
_RELEASE = prepare(
    update(integrations).where(_ID, _OURS).values(quarantine=null(), probe_at=null()).returning(integrations.c.id)
)
_PAUSE = prepare(
    update(integrations)
    .where(_ID, _OURS)
    .values(throttled_until=func.greatest(integrations.c.throttled_until, _AT))
    .returning(integrations.c.id)
)


async def start_run(tx: Transaction, integration_id: IntegrationId) -> Turn | None:
    """Take the next epoch, which ends the say of every earlier run. None for an integration that is gone."""
    row = await tx.fetch_one(_START, integration_id=integration_id)
    return None if row is None else _turn(row)


async def find_turn(reader: Reader, integration_id: IntegrationId) -> Turn | None:
    """Read how an integration stands, whichever run has it."""
    row = await reader.fetch_one(_READ, integration_id=integration_id)
    return None if row is None else _turn(row)


async def lock_run(tx: Transaction, integration_id: IntegrationId, epoch: int) -> Turn | None:
    """Read how the integration stands and keep it so until the transaction ends; None once a newer run began."""
    row = await tx.fetch_one(_LOCK, integration_id=integration_id, epoch=epoch)
    return None if row is None else _turn(row)


async def quarantine(
    tx: Transaction, integration_id: IntegrationId, epoch: int, why: Quarantine, probe_at: datetime
) -> bool:
    """Stop the integration until a probe succeeds. False where it stands already, and for an overtaken run."""
    return await _is_ours(tx, _QUARANTINE, integration_id, epoch, why=_document(why), at=probe_at)


async def probe_later(
    tx: Transaction, integration_id: IntegrationId, epoch: int, why: Quarantine, probe_at: datetime
) -> bool:
    """Keep the quarantine after a probe that failed, and say when the next is due. False for an overtaken run."""
    return await _is_ours(tx, _PROBE_LATER, integration_id, epoch, why=_document(why), at=probe_at)


async def release(tx: Transaction, integration_id: IntegrationId, epoch: int) -> bool:
    """Lift the quarantine. False for an overtaken run."""
    return await _is_ours(tx, _RELEASE, integration_id, epoch)


async def pause_until(tx: Transaction, integration_id: IntegrationId, epoch: int, at: datetime) -> bool:
    """Start no job of the integration before this instant. Never shortens a pause. False for an overtaken run."""
    return await _is_ours(tx, _PAUSE, integration_id, epoch, at=at)


async def _is_ours(
    tx: Transaction, statement: Any, integration_id: IntegrationId, epoch: int, **values: Any
) -> bool:
    row = await tx.fetch_one(statement, integration_id=integration_id, epoch=epoch, **values)
    return row is not None


def _turn(row: Row) -> Turn:
    document = row["quarantine"]
    return Turn(
        integration=decode_integration(row),
        epoch=row["run_epoch"],
        quarantine=None if document is None else _quarantine(document),
        probe_at=row["probe_at"],
        throttled_until=row["throttled_until"],
        changed_at=row["updated_at"],
    )


def _document(why: Quarantine) -> dict[str, Any]:
    return {"code": why.problem.code, "detail": why.problem.detail, "probes": why.probes}


def _quarantine(document: dict[str, Any]) -> Quarantine:
    return Quarantine(Problem(ProblemCode(document["code"]), document["detail"]), document.get("probes", 0))
