"""Beginning the trial of a connection; ``engine.trying`` carries it out."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from seatkeeper.core.ids import MemberId, TrialId
from seatkeeper.core.trials import Trial
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.trials import find_trial
from seatkeeper.store.records.trials import put_trial

_SHOWN_FOR = timedelta(minutes=15)
"""What was found longer ago says little about what is there now."""
_SILENT_FOR = timedelta(seconds=15)


@dataclass(frozen=True, slots=True)
class ShownTrial:
    """A trial as it is shown to whoever began it."""

    told: Trial
    started_at: datetime
    was_interrupted: bool
    """The process that carried it out has ended: it would have been heard of."""

    @property
    def is_under_way(self) -> bool:
        """Somebody carries it out."""
        return not self.told.has_ended and not self.was_interrupted


async def begin_trial(tx: Transaction, member_id: MemberId, about: UUID) -> TrialId:
    """Begin the trial of a connection for a draft or an integration. One that is under way there is given up."""
    return await put_trial(tx, member_id, about)


async def find_shown_trial(reader: Reader, member_id: MemberId, about: UUID, now: datetime) -> ShownTrial | None:
    """Find the trial somebody began there not long ago."""
    kept = await find_trial(reader, member_id, about)
    if kept is None or kept.updated_at < now - _SHOWN_FOR:
        return None
    silent = not kept.told.has_ended and kept.updated_at < now - _SILENT_FOR
    return ShownTrial(kept.told, kept.started_at, silent)
