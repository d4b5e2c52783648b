"""The IdP's groups beside the app's, and who is in them, page by page."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Integer, Select, Text, Uuid, any_, bindparam, func, literal_column, select
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import AccountId, GroupId, IntegrationId, UserId
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.membership_tables import memberships
from seatkeeper.store.queries.seats import NewestJob, decode_newest
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, app_groups, groups, jobs, users

MOST_MEMBERS = 1_000
"""Members of a group in a list are counted up to here."""


@dataclass(frozen=True, slots=True)
class PushedGroup:
    """A group of the IdP, and the app's group it is mirrored to.

    ``app_name`` is what the app calls its group, None while it is not known to hold one; ``members`` is counted up
    to ``MOST_MEMBERS``. ``job`` is the newest about it, None for a group that is not pushed.
    """

    id: GroupId
    display_name: str
    external_id: str | None
    created_at: datetime
    members: int
    app_name: str | None
    seen_at: datetime | None
    job: NewestJob | None


@dataclass(frozen=True, slots=True)
class Belonging:
    """A member of a group, or somebody who holds an entitlement; ``name`` is that of their account in the app."""

    account_id: AccountId
    user_id: UserId | None
    user_name: str
    name: str | None


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Groups by name, and where the next page begins, if there is one."""

    groups: Sequence[PushedGroup]
    next: str | None


_MINE = bindparam("integration_id", type_=Uuid)
_MOST = bindparam("most", type_=Integer)
_newest = (
    select(
        *(jobs.c[name].label(f"job_{name}") for name in ("id", "kind", "state", "problem_code", "problem_detail"))
    )
    .where(jobs.c.app_group_id == app_groups.c.id, jobs.c.app_group_id.is_not(None))
    .order_by(jobs.c.id.desc())
    .limit(1)
    .lateral("newest")
)
_members = (
    select(literal_column("1"))
    .select_from(memberships)
    .where(memberships.c.group_id == groups.c.id)
    .limit(MOST_MEMBERS)
    .correlate(groups)
    .subquery("members")
)


def _selected() -> Select[Any]:
    return select(
        *(groups.c[name] for name in ("id", "display_name", "display_name_key", "external_id", "created_at")),
        select(func.count()).select_from(_members).scalar_subquery().label("members"),
        app_groups.c.seen_name.label("app_name"),
        app_groups.c.seen_at,
        *_newest.c,
    ).select_from(
        groups.outerjoin(app_groups, app_groups.c.group_id == groups.c.id).outerjoin(
            _newest, literal_column("true")
        )
    )


_PAGE = prepare(
    _selected()
    .where(groups.c.integration_id == _MINE, groups.c.display_name_key > bindparam("after", type_=Text))
    .order_by(groups.c.display_name_key)
    .limit(_MOST)
)
_ONE = prepare(_selected().where(groups.c.integration_id == _MINE, groups.c.id == bindparam("id", type_=Uuid)))
_MEMBERS = prepare(
    select(accounts.c.id.label("account_id"), users.c.id.label("user_id"), users.c.user_name, accounts.c.name)
    .select_from(memberships)
    .join(users, users.c.id == memberships.c.user_id)
    .join(accounts, accounts.c.user_id == users.c.id)
    .where(
        memberships.c.group_id == bindparam("group_id", type_=Uuid),
        memberships.c.user_id > bindparam("after_id", type_=Uuid),
    )
    .order_by(memberships.c.user_id)
    .limit(_MOST)
)
_NAMES = prepare(
    select(groups.c.id, groups.c.display_name).where(
        groups.c.id == any_(bindparam("ids", type_=ARRAY(Uuid))), groups.c.integration_id == _MINE
    )
)


async def list_pushed_groups(
    reader: Reader, integration_id: IntegrationId, *, after: str = "", most: int = 25
) -> GroupPage:
    """List groups by name, behind the folded name ``after``."""
    rows = await reader.fetch_all(_PAGE, integration_id=integration_id, after=after, most=most + 1)
    following = rows[most - 1]["display_name_key"] if len(rows) > most else None
    return GroupPage([_group(row) for row in rows[:most]], following)


async def find_pushed_group(reader: Reader, integration_id: IntegrationId, group_id: UUID) -> PushedGroup | None:
    """Find one group."""
    row = await reader.fetch_one(_ONE, integration_id=integration_id, id=group_id)
    return None if row is None else _group(row)


async def list_members_of(
    reader: Reader, group_id: GroupId, *, after: UUID | None = None, most: int = 50
) -> list[Belonging]:
    """List members in the order in which they were assigned, behind one of them."""
    rows = await reader.fetch_all(_MEMBERS, group_id=group_id, after_id=after or UUID(int=0), most=most)
    return [Belonging(**row) for row in rows]


async def name_groups(reader: Reader, integration_id: IntegrationId, ids: Sequence[UUID]) -> dict[GroupId, str]:
    """Give the names of those of these groups that are there."""
    rows = await reader.fetch_all(_NAMES, ids=list(ids), integration_id=integration_id)
    return {GroupId(row["id"]): row["display_name"] for row in rows}


def _group(row: Row) -> PushedGroup:
    plain = {name: row[name] for name in PushedGroup.__slots__ if name != "job"}
    return PushedGroup(**plain, job=decode_newest(row))
