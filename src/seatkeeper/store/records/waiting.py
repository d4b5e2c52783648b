"""Members who are not here yet: who is meant by a value, and which groups wait for somebody."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import ColumnElement, FromClause, Text, Uuid, any_, bindparam, column, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import GroupId, IntegrationId, UserId
from seatkeeper.store.database import Transaction
from seatkeeper.store.membership_tables import waiting_members
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import groups, users
from seatkeeper.store.texts import name_key


@dataclass(frozen=True, slots=True)
class Reference:
    """Who is meant by a value; neither a user nor a group where it is nobody who is here."""

    value: str
    user_id: UserId | None
    group_id: GroupId | None


@dataclass(frozen=True, slots=True)
class Want:
    """A group that waits for somebody by a value, and the value as a userName is compared."""

    group_id: GroupId
    value: str
    value_key: str


_INTEGRATION = bindparam("integration_id", type_=Uuid)
_GIVEN = (
    func.unnest(
        bindparam("named", type_=ARRAY(Text)),
        bindparam("keys", type_=ARRAY(Text)),
        bindparam("ids", type_=ARRAY(Uuid)),
    )
    .table_valued(column("value", Text), column("value_key", Text), column("id", Uuid), name="given")
    .render_derived()
)


def _first(of: FromClause, condition: ColumnElement[bool]) -> ColumnElement[object]:
    mine = select(of.c.id).where(of.c.integration_id == _INTEGRATION, condition)
    return mine.order_by(of.c.id).limit(1).correlate(_GIVEN).scalar_subquery()


_FIND = prepare(
    select(
        _GIVEN.c.value,
        func.coalesce(
            _first(users, users.c.external_id == _GIVEN.c.value),
            _first(users, users.c.user_name_key == _GIVEN.c.value_key),
        ).label("user_id"),
        func.coalesce(
            _first(groups, groups.c.id == _GIVEN.c.id), _first(groups, groups.c.external_id == _GIVEN.c.value)
        ).label("group_id"),
    )
)
_WAITING = prepare(
    select(waiting_members.c.group_id, waiting_members.c.value, waiting_members.c.value_key)
    .where(
        waiting_members.c.integration_id == _INTEGRATION,
        or_(
            waiting_members.c.value == any_(bindparam("external_ids", type_=ARRAY(Text))),
            waiting_members.c.value_key == any_(bindparam("user_name_keys", type_=ARRAY(Text))),
        ),
    )
    .order_by(waiting_members.c.group_id)
)

_OF_GROUP = prepare(
    select(waiting_members.c.value).where(waiting_members.c.group_id == bindparam("group_id", type_=Uuid))
)


async def find_references(
    tx: Transaction, integration_id: IntegrationId, named: Sequence[str], ids: Sequence[UUID] = ()
) -> list[Reference]:
    """Say who is meant by each value: a user's externalId or userName, a group's externalId.

    ``ids`` are of groups, or are values like the others.
    """
    values = [*named, *map(str, ids)]
    rows = await tx.fetch_all(
        _FIND,
        integration_id=integration_id,
        named=values,
        keys=[name_key(value) for value in values],
        ids=[*(None for _ in named), *ids],
    )
    return [Reference(**row) for row in rows]


async def list_wants(
    tx: Transaction, integration_id: IntegrationId, external_ids: Sequence[str], user_name_keys: Sequence[str]
) -> list[Want]:
    """List the groups that wait for somebody by one of these values, in order of their ids."""
    names = {"external_ids": list(external_ids), "user_name_keys": list(user_name_keys)}
    return [Want(**row) for row in await tx.fetch_all(_WAITING, integration_id=integration_id, **names)]


async def list_waited_for(tx: Transaction, group_id: GroupId) -> set[str]:
    """List the values a group waits for."""
    return {row["value"] for row in await tx.fetch_all(_OF_GROUP, group_id=group_id)}
