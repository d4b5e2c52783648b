"""Reading what somebody has entered in the wizard: their own drafts, and nobody else's."""

from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Uuid, bindparam, select

from seatkeeper.core.ids import DraftId, MemberId
from seatkeeper.core.values import Document
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import integration_drafts


@dataclass(frozen=True, slots=True)
class StoredDraft:
    """A draft as it is kept."""

    id: DraftId
    document: Document
    secrets: bytes | None = field(repr=False)
    updated_at: datetime


_COLUMNS = tuple(integration_drafts.c[name] for name in ("id", "document", "secrets", "updated_at"))
_OF_MEMBER = integration_drafts.c.member_id == bindparam("member_id", type_=Uuid)
_LIST = prepare(select(*_COLUMNS).where(_OF_MEMBER).order_by(integration_drafts.c.updated_at.desc()))
_ONE = prepare(select(*_COLUMNS).where(_OF_MEMBER, integration_drafts.c.id == bindparam("draft_id", type_=Uuid)))


async def list_drafts(reader: Reader, member_id: MemberId) -> list[StoredDraft]:
    """List somebody's drafts, the one they worked on last first."""
    return [_stored(row) for row in await reader.fetch_all(_LIST, member_id=member_id)]


async def find_draft(reader: Reader, draft_id: DraftId, member_id: MemberId) -> StoredDraft | None:
    """Find a draft of somebody's own."""
    row = await reader.fetch_one(_ONE, draft_id=draft_id, member_id=member_id)
    return None if row is None else _stored(row)


def _stored(row: Row) -> StoredDraft:
    secrets = row["secrets"]
    return StoredDraft(
        DraftId(row["id"]), row["document"], None if secrets is None else bytes(secrets), row["updated_at"]
    )
