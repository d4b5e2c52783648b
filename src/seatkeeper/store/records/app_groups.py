"""The app's counterpart of each group that is pushed. ``records.consequences`` makes them."""

from collections.abc import Sequence

from sqlalchemy import Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import AppGroupId, GroupId
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.nesting import groups_around
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import app_groups

_given = select(func.unnest(bindparam("groups", type_=ARRAY(Uuid))).label("id")).subquery("given")
_around = groups_around(_given)
_OF_GROUPS = prepare(select(app_groups.c.id).join(_around, _around.c.group_id == app_groups.c.group_id))


async def list_app_groups_of(tx: Transaction, group_ids: Sequence[GroupId]) -> list[AppGroupId]:
    """List the app groups of those of these groups, and of the groups these are in, that were pushed."""
    return [AppGroupId(row["id"]) for row in await tx.fetch_all(_OF_GROUPS, groups=list(group_ids))]
