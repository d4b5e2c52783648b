"""The account each user has, and which accounts a change of groups concerns."""

from collections.abc import Sequence

from sqlalchemy import Text, Uuid, any_, bindparam, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import AccountId, GroupId, UserId
from seatkeeper.store.database import Transaction
from seatkeeper.store.membership_tables import memberships
from seatkeeper.store.queries.nesting import groups_within
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, users

_USER = bindparam("user", type_=Uuid)
_KEY = bindparam("key", type_=Text)
_RENAME = prepare(update(accounts).where(accounts.c.user_id == _USER).values(user_name_key=_KEY))
_OF_ACTIVE = select(accounts.c.id).join(users, users.c.id == accounts.c.user_id).where(users.c.active)
_OF_ACTIVE_USERS = prepare(_OF_ACTIVE.where(users.c.id == any_(bindparam("users", type_=ARRAY(Uuid)))))
_given = select(func.unnest(bindparam("groups", type_=ARRAY(Uuid))).label("id")).subquery("given")
_inside = groups_within(_given)
_OF_ACTIVE_MEMBERS = prepare(
    _OF_ACTIVE.where(
        users.c.id.in_(select(memberships.c.user_id).join(_inside, _inside.c.group_id == memberships.c.group_id))
    )
)


async def rename_account(tx: Transaction, user_id: UserId, user_name_key: str) -> None:
    """Let the account of a user go by the user's new name, by which it is found when the person comes back."""
    await tx.execute(_RENAME, user=user_id, key=user_name_key)


async def list_accounts_of_active(tx: Transaction, user_ids: Sequence[UserId]) -> list[AccountId]:
    """List the accounts of those of these users who are active."""
    return [AccountId(row["id"]) for row in await tx.fetch_all(_OF_ACTIVE_USERS, users=list(user_ids))]


async def list_accounts_of_active_members(tx: Transaction, group_ids: Sequence[GroupId]) -> list[AccountId]:
    """List the accounts of the active members of groups, and of the groups in these."""
    return [AccountId(row["id"]) for row in await tx.fetch_all(_OF_ACTIVE_MEMBERS, groups=list(group_ids))]
