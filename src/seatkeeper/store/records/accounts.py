"""Accounts as the engine comes to know them: what it sets out to do, and what the app then showed."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Boolean, DateTime, Text, Uuid, any_, bindparam, column, delete, null, select, update
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, insert

from seatkeeper.core.accounts import NOT_YET, Standing
from seatkeeper.core.entitlements import Grant
from seatkeeper.core.ids import AccountId, Uid
from seatkeeper.core.values import Attributes
from seatkeeper.store.database import Transaction
from seatkeeper.store.rowsets import encode_rows, rowset
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import account_grants, accounts


@dataclass(frozen=True, slots=True)
class Intent:
    """What the engine is about to make: should its answer be lost, this is how the account is found again."""

    account_id: AccountId
    name: str | None
    attributes: Attributes


@dataclass(frozen=True, slots=True)
class Sighting:
    """An account as it stands after an attempt; a ``uid`` of None is one the app does not hold.

    ``grants`` of None leaves them as they are.
    """

    account_id: AccountId
    uid: Uid | None
    name: str | None
    active: bool | None
    attributes: Attributes
    disabled_at: datetime | None
    delete_at: datetime | None
    grants: frozenset[Grant] | None = None
    standing: Standing = Standing.PRESENT
    invited_at: datetime | None = None


_IDS = bindparam("ids", type_=ARRAY(Uuid))
_IN_ORDER = select(accounts.c.id).where(accounts.c.id == any_(_IDS)).order_by(accounts.c.id)
_LOCK = prepare(_IN_ORDER.with_for_update(key_share=True))
_INTENTS = rowset(column("id", Uuid), column("name", Text), column("attributes", JSONB))
_REMEMBER = prepare(
    update(accounts)
    .where(accounts.c.id == _INTENTS.c.id, accounts.c.uid.is_(None))
    .values(name=_INTENTS.c.name, attributes=_INTENTS.c.attributes)
)
_SIGHTINGS = rowset(
    column("id", Uuid),
    *(column(name, Text) for name in ("uid", "name")),
    column("active", Boolean),
    column("attributes", JSONB),
    *(column(name, DateTime(timezone=True)) for name in ("disabled_at", "delete_at", "invited_at")),
    column("standing", Text),
)
_SEE = prepare(
    update(accounts)
    .where(accounts.c.id == _SIGHTINGS.c.id)
    .values({each.name: each for each in _SIGHTINGS.c if each.name != "id"})
    .values(seen_at=bindparam("now", type_=DateTime(timezone=True)))
)
_LET_GO = prepare(
    update(accounts)
    .where(accounts.c.id == any_(_IDS))
    .values(uid=null(), active=null(), disabled_at=null(), delete_at=null(), standing=null())
)
_GRANT_COLUMNS = ("account_id", "type", "value", "source")
_GIVEN = rowset(*(column(name, account_grants.c[name].type) for name in _GRANT_COLUMNS))
_GRANT = prepare(
    insert(account_grants)
    .from_select(
        [*_GRANT_COLUMNS, "integration_id"],
        select(*_GIVEN.c, accounts.c.integration_id).join(accounts, accounts.c.id == _GIVEN.c.account_id),
    )
    .on_conflict_do_nothing()
)
_REVOKE = prepare(delete(account_grants).where(account_grants.c.account_id == any_(_IDS)))


async def lock_accounts(tx: Transaction, ids: Collection[AccountId]) -> None:
    """Lock account rows in order of id, before any of them is written.

    Two transactions that are about to write some of the same rows then never wait each for the other.
    """
    await tx.execute(_LOCK, ids=list(ids))


async def remember_intents(tx: Transaction, intents: Sequence[Intent]) -> None:
    """Write down how accounts that are about to be made will be found, should the answer be lost.

    No account may have been written in this transaction before.
    """
    await lock_accounts(tx, [intent.account_id for intent in intents])
    rows = [{"id": intent.account_id, "name": intent.name, "attributes": intent.attributes} for intent in intents]
    await tx.execute(_REMEMBER, rows=encode_rows(rows))


async def add_grants(tx: Transaction, grants: Iterable[tuple[AccountId, Grant]]) -> None:
    """Write down what is given, before it is given: what nobody remembers giving would never be taken away."""
    await tx.execute(_GRANT, rows=encode_rows([_grant_row(*each) for each in grants]))


async def let_go(tx: Transaction, account_ids: Collection[AccountId]) -> None:
    """Part account rows, locked by ``lock_accounts``, from their accounts in the app, which others take."""
    await tx.execute(_LET_GO, ids=list(account_ids))


async def record_sightings(tx: Transaction, sightings: Sequence[Sighting]) -> None:
    """Write what the app showed of accounts locked by ``lock_accounts``; replace the grants that are given."""
    rows = [
        {
            "id": seen.account_id,
            "uid": seen.uid,
            "name": seen.name,
            "active": seen.active,
            "attributes": seen.attributes,
            "disabled_at": seen.disabled_at,
            "delete_at": seen.delete_at,
            "invited_at": seen.invited_at,
            "standing": seen.standing.value if seen.standing in NOT_YET else None,
        }
        for seen in sightings
    ]
    await tx.execute(_SEE, rows=encode_rows(rows), now=tx.now)
    regranted = {seen.account_id: seen.grants for seen in sightings if seen.grants is not None}
    if regranted:
        await tx.execute(_REVOKE, ids=list(regranted))
        await add_grants(tx, [(account_id, grant) for account_id, held in regranted.items() for grant in held])


def _grant_row(account_id: AccountId, grant: Grant) -> dict[str, Any]:
    return {
        "account_id": account_id,
        "type": grant.entitlement.type,
        "value": grant.entitlement.value,
        "source": grant.source,
    }
