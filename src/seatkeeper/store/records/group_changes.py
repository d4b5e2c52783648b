"""A change of a locked group and its members, as one statement that never loads the members."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import psycopg
from sqlalchemy import (
    CTE,
    Boolean,
    ColumnElement,
    Integer,
    Select,
    Text,
    Uuid,
    any_,
    bindparam,
    cast,
    column,
    delete,
    exists,
    func,
    or_,
    select,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlalchemy.types import TypeEngine

from seatkeeper.core.ids import GroupId, IntegrationId, UserId
from seatkeeper.core.users import Group
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import encode_ids
from seatkeeper.store.membership_tables import memberships, nested_groups, waiting_members
from seatkeeper.store.records.groups import GROUP_CONTENT, group_values
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import groups, users
from seatkeeper.store.texts import name_key


@dataclass(frozen=True, slots=True)
class MembersWish:
    """Who comes to a group and who goes, told apart. With ``replace`` whoever is not to come goes."""

    add: frozenset[UserId | GroupId] = frozenset()
    """Users."""
    nest: frozenset[GroupId] = frozenset()
    """Groups to take in."""
    wait: frozenset[str] = frozenset()
    """Values of those who are not here yet."""
    remove: frozenset[UserId | GroupId] = frozenset()
    """Users and groups to let go; as values, they are no longer waited for."""
    forget: frozenset[str] = frozenset()
    """Other values that are no longer waited for."""
    replace: bool = False


@dataclass(frozen=True, slots=True)
class Turnover:
    """Who really came and went: not those who were members before, nor those who were strangers before."""

    added: Sequence[UserId] = ()
    removed: Sequence[UserId] = ()
    unknown: Sequence[UserId] = ()
    """Those to add who are no users of the integration. When there are any, nothing was written."""
    nested: Sequence[GroupId] = ()
    released: Sequence[GroupId] = ()
    """Groups that are no longer in the group."""
    waiting: Sequence[str] = ()
    """Values that are waited for from now on."""
    around: Sequence[GroupId] = ()
    """The groups the group is in."""

    @property
    def is_empty(self) -> bool:
        """Whether everybody is where they were."""
        return not (self.added or self.removed or self.nested or self.released)


_GROUP = bindparam("group_id", type_=Uuid)
_INTEGRATION = bindparam("integration_id", type_=Uuid)
_ADD = bindparam("add", type_=ARRAY(Uuid))
_NEST = bindparam("nest", type_=ARRAY(Uuid))
_WAIT = bindparam("wait", type_=ARRAY(Text))
_REMOVE = bindparam("remove", type_=ARRAY(Uuid))
_FORGET = bindparam("forget", type_=ARRAY(Text))


def _known() -> CTE:
    # The lock waits for a deletion of the user under way; without it the foreign key would be what fails.
    return (
        select(users.c.id)
        .where(users.c.integration_id == _INTEGRATION, users.c.id == any_(_ADD))
        .order_by(users.c.id)
        .with_for_update(read=True, key_share=True)
        .cte("known")
    )


def _taken_in(all_known: ColumnElement[bool]) -> CTE:
    known = (
        select(groups.c.id)
        .where(groups.c.integration_id == _INTEGRATION, groups.c.id == any_(_NEST))
        .order_by(groups.c.id)
        .with_for_update(read=True, key_share=True)
        .cte("known_groups")
    )
    return (
        insert(nested_groups)
        .from_select(
            ["group_id", "member_id", "integration_id"], select(_GROUP, known.c.id, _INTEGRATION).where(all_known)
        )
        .on_conflict_do_nothing()
        .returning(nested_groups.c.member_id)
        .cte("nested")
    )


def _awaited(all_known: ColumnElement[bool]) -> CTE:
    given = func.unnest(_WAIT, bindparam("wait_keys", type_=ARRAY(Text)))
    rows = given.table_valued(column("value", Text), column("value_key", Text), name="awaited").render_derived()
    now = GROUP_CONTENT["updated_at"]
    return (
        insert(waiting_members)
        .from_select(
            ["group_id", "value", "integration_id", "value_key", "since"],
            select(_GROUP, rows.c.value, _INTEGRATION, rows.c.value_key, now).where(all_known),
        )
        .on_conflict_do_nothing()
        .returning(waiting_members.c.value)
        .cte("waiting")
    )


def _stays(member: ColumnElement[Any], wanted: ColumnElement[Any]) -> ColumnElement[bool]:
    stays = func.unnest(wanted).column_valued()
    return exists(select(stays).where(stays == member))


def _changing(*, replace: bool) -> Prepared:
    wanted = select(func.unnest(_ADD).label("id")).cte("wanted_members")
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
    nested, waiting = _taken_in(all_known), _awaited(all_known)
    user, inner, value = memberships.c.user_id, nested_groups.c.member_id, waiting_members.c.value
    if replace:
        goes = (~_stays(user, _ADD), ~_stays(inner, _NEST), ~_stays(value, _WAIT))
    else:
        is_forgotten = or_(value == any_(_FORGET), value == any_(cast(_REMOVE, ARRAY(Text))))
        goes = (user == any_(_REMOVE), inner == any_(_REMOVE), is_forgotten)
    removed, released, forgotten = (
        delete(table).where(table.c.group_id == _GROUP, all_known, left).returning(named).cte(name)
        for table, named, left, name in zip(
            (memberships, nested_groups, waiting_members),
            (user, inner, value),
            goes,
            ("removed", "released", "forgotten"),
            strict=True,
        )
    )
    came_or_went = (exists(select(rows)) for rows in (added, removed, nested, released))
    changed = or_(bindparam("differs", type_=Boolean), *came_or_went)
    rewritten = (
        update(groups)
        .where(groups.c.id == _GROUP, all_known, changed)
        .values(version=bindparam("version", type_=Integer), **GROUP_CONTENT)
        .returning(groups.c.id)
        .cte("rewritten")
    )
    around = select(nested_groups.c.group_id).where(nested_groups.c.member_id == _GROUP)
    ids = {"added": added, "removed": removed, "unknown": unknown, "nested": nested, "released": released}
    found = [_all_of(select(rows), Uuid).label(name) for name, rows in ids.items()]
    found += [_all_of(select(waiting), Text).label("waiting"), _all_of(around, Uuid).label("around")]
    return prepare(select(*found).add_cte(rewritten).add_cte(forgotten))


def _all_of(rows: Select[Any], type_: type[TypeEngine[Any]]) -> ColumnElement[Any]:
    return func.array(rows.scalar_subquery(), type_=ARRAY(type_))


_CHANGE = _changing(replace=False)
_REPLACE = _changing(replace=True)
_AS_THEY_ARE = MembersWish()


async def write_group(
    tx: Transaction, integration_id: IntegrationId, group: Group, members: MembersWish, *, differs: bool
) -> Turnover:
    """Let members of a locked group come and go, and write every field of it as it is given.

    Unless it ``differs`` or a member really came or went, the group is left as it is. Raises psycopg's
    ``UniqueViolation`` when another group has its name.
    """
    wait = list(members.wait)
    values = {
        **group_values(group),
        "integration_id": integration_id,
        "version": group.version,
        "add": encode_ids(members.add),
        "nest": encode_ids(members.nest),
        "wait": wait,
        "wait_keys": [name_key(value) for value in wait],
        "differs": differs,
    }
    if members.replace:
        row = await tx.fetch_one(_REPLACE, **values)
    else:
        going = members.remove - members.add - members.nest
        row = await tx.fetch_one(_CHANGE, **values, remove=encode_ids(going), forget=list(members.forget))
    assert row is not None
    return Turnover(**row)


async def rename_group(
    tx: Transaction, integration_id: IntegrationId, group: Group, members: MembersWish
) -> Turnover | None:
    """Do the same for a group with a new name. Answers None, and has written nothing, when the name is taken."""
    # The name comes first: while it is waited for, no members may be locked (``operations.users``).
    try:
        async with tx.savepoint():
            await write_group(tx, integration_id, group, _AS_THEY_ARE, differs=True)
    except psycopg.errors.UniqueViolation:
        return None
    return await write_group(tx, integration_id, group, members, differs=False)
