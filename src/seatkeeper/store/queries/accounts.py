"""What is known of accounts: whose they are, what the app last showed, and what was given to them."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Text, Uuid, any_, bindparam, exists, or_, select
from sqlalchemy.dialects.postgresql import ARRAY

from seatkeeper.core.accounts import Standing
from seatkeeper.core.entitlements import Entitlement, Grant
from seatkeeper.core.ids import AccountId, GroupId, IntegrationId, Uid, UserId
from seatkeeper.core.jobs import OPEN
from seatkeeper.core.users import Group, User
from seatkeeper.core.values import Attributes
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.membership_tables import memberships
from seatkeeper.store.queries.due_jobs import written
from seatkeeper.store.queries.nesting import belonging_to
from seatkeeper.store.rows import decode_group, decode_user
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import account_grants, accounts, groups, jobs, users


@dataclass(frozen=True, slots=True)
class KnownAccount:
    """An account row. ``uid`` is None while the app is not known to hold it.

    ``attributes`` are those the app last showed, or, before the first time, those it will be looked for by.
    ``grants`` are what Seatkeeper gave it or set out to give it.
    """

    id: AccountId
    user_id: UserId | None
    uid: Uid | None
    name: str | None
    active: bool | None
    attributes: Attributes
    disabled_at: datetime | None
    delete_at: datetime | None
    grants: frozenset[Grant]
    standing: Standing = Standing.PRESENT
    """*Invited* or *prepared* while there is no account yet; ``uid`` is then that of the invitation."""
    invited_at: datetime | None = None
    """When an account was last asked for that does not arrive at once; stays once it has."""


@dataclass(frozen=True, slots=True)
class Person:
    """Everything an attempt at an account starts from; ``user`` is None for one the IdP removed."""

    account: KnownAccount
    user: User | None
    groups: Sequence[Group] = ()


@dataclass(frozen=True, slots=True)
class Holder:
    """An account row that holds a Uid. ``is_settled``: no job of it is open, so it will not let go by itself."""

    account_id: AccountId
    uid: Uid | None
    user_id: UserId | None
    name: str | None
    is_settled: bool


_ACCOUNT_COLUMNS = tuple(
    accounts.c[name]
    for name in (
        "id",
        "user_id",
        "uid",
        "name",
        "active",
        "attributes",
        "disabled_at",
        "delete_at",
        "standing",
        "invited_at",
    )
)
_IDS = bindparam("ids", type_=ARRAY(Uuid))
_ACCOUNTS = prepare(select(*_ACCOUNT_COLUMNS).where(accounts.c.id == any_(_IDS)))
_OF_USER = prepare(
    select(accounts.c.id).where(
        accounts.c.user_id == bindparam("user_id", type_=Uuid),
        accounts.c.integration_id == bindparam("integration_id", type_=Uuid),
    )
)
_GRANTS = prepare(select(account_grants).where(account_grants.c.account_id == any_(_IDS)))
_USERS = prepare(select(users).where(users.c.id == any_(_IDS)))
_MEMBERSHIPS = prepare(select(belonging_to(memberships.c.user_id == any_(_IDS))))
_GROUPS = prepare(select(groups).where(groups.c.id == any_(_IDS)).order_by(groups.c.id))
_HOLDERS = prepare(
    select(
        *(accounts.c[name] for name in ("id", "uid", "user_id", "name")),
        exists()
        .where(jobs.c.account_id == accounts.c.id, jobs.c.state.in_([written(state) for state in sorted(OPEN)]))
        .label("is_open"),
    ).where(
        accounts.c.integration_id == bindparam("integration_id", type_=Uuid),
        or_(accounts.c.uid == any_(bindparam("uids", type_=ARRAY(Text))), accounts.c.id == any_(_IDS)),
    )
)


async def load_people(reader: Reader, ids: Sequence[AccountId], *, with_groups: bool) -> dict[AccountId, Person]:
    """Load what attempts at these accounts start from, in a few statements for any number of them."""
    rows = await reader.fetch_all(_ACCOUNTS, ids=list(ids))
    grants = await _load_grants(reader, ids)
    user_ids = [row["user_id"] for row in rows if row["user_id"] is not None]
    people = {row["id"]: decode_user(row) for row in await reader.fetch_all(_USERS, ids=user_ids)}
    belonging = await _load_groups(reader, user_ids) if with_groups else {}
    return {
        row["id"]: Person(
            _known(row, grants.get(row["id"], frozenset())),
            people.get(row["user_id"]),
            belonging.get(row["user_id"], ()),
        )
        for row in rows
    }


async def find_account_id(reader: Reader, integration_id: IntegrationId, user_id: UserId) -> AccountId | None:
    """Find the account of a user of this integration."""
    row = await reader.fetch_one(_OF_USER, integration_id=integration_id, user_id=user_id)
    return None if row is None else AccountId(row["id"])


async def list_holders(
    reader: Reader, integration_id: IntegrationId, uids: Sequence[Uid], ids: Sequence[AccountId] = ()
) -> list[Holder]:
    """List the account rows that hold these Uids, and those with these ids, whatever they hold."""
    rows = await reader.fetch_all(_HOLDERS, integration_id=integration_id, uids=list(uids), ids=list(ids))
    return [
        Holder(AccountId(row["id"]), row["uid"], row["user_id"], row["name"], not row["is_open"]) for row in rows
    ]


async def _load_grants(reader: Reader, ids: Sequence[AccountId]) -> dict[AccountId, frozenset[Grant]]:
    found: defaultdict[AccountId, set[Grant]] = defaultdict(set)
    for row in await reader.fetch_all(_GRANTS, ids=list(ids)):
        grant = Grant(Entitlement(row["type"], row["value"]), row["source"])
        found[AccountId(row["account_id"])].add(grant)
    return {account_id: frozenset(grants) for account_id, grants in found.items()}


async def _load_groups(reader: Reader, user_ids: Sequence[UserId]) -> dict[UserId, list[Group]]:
    pairs = await reader.fetch_all(_MEMBERSHIPS, ids=list(user_ids))
    group_ids = sorted({row["group_id"] for row in pairs})
    known: dict[GroupId, Group] = {
        row["id"]: decode_group(row) for row in await reader.fetch_all(_GROUPS, ids=group_ids)
    }
    found: defaultdict[UserId, list[Group]] = defaultdict(list)
    for row in sorted(pairs, key=lambda pair: pair["group_id"]):
        if row["group_id"] in known:
            found[row["user_id"]].append(known[row["group_id"]])
    return found


def _known(row: Row, grants: frozenset[Grant]) -> KnownAccount:
    return KnownAccount(
        id=AccountId(row["id"]),
        user_id=row["user_id"],
        uid=row["uid"],
        name=row["name"],
        active=row["active"],
        attributes={name: _value(value) for name, value in row["attributes"].items()},
        disabled_at=row["disabled_at"],
        delete_at=row["delete_at"],
        grants=grants,
        standing=Standing(row["standing"] or Standing.PRESENT),
        invited_at=row["invited_at"],
    )


def _value(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value
