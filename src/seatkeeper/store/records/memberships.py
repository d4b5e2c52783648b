"""Who belongs to which group, as rows: no group's members are ever loaded to change some of them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from sqlalchemy import CTE, ColumnElement, Delete, Select, Uuid, any_, bindparam, delete, exists, func, select
from sqlalchemy.dialects.postgresql import ARRAY, insert

from seatkeeper.core.ids import GroupId, IntegrationId, UserId
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import memberships, users


@dataclass(frozen=True, slots=True)
class MembersChanged:
    """What really changed: not those who were members before, nor those who were strangers before."""

    added: Sequence[UserId]
    removed: Sequence[UserId]
    unknown: Sequence[UserId]
    """Those to add who are no users of the integration. When there are any, nothing was changed."""

    @property
    def anything(self) -> bool:
        """Whether anybody came or went."""
        return bool(self.added or self.removed)


_GROUP = bindparam("group_id", type_=Uuid)
_ADD = bindparam("add", type_=ARRAY(Uuid))
_REMOVE = bindparam("remove", type_=ARRAY(Uuid))


def _known() -> CTE:
    # The lock waits for a deletion of the user under way; without it the foreign key would be what fails.
    return (
        select(users.c.id)
        .where(users.c.integration_id == bindparam("integration_id", type_=Uuid), users.c.id == any_(_ADD))
        .order_by(users.c.id)
        .with_for_update(read=True, key_share=True)
        .cte("known")
    )


def _changing(leaving: Delete) -> Prepared:
    wanted = select(func.unnest(_ADD).label("id")).cte("wanted")
    known = _known()
    unknown = select(wanted.c.id).where(~exists().where(known.c.id == wanted.c.id)).cte("unknown")
    all_known = ~exists(select(unknown.c.id))
    added = (
        insert(memberships)
        .from_select(["group_id", "user_id"], select(_GROUP, known.c.id).where(all_known).order_by(known.c.id))
        .on_conflict_do_nothing()
        .returning(memberships.c.user_id)
        .cte("added")
    )
    removed = leaving.where(memberships.c.group_id == _GROUP, all_known).returning(memberships.c.user_id)
    return prepare(
        select(
            _all_of(select(added.c.user_id)).label("added"),
            _all_of(select(removed.cte("removed").c.user_id)).label("removed"),
            _all_of(select(unknown.c.id)).label("unknown"),
        )
    )


def _all_of(rows: Select[tuple[object]]) -> ColumnElement[object]:
    return func.array(rows.scalar_subquery(), type_=ARRAY(Uuid))


_CHANGE = _changing(delete(memberships).where(memberships.c.user_id == any_(_REMOVE)))
_stays = func.unnest(_ADD).column_valued("stays")
_REPLACE = _changing(delete(memberships).where(~exists(select(_stays).where(_stays == memberships.c.user_id))))
_LEAVE_ALL = prepare(
    delete(memberships)
    .where(memberships.c.user_id == bindparam("user_id", type_=Uuid))
    .returning(memberships.c.group_id)
)


async def change_members(
    tx: Transaction,
    integration_id: IntegrationId,
    group_id: GroupId,
    *,
    add: Iterable[UserId],
    remove: Iterable[UserId],
) -> MembersChanged:
    """Let some come and others go, in a locked group. Both sets are disjoint."""
    return await _run(
        tx, _CHANGE, integration_id=integration_id, group_id=group_id, add=list(add), remove=list(remove)
    )


async def replace_members(
    tx: Transaction, integration_id: IntegrationId, group_id: GroupId, members: Iterable[UserId]
) -> MembersChanged:
    """Make these, and nobody else, the members of a locked group."""
    return await _run(tx, _REPLACE, integration_id=integration_id, group_id=group_id, add=list(members))


async def _run(tx: Transaction, statement: Prepared, **parameters: object) -> MembersChanged:
    row = await tx.fetch_one(statement, **parameters)
    assert row is not None
    return MembersChanged(**row)


async def leave_all_groups(tx: Transaction, user_id: UserId) -> list[GroupId]:
    """End every membership of a locked user; say of which groups."""
    return [GroupId(row["group_id"]) for row in await tx.fetch_all(_LEAVE_ALL, user_id=user_id)]
