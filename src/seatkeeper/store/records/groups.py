"""Groups: adding, locking, rewriting and removing their rows. ``records.memberships`` has the members."""

import psycopg
from sqlalchemy import DateTime, Text, Uuid, any_, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from seatkeeper.core.ids import GroupId, IntegrationId, UserId
from seatkeeper.core.users import Group
from seatkeeper.store.database import Transaction
from seatkeeper.store.rows import decode_group
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import groups, memberships
from seatkeeper.store.texts import encode_document, name_key

_ID = bindparam("group_id", type_=Uuid)
_INTEGRATION = bindparam("integration", type_=Uuid)
_NOW = bindparam("now", type_=DateTime(timezone=True))
_CONTENT = {
    "display_name": bindparam("name", type_=Text),
    "display_name_key": bindparam("key", type_=Text),
    "external_id": bindparam("external", type_=Text),
    "document": bindparam("content", type_=JSONB),
}
_INSERT = prepare(
    insert(groups)
    .values(id=_ID, integration_id=_INTEGRATION, created_at=_NOW, updated_at=_NOW, **_CONTENT)
    .on_conflict_do_nothing(constraint="group_names_are_unique_without_case")
)
_LOCK = prepare(
    select(groups).where(groups.c.id == _ID, groups.c.integration_id == _INTEGRATION).with_for_update()
)
_REWRITE = prepare(
    update(groups).where(groups.c.id == _ID).values(version=bindparam("number"), updated_at=_NOW, **_CONTENT)
)
_DELETE = prepare(delete(groups).where(groups.c.id == _ID))
_of_user = (
    select(groups.c.id)
    .join(memberships, memberships.c.group_id == groups.c.id)
    .where(memberships.c.user_id == bindparam("user_id", type_=Uuid), groups.c.integration_id == _INTEGRATION)
    .order_by(groups.c.id)
    .with_for_update(of=groups)
)
_RENEW_OF_USER = prepare(
    update(groups)
    .where(groups.c.id == any_(func.array(_of_user.scalar_subquery())))
    .values(version=groups.c.version + 1, updated_at=_NOW)
)


async def insert_group(tx: Transaction, integration_id: IntegrationId, group: Group) -> bool:
    """Write a new group without members. Answers False, and has written nothing, when the name is taken."""
    return await tx.execute(_INSERT, integration=integration_id, **_values(group)) == 1


async def lock_group(tx: Transaction, integration_id: IntegrationId, group_id: GroupId) -> Group | None:
    """Find a group and keep everybody else from changing it or its members until the transaction ends."""
    row = await tx.fetch_one(_LOCK, group_id=group_id, integration=integration_id)
    return None if row is None else decode_group(row)


async def rewrite_group(tx: Transaction, group: Group, *, renamed: bool) -> bool:
    """Write every field of a locked group as it is given.

    Answers False, and has written nothing, when the name is taken; that can only be when ``renamed``.
    """
    if not renamed:
        await tx.execute(_REWRITE, number=group.version, **_values(group))
        return True
    try:
        async with tx.connection.transaction():
            await tx.execute(_REWRITE, number=group.version, **_values(group))
    except psycopg.errors.UniqueViolation:
        return False
    return True


async def delete_group_row(tx: Transaction, group_id: GroupId) -> None:
    """Remove the row. Memberships go with it; the app group stays and belongs to nobody."""
    await tx.execute(_DELETE, group_id=group_id)


async def renew_groups_of(tx: Transaction, integration_id: IntegrationId, user_id: UserId) -> None:
    """Lock the groups of a user, in order of id, and give each its next version, for it is to lose a member."""
    await tx.execute(_RENEW_OF_USER, user_id=user_id, integration=integration_id, now=tx.now)


def _values(group: Group) -> dict[str, object]:
    return {
        "group_id": group.id,
        "name": group.display_name,
        "key": name_key(group.display_name),
        "external": group.external_id,
        "content": encode_document(group.document),
        "now": group.updated_at,
    }
