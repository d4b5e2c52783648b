"""The app's counterpart of each group that is pushed. ``records.consequences`` makes them."""

from collections.abc import Sequence

from sqlalchemy import Uuid, any_, bindparam, select
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import AppGroupId, GroupId
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import app_groups

_OF_GROUPS = prepare(
    select(app_groups.c.id).where(app_groups.c.group_id == any_(bindparam("groups", type_=ARRAY(Uuid))))
)


async def list_app_groups_of(tx: Transaction, group_ids: Sequence[GroupId]) -> list[AppGroupId]:
    """List the app groups of those of these groups that were pushed."""
    return [AppGroupId(row["id"]) for row in await tx.fetch_all(_OF_GROUPS, groups=list(group_ids))]
