"""Beginning a dry run; ``engine.dry_run`` carries it out."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from seatkeeper.core.dry_runs import DryRunState
from seatkeeper.core.errors import NotPossibleNowError
from seatkeeper.core.ids import AccountId, DryRunId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.dry_runs import DryRun, find_dry_run
from seatkeeper.store.queries.samples import sample_accounts
from seatkeeper.store.queries.versions import latest_version
from seatkeeper.store.records.dry_runs import put_dry_run
from seatkeeper.store.records.integrations import lock_integration

MOST_LOOKED_AT = 500
_SILENT_FOR = timedelta(seconds=30)


@dataclass(frozen=True, slots=True)
class BegunDryRun:
    """A dry run that somebody has to carry out now."""

    id: DryRunId
    ids: Sequence[AccountId]


async def begin_dry_run(
    tx: Transaction, integration: Integration, *, at_most: int = MOST_LOOKED_AT
) -> BegunDryRun:
    """Begin a dry run over everybody assigned, or ``at_most`` of them chosen by lot.

    Raises ``NotPossibleNowError`` while another one is on its way.
    """
    await lock_integration(tx, integration.slug)
    before = await find_dry_run(tx, integration.id)
    if before is not None and before.state is DryRunState.RUNNING and not was_interrupted(before, tx.now):
        raise NotPossibleNowError("A dry run is on its way already.")
    sample = await sample_accounts(tx, integration.id, at_most=at_most)
    version = await latest_version(tx, integration.id)
    run_id = await put_dry_run(tx, integration.id, version=version, accounts=sample.total, sampled=len(sample.ids))
    tx.touch(integration.id)
    return BegunDryRun(run_id, sample.ids)


def was_interrupted(run: DryRun, now: datetime) -> bool:
    """Say whether the process that carried it out has ended: it would have been heard of."""
    return run.state is DryRunState.RUNNING and run.updated_at < now - _SILENT_FOR
