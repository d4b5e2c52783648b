"""Reading what sessions showed of their work."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Select, Uuid, bindparam, select

from seatkeeper.core.ids import IntegrationId, JobId
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.evidence_tables import evidence
from seatkeeper.store.statements import prepare

_MOST_OF_A_TRIAL = 20


@dataclass(frozen=True, slots=True)
class ListedExhibit:
    """An exhibit without its content. ``attempt`` is None for a trial of the integration."""

    id: UUID
    attempt: int | None
    label: str
    media_type: str
    is_of_failure: bool
    taken_at: datetime

    @property
    def is_picture(self) -> bool:
        """It can be looked at."""
        return self.media_type.startswith("image/")


@dataclass(frozen=True, slots=True)
class Shown:
    """The content of an exhibit."""

    media_type: str
    content: bytes


_LISTED: Select[tuple[object, ...]] = select(
    *(evidence.c[name] for name in ("id", "attempt", "label", "media_type", "is_of_failure", "taken_at"))
)
_OF_JOB = prepare(
    _LISTED.where(evidence.c.job_id == bindparam("job_id", type_=Uuid)).order_by(
        evidence.c.attempt, evidence.c.number
    )
)
_NEWEST_TRIAL = (
    select(evidence.c.taken_at)
    .where(evidence.c.integration_id == bindparam("integration_id", type_=Uuid), evidence.c.job_id.is_(None))
    .order_by(evidence.c.taken_at.desc())
    .limit(1)
    .scalar_subquery()
)
_OF_TRIAL = prepare(
    _LISTED.where(
        evidence.c.integration_id == bindparam("integration_id", type_=Uuid),
        evidence.c.job_id.is_(None),
        evidence.c.taken_at == _NEWEST_TRIAL,
    )
    .order_by(evidence.c.number)
    .limit(_MOST_OF_A_TRIAL)
)
_ONE = prepare(
    select(evidence.c.media_type, evidence.c.content).where(
        evidence.c.id == bindparam("id", type_=Uuid),
        evidence.c.integration_id == bindparam("integration_id", type_=Uuid),
    )
)


async def list_evidence_of_job(reader: Reader, job_id: JobId) -> Sequence[ListedExhibit]:
    """List what is still kept of a job's attempts, in order."""
    return [_listed(row) for row in await reader.fetch_all(_OF_JOB, job_id=job_id)]


async def list_evidence_of_trial(reader: Reader, integration_id: IntegrationId) -> Sequence[ListedExhibit]:
    """List what was kept of the last trial of the integration that failed."""
    return [_listed(row) for row in await reader.fetch_all(_OF_TRIAL, integration_id=integration_id)]


async def find_exhibit(reader: Reader, integration_id: IntegrationId, exhibit_id: UUID) -> Shown | None:
    """Find the content of an exhibit of this integration."""
    row = await reader.fetch_one(_ONE, id=exhibit_id, integration_id=integration_id)
    return None if row is None else Shown(row["media_type"], bytes(row["content"]))


def _listed(row: Row) -> ListedExhibit:
    return ListedExhibit(
        row["id"], row["attempt"], row["label"], row["media_type"], row["is_of_failure"], row["taken_at"]
    )
