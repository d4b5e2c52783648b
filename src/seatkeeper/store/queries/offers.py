"""What an app offers and what is held of it: entitlements, how many hold each, and who."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import Integer, Text, Uuid, bindparam, func, literal_column, select, tuple_

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.queries.pushed_groups import Belonging
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import account_grants, accounts, offers, users

MOST_HOLDERS = 500
"""Holders of an entitlement in a list are counted up to here."""

MOST_HELD = 200
"""So many of the entitlements that are held are listed."""


@dataclass(frozen=True, slots=True)
class Offer:
    """What the app said it offers, and when it was asked."""

    read_at: datetime
    entitlements: Sequence[Entitlement]


@dataclass(frozen=True, slots=True)
class Holding:
    """Somebody who holds an entitlement, and the source of it (``core.entitlements.Grant``)."""

    holder: Belonging
    source: str


_MINE = bindparam("integration_id", type_=Uuid)
_OFFER = prepare(select(offers.c.read_at, offers.c.entitlements).where(offers.c.integration_id == _MINE))
_KEY = (account_grants.c.type, account_grants.c.value)

# From one entitlement to the next by the index, so that it costs what there are and not what is held.
_first = select(*_KEY).where(account_grants.c.integration_id == _MINE).order_by(*_KEY).limit(1).subquery("first")
_each = select(_first, literal_column("1", Integer).label("number")).cte("held", recursive=True)
_following = (
    select(*_KEY)
    .where(account_grants.c.integration_id == _MINE, tuple_(*_KEY) > tuple_(_each.c.type, _each.c.value))
    .order_by(*_KEY)
    .limit(1)
    .lateral("following")
)
_held = _each.union_all(
    select(_following, _each.c.number + 1)
    .select_from(_each.join(_following, literal_column("true")))
    .where(_each.c.number < MOST_HELD)
)
_holders = (
    select(literal_column("1"))
    .select_from(account_grants)
    .where(
        account_grants.c.integration_id == _MINE,
        account_grants.c.type == _held.c.type,
        account_grants.c.value == _held.c.value,
    )
    .limit(MOST_HOLDERS)
    .correlate(_held)
    .subquery("holders")
)
_HELD = prepare(
    select(
        _held.c.type,
        _held.c.value,
        select(func.count()).select_from(_holders).scalar_subquery().label("holders"),
    )
)
_WHO = (
    accounts.c.id.label("account_id"),
    accounts.c.user_id,
    func.coalesce(users.c.user_name, accounts.c.user_name_key).label("user_name"),
    accounts.c.name,
)
_granted = (
    select(*_WHO, account_grants.c.source)
    .select_from(account_grants)
    .join(accounts, accounts.c.id == account_grants.c.account_id)
    .outerjoin(users, users.c.id == accounts.c.user_id)
)
_HOLDINGS = prepare(
    _granted.where(
        account_grants.c.integration_id == _MINE,
        account_grants.c.type == bindparam("type", type_=Text),
        account_grants.c.value == bindparam("value", type_=Text),
        tuple_(account_grants.c.account_id, account_grants.c.source)
        > tuple_(bindparam("after_id", type_=Uuid), bindparam("after_source", type_=Text)),
    )
    .order_by(account_grants.c.account_id, account_grants.c.source)
    .limit(bindparam("most", type_=Integer))
)


_GRANT_PLACE = (*_KEY, account_grants.c.account_id, account_grants.c.source)
_GRANTS = prepare(
    _granted.add_columns(*_KEY)
    .where(
        account_grants.c.integration_id == _MINE,
        tuple_(*_GRANT_PLACE)
        > tuple_(
            bindparam("type", type_=Text),
            bindparam("value", type_=Text),
            bindparam("after_id", type_=Uuid),
            bindparam("after_source", type_=Text),
        ),
    )
    .order_by(*_GRANT_PLACE)
    .limit(bindparam("most", type_=Integer))
)


async def find_offer(reader: Reader, integration_id: IntegrationId) -> Offer | None:
    """Find what the app said last, if it was ever asked."""
    row = await reader.fetch_one(_OFFER, integration_id=integration_id)
    if row is None:
        return None
    return Offer(row["read_at"], [Entitlement(kind, value) for kind, value in row["entitlements"]])


async def list_held_entitlements(reader: Reader, integration_id: IntegrationId) -> dict[Entitlement, int]:
    """Count the grants of each entitlement that somebody holds, in order; see ``MOST_HELD``, ``MOST_HOLDERS``."""
    rows = await reader.fetch_all(_HELD, integration_id=integration_id)
    return {Entitlement(row["type"], row["value"]): row["holders"] for row in rows}


async def list_holdings(
    reader: Reader,
    integration_id: IntegrationId,
    entitlement: Entitlement,
    *,
    after: tuple[UUID, str] | None = None,
    most: int = 50,
) -> list[Holding]:
    """List who holds an entitlement and from which source, behind one account and source."""
    after_id, after_source = after or (UUID(int=0), "")
    rows = await reader.fetch_all(
        _HOLDINGS,
        integration_id=integration_id,
        type=entitlement.type,
        value=entitlement.value,
        after_id=after_id,
        after_source=after_source,
        most=most,
    )
    return [_holding(row) for row in rows]


async def list_grants(
    reader: Reader, integration_id: IntegrationId, *, after: tuple[Entitlement, Holding] | None, most: int
) -> list[tuple[Entitlement, Holding]]:
    """List everything that is held in order of entitlement, behind one of them."""
    place: dict[str, object] = {"type": "", "value": "", "after_id": UUID(int=0), "after_source": ""}
    if after is not None:
        entitlement, holding = after
        place = {"type": entitlement.type, "value": entitlement.value, "after_source": holding.source}
        place["after_id"] = holding.holder.account_id
    rows = await reader.fetch_all(_GRANTS, integration_id=integration_id, most=most, **place)
    return [(Entitlement(row["type"], row["value"]), _holding(row)) for row in rows]


def _holding(row: Row) -> Holding:
    return Holding(Belonging(**{name: row[name] for name in Belonging.__slots__}), row["source"])
