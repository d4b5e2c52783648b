"""Reading how far somebody's latest trial of a connection has come."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from pydantic import TypeAdapter
from sqlalchemy import Uuid, bindparam, select

from seatkeeper.core.ids import MemberId, TrialId
from seatkeeper.core.trials import Trial
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import connection_trials

_TOLD = TypeAdapter(Trial)


@dataclass(frozen=True, slots=True)
class KeptTrial:
    """A trial, when it began, and when it was heard of last."""

    id: TrialId
    told: Trial
    started_at: datetime
    updated_at: datetime


_ONE = prepare(
    select(*(connection_trials.c[name] for name in ("id", "told", "started_at", "updated_at"))).where(
        connection_trials.c.member_id == bindparam("member_id", type_=Uuid),
        connection_trials.c.about == bindparam("about", type_=Uuid),
    )
)


async def find_trial(reader: Reader, member_id: MemberId, about: UUID) -> KeptTrial | None:
    """Find somebody's latest trial for this draft or integration."""
    row = await reader.fetch_one(_ONE, member_id=member_id, about=about)
    if row is None:
        return None
    return KeptTrial(TrialId(row["id"]), _TOLD.validate_python(row["told"]), row["started_at"], row["updated_at"])
