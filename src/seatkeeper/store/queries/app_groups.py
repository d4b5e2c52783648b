"""What is known of the app's groups: which Group each mirrors, and which accounts belong in it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from sqlalchemy import Text, Uuid, any_, bindparam, func, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import AccountId, AppGroupId, GroupId, IntegrationId, Uid
from seatkeeper.core.jobs import JobState
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.membership_tables import memberships
from seatkeeper.store.queries.due_jobs import written
from seatkeeper.store.queries.nesting import belonging_to, groups_within
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, app_groups, groups, jobs


@dataclass(frozen=True, slots=True)
class KnownGroup:
    """An app group. ``group_id`` is None once the IdP removed the Group; ``uid`` while the app is not known to
    hold it. ``created_here`` tells a group Seatkeeper made from one it found there; ``seen_name`` is the name
    it last had in the app.
    """

    id: AppGroupId
    group_id: GroupId | None
    uid: Uid | None
    name: str
    seen_name: str | None
    created_here: bool


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_UIDS = bindparam("uids", type_=ARRAY(Text))
_OF_INTEGRATION = bindparam("integration_id", type_=Uuid)
_SELECTED = select(
    *(app_groups.c[name] for name in ("id", "group_id", "uid", "seen_name", "created_here")),
    func.coalesce(groups.c.display_name, app_groups.c.display_name).label("name"),
).outerjoin(groups, groups.c.id == app_groups.c.group_id)
_BY_IDS = prepare(_SELECTED.where(app_groups.c.id == any_(_IDS)))
_BY_UIDS = prepare(
    _SELECTED.where(app_groups.c.integration_id == _OF_INTEGRATION, app_groups.c.uid == any_(_UIDS))
)
_inside = groups_within(select(bindparam("group_id", type_=Uuid).label("id")).subquery("given"))
_MEMBERS = prepare(
    select(accounts.c.uid).where(
        accounts.c.uid.is_not(None),
        accounts.c.standing.is_(None),
        accounts.c.user_id.in_(
            select(memberships.c.user_id).join(_inside, _inside.c.group_id == memberships.c.group_id)
        ),
    )
)
_MANAGED = prepare(
    select(accounts.c.uid).where(accounts.c.integration_id == _OF_INTEGRATION, accounts.c.uid == any_(_UIDS))
)
_ALL_MANAGED = prepare(
    select(accounts.c.uid).where(accounts.c.integration_id == _OF_INTEGRATION, accounts.c.uid.is_not(None))
)
_newest_job = (
    select(jobs.c.state)
    .where(jobs.c.app_group_id == app_groups.c.id)
    .order_by(jobs.c.id.desc())
    .limit(1)
    .scalar_subquery()
)
_settled = (JobState.SUCCEEDED, JobState.UNVERIFIED, JobState.UNCHANGED)
_theirs = select(accounts.c.user_id).where(accounts.c.id == bindparam("account_id", type_=Uuid)).scalar_subquery()
_their_groups = belonging_to(memberships.c.user_id == _theirs)
_TO_LEAVE = prepare(
    _SELECTED.join(accounts, accounts.c.integration_id == app_groups.c.integration_id)
    .where(
        accounts.c.id == bindparam("account_id", type_=Uuid),
        app_groups.c.uid.is_not(None),
        or_(
            app_groups.c.group_id.in_(select(_their_groups.c.group_id)),
            _newest_job.not_in([written(state) for state in _settled]),
        ),
    )
    .order_by(app_groups.c.id)
)
_of_them = belonging_to(memberships.c.user_id.in_(select(accounts.c.user_id).where(accounts.c.id == any_(_IDS))))
_OF_ACCOUNTS = prepare(
    select(app_groups.c.id).distinct().join(_of_them, _of_them.c.group_id == app_groups.c.group_id)
)


async def load_app_groups(reader: Reader, ids: Sequence[AppGroupId]) -> dict[AppGroupId, KnownGroup]:
    """Load app groups."""
    return {row["id"]: _known(row) for row in await reader.fetch_all(_BY_IDS, ids=list(ids))}


async def find_app_groups_by_uid(
    reader: Reader, integration_id: IntegrationId, uids: Sequence[Uid]
) -> dict[Uid, KnownGroup]:
    """Find which app groups hold these Uids."""
    rows = await reader.fetch_all(_BY_UIDS, integration_id=integration_id, uids=list(uids))
    return {Uid(row["uid"]): _known(row) for row in rows}


async def list_member_uids(reader: Reader, group_id: GroupId) -> frozenset[Uid]:
    """List the accounts in the app of a Group's users, those of disabled people too: a return finds them."""
    return frozenset(Uid(row["uid"]) for row in await reader.fetch_all(_MEMBERS, group_id=group_id))


async def list_managed_uids(
    reader: Reader, integration_id: IntegrationId, among: Collection[Uid]
) -> frozenset[Uid]:
    """List those of these accounts of the app that Seatkeeper manages; the others are strangers to it."""
    rows = await reader.fetch_all(_MANAGED, integration_id=integration_id, uids=list(among))
    return frozenset(Uid(row["uid"]) for row in rows)


async def list_all_uids(reader: Reader, integration_id: IntegrationId) -> frozenset[Uid]:
    """List every account of the app that Seatkeeper manages in this integration."""
    rows = await reader.fetch_all(_ALL_MANAGED, integration_id=integration_id)
    return frozenset(Uid(row["uid"]) for row in rows)


async def list_app_groups_of_accounts(reader: Reader, ids: Sequence[AccountId]) -> list[AppGroupId]:
    """List the pushed groups these accounts belong in."""
    return [AppGroupId(row["id"]) for row in await reader.fetch_all(_OF_ACCOUNTS, ids=list(ids))]


async def list_app_groups_to_leave(reader: Reader, account_id: AccountId) -> list[KnownGroup]:
    """List the groups the app may hold an account in because of us, so far as the app is known to hold them.

    Those are its person's, and every one whose last job did not come to a good end: it may be the one that was
    to take the account out.
    """
    return [_known(row) for row in await reader.fetch_all(_TO_LEAVE, account_id=account_id)]


def _known(row: Row) -> KnownGroup:
    return KnownGroup(
        id=AppGroupId(row["id"]),
        group_id=row["group_id"],
        uid=row["uid"],
        name=row["name"],
        seen_name=row["seen_name"],
        created_here=row["created_here"],
    )
