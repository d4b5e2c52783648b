"""The app's counterpart of each group that is pushed."""

from collections.abc import Sequence

from sqlalchemy import DateTime, Text, Uuid, any_, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import AppGroupId, GroupId, IntegrationId
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import app_groups

_GROUP = bindparam("group", type_=Uuid)
_NAME = bindparam("name", type_=Text)
_OF_GROUP = prepare(select(app_groups.c.id, app_groups.c.display_name).where(app_groups.c.group_id == _GROUP))
_OF_GROUPS = prepare(
    select(app_groups.c.id).where(app_groups.c.group_id == any_(bindparam("groups", type_=ARRAY(Uuid))))
)
_RENAME = prepare(update(app_groups).where(app_groups.c.group_id == _GROUP).values(display_name=_NAME))
_INSERT = prepare(
    insert(app_groups).values(
        id=bindparam("app_group"),
        integration_id=bindparam("integration"),
        group_id=_GROUP,
        display_name=_NAME,
        created_at=bindparam("now", type_=DateTime(timezone=True)),
    )
)


async def put_app_group(
    tx: Transaction, integration_id: IntegrationId, group_id: GroupId, display_name: str
) -> AppGroupId:
    """Give a locked group an app group if there is none, let it go by this name, and say which it is."""
    row = await tx.fetch_one(_OF_GROUP, group=group_id)
    if row is None:
        app_group = new_id()
        await tx.execute(
            _INSERT, app_group=app_group, integration=integration_id, group=group_id, name=display_name, now=tx.now
        )
        return AppGroupId(app_group)
    if row["display_name"] != display_name:
        await tx.execute(_RENAME, group=group_id, name=display_name)
    return AppGroupId(row["id"])


async def list_app_groups_of(tx: Transaction, group_ids: Sequence[GroupId]) -> list[AppGroupId]:
    """List the app groups of those of these groups that were pushed."""
    return [AppGroupId(row["id"]) for row in await tx.fetch_all(_OF_GROUPS, groups=list(group_ids))]
