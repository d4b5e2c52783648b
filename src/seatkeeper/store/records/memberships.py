"""All the memberships of one user at once. ``records.group_changes`` changes the members of one group."""

from sqlalchemy import DateTime, Uuid, any_, bindparam, delete, func, select, update

from seatkeeper.core.ids import GroupId, IntegrationId, UserId
from seatkeeper.store.database import Transaction
from seatkeeper.store.membership_tables import memberships
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import groups

_USER = bindparam("user_id", type_=Uuid)
_theirs = (
    select(groups.c.id)
    .join(memberships, memberships.c.group_id == groups.c.id)
    .where(memberships.c.user_id == _USER, groups.c.integration_id == bindparam("integration_id", type_=Uuid))
    .order_by(groups.c.id)
    .with_for_update(of=groups, key_share=True)
)
_RENEW_GROUPS = prepare(
    update(groups)
    .where(groups.c.id == any_(func.array(_theirs.scalar_subquery())))
    .values(version=groups.c.version + 1, updated_at=bindparam("now", type_=DateTime(timezone=True)))
    .returning(groups.c.id)
)
_LEAVE_ALL = prepare(delete(memberships).where(memberships.c.user_id == _USER).returning(memberships.c.group_id))


async def renew_groups_of(tx: Transaction, integration_id: IntegrationId, user_id: UserId) -> list[GroupId]:
    """Lock the groups of a user, in order of id, and give each its next version, for it is to lose a member."""
    rows = await tx.fetch_all(_RENEW_GROUPS, user_id=user_id, integration_id=integration_id, now=tx.now)
    return [GroupId(row["id"]) for row in rows]


async def leave_all_groups(tx: Transaction, user_id: UserId) -> list[GroupId]:
    """End every membership of a locked user; say of which groups."""
    return [GroupId(row["group_id"]) for row in await tx.fetch_all(_LEAVE_ALL, user_id=user_id)]
