"""Keeping what sessions showed of their work, and letting it go."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import DateTime, bindparam, delete, insert

from seatkeeper.core.ids import IntegrationId, JobId
from seatkeeper.store.database import Transaction
from seatkeeper.store.evidence_tables import evidence
from seatkeeper.store.statements import prepare


@dataclass(frozen=True, slots=True)
class KeptExhibit:
    """One thing to keep, in its place among others of the same attempt."""

    number: int
    label: str
    media_type: str
    content: bytes
    is_of_failure: bool


@dataclass(frozen=True, slots=True)
class Occasion:
    """What it was of: an attempt at a job, or neither for a trial of the integration."""

    integration_id: IntegrationId
    job_id: JobId | None = None
    attempt: int | None = None


_NAMES = ("integration_id", "job_id", "attempt", "number", "label", "media_type", "content", "is_of_failure")
_INSERT = prepare(
    insert(evidence).values(
        taken_at=bindparam("now", type_=DateTime(timezone=True)), **{name: bindparam(name) for name in _NAMES}
    )
)
_FORGET = prepare(delete(evidence).where(evidence.c.taken_at < bindparam("before", type_=DateTime(timezone=True))))


async def keep_evidence(tx: Transaction, occasion: Occasion, exhibits: Sequence[KeptExhibit]) -> None:
    """Keep the exhibits of one occasion."""
    for each in exhibits:
        await tx.execute(
            _INSERT,
            now=tx.now,
            integration_id=occasion.integration_id,
            job_id=occasion.job_id,
            attempt=occasion.attempt,
            number=each.number,
            label=each.label,
            media_type=each.media_type,
            content=each.content,
            is_of_failure=each.is_of_failure,
        )


async def forget_evidence(tx: Transaction, kept_for: timedelta) -> None:
    """Let go what is older."""
    await tx.execute(_FORGET, before=tx.now - kept_for)
