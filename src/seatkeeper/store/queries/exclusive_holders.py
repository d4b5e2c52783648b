"""Who else holds what one account at a time can hold."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Text, Uuid, bindparam, column, exists, func, or_, select

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import AccountId
from seatkeeper.core.jobs import OPEN
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.due_jobs import written
from seatkeeper.store.rowsets import encode_rows, rowset
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import account_grants, accounts, jobs


@dataclass(frozen=True, slots=True)
class OtherHolder:
    """An account that holds it, or is about to. ``is_settled``: no job is open that may take it away."""

    account_id: AccountId
    name: str
    entitlement: Entitlement
    is_settled: bool


_ASKED = rowset(column("type", Text), column("value", Text))
_IS_OPEN = exists().where(
    jobs.c.account_id == accounts.c.id, jobs.c.state.in_([written(state) for state in sorted(OPEN)])
)
_mine = accounts.alias("mine")
_MINE = bindparam("account_id", type_=Uuid)
_OTHERS = prepare(
    select(
        accounts.c.id,
        func.coalesce(accounts.c.name, accounts.c.user_name_key).label("name"),
        account_grants.c.type,
        account_grants.c.value,
        (~_IS_OPEN).label("is_settled"),
    )
    .join(account_grants, account_grants.c.account_id == accounts.c.id)
    .join(_ASKED, (_ASKED.c.type == account_grants.c.type) & (_ASKED.c.value == account_grants.c.value))
    .where(
        account_grants.c.integration_id
        == select(_mine.c.integration_id).where(_mine.c.id == _MINE).scalar_subquery(),
        accounts.c.id != _MINE,
        or_(accounts.c.uid.is_not(None), _IS_OPEN),
    )
    .order_by(accounts.c.id)
    .limit(1)
)


async def find_other_holder(
    reader: Reader, account_id: AccountId, entitlements: Sequence[Entitlement]
) -> OtherHolder | None:
    """Find another account of the same integration that was given one of these."""
    rows = [{"type": each.type, "value": each.value} for each in entitlements]
    row = await reader.fetch_one(_OTHERS, rows=encode_rows(rows), account_id=account_id)
    if row is None:
        return None
    given = Entitlement(row["type"], row["value"])
    return OtherHolder(AccountId(row["id"]), row["name"], given, row["is_settled"])
