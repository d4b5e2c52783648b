"""Groups: adding, locking and removing their rows. ``records.group_changes`` rewrites them."""

from typing import Any

from sqlalchemy import DateTime, Text, Uuid, bindparam, delete, select, update
from sqlalchemy.dialects.postgresql import JSONB, insert

from seatkeeper.core.ids import GroupId, IntegrationId
from seatkeeper.core.users import Group
from seatkeeper.store.database import Transaction
from seatkeeper.store.membership_tables import nested_groups
from seatkeeper.store.rows import decode_group
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import groups
from seatkeeper.store.texts import encode_document, name_key

GROUP_CONTENT = {
    "display_name": bindparam("display_name", type_=Text),
    "display_name_key": bindparam("display_name_key", type_=Text),
    "external_id": bindparam("external_id", type_=Text),
    "document": bindparam("document", type_=JSONB),
    "updated_at": bindparam("updated_at", type_=DateTime(timezone=True)),
}
"""What a change of a group may rewrite, as parameters. ``group_values`` gives their values."""

_ID = bindparam("group_id", type_=Uuid)
_INTEGRATION = bindparam("integration_id", type_=Uuid)
_INSERT = prepare(
    insert(groups)
    .values(id=_ID, integration_id=_INTEGRATION, created_at=GROUP_CONTENT["updated_at"], **GROUP_CONTENT)
    .on_conflict_do_nothing(constraint="group_names_are_unique_without_case")
)
_ONE = select(groups).where(groups.c.id == _ID, groups.c.integration_id == _INTEGRATION)
_LOCK_TO_CHANGE = prepare(_ONE.with_for_update(key_share=True))
_LOCK_TO_DELETE = prepare(_ONE.with_for_update())
_LOCK_AROUND = prepare(
    select(groups.c.id)
    .join(nested_groups, nested_groups.c.group_id == groups.c.id)
    .where(nested_groups.c.member_id == _ID, groups.c.integration_id == _INTEGRATION)
    .order_by(groups.c.id)
    .with_for_update(key_share=True, of=groups)
)
_RENEW_AROUND = prepare(
    update(groups)
    .where(groups.c.id.in_(select(nested_groups.c.group_id).where(nested_groups.c.member_id == _ID)))
    .values(version=groups.c.version + 1, updated_at=bindparam("now", type_=DateTime(timezone=True)))
)
_LEFT_UNANSWERED = prepare(
    update(groups)
    .where(groups.c.id == _ID, groups.c.version == 1)
    .values(unanswered_at=bindparam("now", type_=DateTime(timezone=True)))
)
_DELETE = prepare(delete(groups).where(groups.c.id == _ID))


def group_values(group: Group) -> dict[str, Any]:
    """Give the values of the parameters of ``GROUP_CONTENT``, and the id."""
    return {
        "group_id": group.id,
        "display_name": group.display_name,
        "display_name_key": name_key(group.display_name),
        "external_id": group.external_id,
        "document": encode_document(group.document),
        "updated_at": group.updated_at,
    }


async def insert_group(tx: Transaction, integration_id: IntegrationId, group: Group) -> bool:
    """Write a new group without members. Answers False, and has written nothing, when the name is taken."""
    return await tx.execute(_INSERT, integration_id=integration_id, **group_values(group)) == 1


async def lock_group(
    tx: Transaction, integration_id: IntegrationId, group_id: GroupId, *, to_delete: bool = False
) -> Group | None:
    """Find a group and keep everybody else from changing it or its members until the transaction ends.

    Other groups can still take it in meanwhile, unless it is locked ``to_delete``: these are locked before it.
    """
    values = {"group_id": group_id, "integration_id": integration_id}
    if to_delete:
        await tx.execute(_LOCK_AROUND, **values)
    row = await tx.fetch_one(_LOCK_TO_DELETE if to_delete else _LOCK_TO_CHANGE, **values)
    return None if row is None else decode_group(row)


async def delete_group_row(tx: Transaction, group_id: GroupId) -> None:
    """Remove the row. Memberships go with it, and groups it was in get their next version.

    The app group stays and belongs to nobody.
    """
    await tx.execute(_RENEW_AROUND, group_id=group_id, now=tx.now)
    await tx.execute(_DELETE, group_id=group_id)


async def mark_group_unanswered(tx: Transaction, group_id: GroupId) -> None:
    """Remember of a new group that whoever asked for it was gone before the answer."""
    await tx.execute(_LEFT_UNANSWERED, group_id=group_id, now=tx.now)
