"""Choosing accounts to look at: all of them, or as many as wanted by lot."""

from dataclasses import dataclass

from sqlalchemy import Integer, Uuid, bindparam, func, select

from seatkeeper.core.ids import AccountId, IntegrationId
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, users


@dataclass(frozen=True, slots=True)
class Sample:
    """Some accounts of ``total``, in order of id."""

    ids: tuple[AccountId, ...]
    total: int

    @property
    def is_whole(self) -> bool:
        """Nobody was left out."""
        return len(self.ids) == self.total


_ASSIGNED = (
    select(accounts.c.id)
    .join(users, users.c.id == accounts.c.user_id)
    .where(accounts.c.integration_id == bindparam("integration_id", type_=Uuid))
)
_LIMIT = bindparam("limit", type_=Integer)
_COUNT_ASSIGNED = prepare(select(func.count().label("count")).select_from(_ASSIGNED.subquery()))
_DRAW_ASSIGNED = prepare(_ASSIGNED.order_by(func.random()).limit(_LIMIT))
_COUNT_ACTIVE = prepare(
    select(func.count().label("count")).select_from(_ASSIGNED.where(users.c.active).subquery())
)
_DRAW_ACTIVE = prepare(_ASSIGNED.where(users.c.active).order_by(func.random()).limit(_LIMIT))


async def sample_accounts(
    reader: Reader, integration_id: IntegrationId, *, at_most: int, only_active: bool = False
) -> Sample:
    """Choose among the accounts of the integration's users; ``only_active`` leaves leavers out."""
    count, draw = (_COUNT_ACTIVE, _DRAW_ACTIVE) if only_active else (_COUNT_ASSIGNED, _DRAW_ASSIGNED)
    rows = await reader.fetch_all(draw, integration_id=integration_id, limit=at_most)
    ids = tuple(sorted(AccountId(row["id"]) for row in rows))
    if len(ids) < at_most:
        return Sample(ids, len(ids))
    [counted] = await reader.fetch_all(count, integration_id=integration_id)
    return Sample(ids, max(int(counted["count"]), len(ids)))
