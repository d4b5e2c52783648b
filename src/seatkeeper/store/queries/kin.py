"""What else belongs to a group beside its people: groups within it and around it, and who is waited for."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Integer, Uuid, bindparam, func, select

from seatkeeper.core.ids import GroupId
from seatkeeper.store.database import Reader
from seatkeeper.store.membership_tables import nested_groups, waiting_members
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import groups


@dataclass(frozen=True, slots=True)
class NamedGroup:
    """A group, as links to it need it."""

    id: GroupId
    display_name: str


@dataclass(frozen=True, slots=True)
class Awaited:
    """Somebody who becomes a member on arrival: the externalId or userName they are waited for by."""

    value: str
    since: datetime


@dataclass(frozen=True, slots=True)
class Kin:
    """Of one group, the first of each kind by name, and how many are waited for in all."""

    within: Sequence[NamedGroup]
    around: Sequence[NamedGroup]
    awaited: Sequence[Awaited]
    awaited_count: int


_GROUP = bindparam("group_id", type_=Uuid)
_MOST = bindparam("most", type_=Integer)


def _related(near: str, far: str) -> Prepared:
    named = select(groups.c.id, groups.c.display_name).join(nested_groups, nested_groups.c[far] == groups.c.id)
    return prepare(named.where(nested_groups.c[near] == _GROUP).order_by(groups.c.display_name_key).limit(_MOST))


_WITHIN = _related("group_id", "member_id")
_AROUND = _related("member_id", "group_id")
_waiting = waiting_members.c.group_id == _GROUP
_AWAITED = prepare(
    select(waiting_members.c.value, waiting_members.c.since)
    .where(_waiting)
    .order_by(waiting_members.c.value)
    .limit(_MOST)
)
_COUNT = prepare(select(func.count().label("count")).select_from(waiting_members).where(_waiting))


async def read_kin(reader: Reader, group_id: GroupId, most: int) -> Kin:
    """Read what belongs to a group beside its people, ``most`` of each kind."""
    within, around, awaited = [
        await reader.fetch_all(statement, group_id=group_id, most=most)
        for statement in (_WITHIN, _AROUND, _AWAITED)
    ]
    count = len(awaited)
    if count == most:
        [row] = await reader.fetch_all(_COUNT, group_id=group_id)
        count = int(row["count"])
    return Kin(
        [NamedGroup(**row) for row in within],
        [NamedGroup(**row) for row in around],
        [Awaited(**row) for row in awaited],
        count,
    )
