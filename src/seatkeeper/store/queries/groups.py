"""Groups of one integration, and their members."""

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid, any_, bindparam, false, func, select, true, union_all
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import GroupId, IntegrationId, UserId
from seatkeeper.core.users import Group
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.membership_tables import memberships, nested_groups
from seatkeeper.store.queries.listing import INTEGRATION, ListQuery, Page, Place, Stretch, read_page, read_stretch
from seatkeeper.store.rows import decode_group
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import groups, users


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a group. ``display`` is the user's displayName, or the userName without one.

    For a group within the group, both names are its displayName.
    """

    id: UserId | GroupId
    display: str
    user_name: str
    is_group: bool = False


MEMBER_DISPLAY = func.coalesce(func.nullif(users.c.document["displayName"].astext, ""), users.c.user_name)
"""How a member is shown."""

_ONE = prepare(
    select(groups).where(groups.c.id == bindparam("group_id", type_=Uuid), groups.c.integration_id == INTEGRATION)
)
_UNANSWERED = prepare(
    select(groups).where(
        groups.c.integration_id == INTEGRATION,
        groups.c.display_name_key == bindparam("name", type_=Text),
        groups.c.unanswered_at.is_not(None),
        groups.c.version == 1,
    )
)
_GROUPS = any_(bindparam("groups", type_=ARRAY(Uuid)))
_person = select(
    memberships.c.group_id,
    users.c.id,
    MEMBER_DISPLAY.label("display"),
    users.c.user_name,
    false().label("is_group"),
).join(users, users.c.id == memberships.c.user_id)
_people = _person.where(memberships.c.group_id == _GROUPS)
_groups_within = (
    select(
        nested_groups.c.group_id,
        groups.c.id,
        groups.c.display_name.label("display"),
        groups.c.display_name.label("user_name"),
        true().label("is_group"),
    )
    .join(groups, groups.c.id == nested_groups.c.member_id)
    .where(nested_groups.c.group_id == _GROUPS)
)
_all = union_all(_people, _groups_within).subquery("members")
_MEMBERS_OF = prepare(select(_all).order_by(_all.c.is_group, _all.c.id))
_WITHIN = prepare(_groups_within.order_by(groups.c.id))
_GROUP = bindparam("group_id", type_=Uuid)
_PEOPLE_AFTER = prepare(
    _person.where(memberships.c.group_id == _GROUP, memberships.c.user_id > bindparam("after_id", type_=Uuid))
    .order_by(memberships.c.user_id)
    .limit(bindparam("most", type_=Integer))
)
_first = (
    select(memberships.c.user_id)
    .where(memberships.c.group_id == _GROUP)
    .limit(bindparam("most", type_=Integer) + 1)
    .subquery("first")
)
_COUNT_FIRST = prepare(select(func.count(_first.c.user_id).label("found")))


async def get_group(reader: Reader, integration_id: IntegrationId, group_id: GroupId) -> Group:
    """Read one group. Raises ``NotFoundError``, also for a group of another integration."""
    row = await reader.fetch_one(_ONE, group_id=group_id, integration_id=integration_id)
    if row is None:
        raise NotFoundError(f"There is no group with the id {group_id}.")
    return decode_group(row)


async def find_unanswered_group(
    reader: Reader, integration_id: IntegrationId, display_name_key: str
) -> Group | None:
    """Find a group as it was created, of which whoever asked for it was never told."""
    row = await reader.fetch_one(_UNANSWERED, integration_id=integration_id, name=display_name_key)
    return None if row is None else decode_group(row)


async def list_groups(reader: Reader, integration_id: IntegrationId, query: ListQuery) -> Page[Group]:
    """Read one page of the integration's groups."""
    return await read_page(reader, groups, integration_id, query, decode_group)


async def list_groups_after(
    reader: Reader, integration_id: IntegrationId, query: ListQuery, after: Place | None
) -> Stretch[Group]:
    """Read the integration's groups behind a place, or from the beginning."""
    return await read_stretch(reader, groups, integration_id, query, decode_group, after)


async def list_members(reader: Reader, group_id: GroupId) -> list[Member]:
    """Read the members of one group, people in the order of their creation, then groups."""
    return (await members_of_groups(reader, [group_id]))[group_id]


async def list_people_after(reader: Reader, group_id: GroupId, after: UUID, most: int) -> list[Member]:
    """Read members of a group who are people and come behind one, in the order of ``list_members``."""
    return [
        _member(row) for row in await reader.fetch_all(_PEOPLE_AFTER, group_id=group_id, after_id=after, most=most)
    ]


async def list_groups_within(reader: Reader, group_id: GroupId) -> list[Member]:
    """Read the groups within a group, which come behind its people."""
    return [_member(row) for row in await reader.fetch_all(_WITHIN, groups=[group_id])]


async def find_few_members(reader: Reader, group_id: GroupId, most: int) -> list[Member] | None:
    """Read the members of a group as ``list_members`` does; None when there are more than ``most``."""
    row = await reader.fetch_one(_COUNT_FIRST, group_id=group_id, most=most)
    assert row is not None
    return None if row["found"] > most else await list_members(reader, group_id)


async def members_of_groups(reader: Reader, group_ids: Sequence[GroupId]) -> dict[GroupId, list[Member]]:
    """Read the members of several groups. Every id asked for is a key."""
    found: dict[GroupId, list[Member]] = {group_id: [] for group_id in group_ids}
    if not found:
        return found
    for row in await reader.fetch_all(_MEMBERS_OF, groups=list(found)):
        found[GroupId(row["group_id"])].append(_member(row))
    return found


def _member(row: Row) -> Member:
    return Member(row["id"], row["display"], row["user_name"], row["is_group"])
