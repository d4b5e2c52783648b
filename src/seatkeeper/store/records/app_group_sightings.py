"""App groups as the engine comes to know them."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import Boolean, DateTime, Text, Uuid, any_, bindparam, null, update
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import AppGroupId, Uid
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import app_groups


@dataclass(frozen=True, slots=True)
class GroupSighting:
    """An app group as it stands after an attempt; a ``uid`` of None is one the app does not hold."""

    app_group_id: AppGroupId
    uid: Uid | None
    name: str | None
    created_here: bool


_SEE = prepare(
    update(app_groups)
    .where(app_groups.c.id == bindparam("app_group_id", type_=Uuid))
    .values(
        uid=bindparam("new_uid", type_=Text),
        seen_name=bindparam("name", type_=Text),
        created_here=bindparam("made", type_=Boolean),
        seen_at=bindparam("now", type_=DateTime(timezone=True)),
    )
)
_LET_GO = prepare(
    update(app_groups)
    .where(app_groups.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))))
    .values(uid=null(), seen_name=null(), created_here=False)
)


async def record_group_sighting(tx: Transaction, seen: GroupSighting) -> None:
    """Write what the app showed of a group."""
    await tx.execute(
        _SEE, app_group_id=seen.app_group_id, new_uid=seen.uid, name=seen.name, made=seen.created_here, now=tx.now
    )


async def let_groups_go(tx: Transaction, ids: Collection[AppGroupId]) -> None:
    """Part app groups from their groups in the app, which other rows take over."""
    await tx.execute(_LET_GO, ids=list(ids))
