"""The account each user has, and which accounts a change of groups concerns."""

from collections.abc import Sequence

from sqlalchemy import DateTime, Text, Uuid, any_, bindparam, insert, select, update
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.ids import AccountId, GroupId, IntegrationId, UserId
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, memberships, users

_USER = bindparam("user", type_=Uuid)
_KEY = bindparam("key", type_=Text)
_OF_USER = prepare(select(accounts.c.id, accounts.c.user_name_key).where(accounts.c.user_id == _USER))
_RENAME = prepare(update(accounts).where(accounts.c.user_id == _USER).values(user_name_key=_KEY))
_INSERT = prepare(
    insert(accounts).values(
        id=bindparam("account"),
        integration_id=bindparam("integration"),
        user_id=_USER,
        user_name_key=_KEY,
        created_at=bindparam("now", type_=DateTime(timezone=True)),
    )
)
_OF_ACTIVE = select(accounts.c.id).join(users, users.c.id == accounts.c.user_id).where(users.c.active)
_OF_ACTIVE_USERS = prepare(_OF_ACTIVE.where(users.c.id == any_(bindparam("users", type_=ARRAY(Uuid)))))
_OF_ACTIVE_MEMBERS = prepare(
    _OF_ACTIVE.join(memberships, memberships.c.user_id == users.c.id).where(
        memberships.c.group_id == bindparam("group", type_=Uuid)
    )
)


async def find_account_of(tx: Transaction, user_id: UserId) -> AccountId | None:
    """Find the account of a user."""
    row = await tx.fetch_one(_OF_USER, user=user_id)
    return None if row is None else AccountId(row["id"])


async def put_account(
    tx: Transaction, integration_id: IntegrationId, user_id: UserId, user_name_key: str
) -> AccountId:
    """Give a locked user an account if there is none, let it go by this name, and say which it is."""
    row = await tx.fetch_one(_OF_USER, user=user_id)
    if row is None:
        account = new_id()
        await tx.execute(
            _INSERT, account=account, integration=integration_id, user=user_id, key=user_name_key, now=tx.now
        )
        return AccountId(account)
    if row["user_name_key"] != user_name_key:
        await tx.execute(_RENAME, user=user_id, key=user_name_key)
    return AccountId(row["id"])


async def list_accounts_of_active(tx: Transaction, user_ids: Sequence[UserId]) -> list[AccountId]:
    """List the accounts of those of these users who are active."""
    return [AccountId(row["id"]) for row in await tx.fetch_all(_OF_ACTIVE_USERS, users=list(user_ids))]


async def list_accounts_of_active_members(tx: Transaction, group_id: GroupId) -> list[AccountId]:
    """List the accounts of the active members of a group."""
    return [AccountId(row["id"]) for row in await tx.fetch_all(_OF_ACTIVE_MEMBERS, group=group_id)]
