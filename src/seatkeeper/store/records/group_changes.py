"""A change of a locked group and its members, as one statement that never loads the members."""

from collections.abc import Sequence
from dataclasses import dataclass

import psycopg
from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Delete,
    Integer,
    Select,
    Uuid,
    any_,
    bindparam,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert

from seatkeeper.core.ids import IntegrationId, UserId
from seatkeeper.core.users import Group, MembersChange
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import encode_ids
from seatkeeper.store.records.groups import GROUP_CONTENT, group_values
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import groups, memberships, users


@dataclass(frozen=True, slots=True)
class Turnover:
    """Who really came and went: not those who were members before, nor those who were strangers before."""

    added: Sequence[UserId]
    removed: Sequence[UserId]
    unknown: Sequence[UserId]
    """Those to add who are no users of the integration. When there are any, nothing was written."""

    @property
    def is_empty(self) -> bool:
        """Whether everybody is where they were."""
        return not self.added and not self.removed


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
    removed = (
        leaving.where(memberships.c.group_id == _GROUP, all_known).returning(memberships.c.user_id).cte("removed")
    )
    changed = or_(bindparam("differs", type_=Boolean), exists(select(added)), exists(select(removed)))
    rewritten = (
        update(groups)
        .where(groups.c.id == _GROUP, all_known, changed)
        .values(version=bindparam("version", type_=Integer), **GROUP_CONTENT)
        .returning(groups.c.id)
        .cte("rewritten")
    )
    found = {"added": select(added), "removed": select(removed), "unknown": select(unknown)}
    return prepare(select(*(_all_of(rows).label(name) for name, rows in found.items())).add_cte(rewritten))


def _all_of(rows: Select[tuple[object]]) -> ColumnElement[object]:
    return func.array(rows.scalar_subquery(), type_=ARRAY(Uuid))


_CHANGE = _changing(delete(memberships).where(memberships.c.user_id == any_(_REMOVE)))
_AS_THEY_ARE = MembersChange()
_stays = func.unnest(_ADD).column_valued("stays")
_REPLACE = _changing(delete(memberships).where(~exists(select(_stays).where(_stays == memberships.c.user_id))))


async def write_group(
    tx: Transaction, integration_id: IntegrationId, group: Group, members: MembersChange, *, differs: bool
) -> Turnover:
    """Let members of a locked group come and go, and write every field of it as it is given.

    Unless it ``differs`` or a member really came or went, the group is left as it is. Raises psycopg's
    ``UniqueViolation`` when another group has its name.
    """
    values = {
        **group_values(group),
        "integration_id": integration_id,
        "version": group.version,
        "add": encode_ids(members.add),
        "differs": differs,
    }
    if members.replace:
        row = await tx.fetch_one(_REPLACE, **values)
    else:
        row = await tx.fetch_one(_CHANGE, **values, remove=encode_ids(members.remove - members.add))
    assert row is not None
    return Turnover(**row)


async def rename_group(
    tx: Transaction, integration_id: IntegrationId, group: Group, members: MembersChange
) -> Turnover | None:
    """Do the same for a group with a new name. Answers None, and has written nothing, when the name is taken."""
    # The name comes first: while it is waited for, no members may be locked (``operations.users``).
    try:
        async with tx.savepoint():
            await write_group(tx, integration_id, group, _AS_THEY_ARE, differs=True)
    except psycopg.errors.UniqueViolation:
        return None
    return await write_group(tx, integration_id, group, members, differs=False)
