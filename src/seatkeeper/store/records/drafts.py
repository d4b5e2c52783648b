"""Writing what somebody has entered in the wizard. Secrets arrive sealed."""

from psycopg.types.json import Jsonb
from sqlalchemy import DateTime, LargeBinary, Uuid, bindparam, delete, insert, update
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.core.ids import DraftId, MemberId
from seatkeeper.core.values import Document
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import integration_drafts

_THIS = (
    integration_drafts.c.id == bindparam("draft_id", type_=Uuid),
    integration_drafts.c.member_id == bindparam("owner", type_=Uuid),
)
_INSERT = prepare(
    insert(integration_drafts).values(
        {name: bindparam(name) for name in ("id", "member_id", "document", "created_at", "updated_at")}
    )
)
_UPDATE = prepare(
    update(integration_drafts)
    .where(*_THIS)
    .values(
        document=bindparam("new_document", type_=JSONB),
        secrets=bindparam("new_secrets", type_=LargeBinary),
        updated_at=bindparam("now", type_=DateTime(timezone=True)),
    )
)
_DELETE = prepare(delete(integration_drafts).where(*_THIS))


async def insert_draft(tx: Transaction, member_id: MemberId, document: Document) -> DraftId:
    """Keep a new draft of somebody's own."""
    draft_id = DraftId(new_id())
    values = {"document": Jsonb(dict(document)), "created_at": tx.now, "updated_at": tx.now}
    await tx.execute(_INSERT, id=draft_id, member_id=member_id, **values)
    return draft_id


async def update_draft(
    tx: Transaction, draft_id: DraftId, member_id: MemberId, document: Document, secrets: bytes | None
) -> bool:
    """Write a draft anew; False when its owner has none of this id."""
    values = {"new_document": Jsonb(dict(document)), "new_secrets": secrets, "now": tx.now}
    return await tx.execute(_UPDATE, draft_id=draft_id, owner=member_id, **values) > 0


async def delete_draft(tx: Transaction, draft_id: DraftId, member_id: MemberId) -> bool:
    """Throw a draft away; False when its owner has none of this id."""
    return await tx.execute(_DELETE, draft_id=draft_id, owner=member_id) > 0
