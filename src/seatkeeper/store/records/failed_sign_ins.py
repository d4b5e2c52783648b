"""Counting tries to sign in, so that nobody can guess for long."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import DateTime, Text, bindparam, delete, func, insert, select

from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import failed_sign_ins

_SWEPT_AT_ONCE = 100

_KEY = failed_sign_ins.c.key == bindparam("key", type_=Text)
_SINCE = bindparam("since", type_=DateTime(timezone=True))
_LOCK = prepare(select(func.pg_advisory_xact_lock(func.hashtextextended(bindparam("key", type_=Text), 0))))
_NTH_NEWEST = prepare(
    select(failed_sign_ins.c.at)
    .where(_KEY, failed_sign_ins.c.at > _SINCE)
    .order_by(failed_sign_ins.c.at.desc())
    .offset(bindparam("before_it"))
    .limit(1)
)
_INSERT = prepare(insert(failed_sign_ins).values({name: bindparam(name) for name in ("id", "key", "at")}))
_OLD = (
    select(failed_sign_ins.c.id)
    .where(failed_sign_ins.c.at <= _SINCE)
    .limit(_SWEPT_AT_ONCE)
    .with_for_update(skip_locked=True)
)
_SWEEP = prepare(delete(failed_sign_ins).where(failed_sign_ins.c.id.in_(_OLD)))
_FORGET = prepare(delete(failed_sign_ins).where(_KEY))
_FORGET_ONE = prepare(delete(failed_sign_ins).where(_KEY, failed_sign_ins.c.at == bindparam("at")))


async def lock_keys(tx: Transaction, keys: Iterable[str]) -> None:
    """Have tries with a key in common wait for one another, until the transaction ends."""
    for key in sorted(keys):
        await tx.fetch_all(_LOCK, key=key)


async def find_blocking_try(tx: Transaction, key: str, limit: int, within: timedelta) -> datetime | None:
    """Find the try that has to become old before another is allowed: the ``limit``-th newest."""
    row = await tx.fetch_one(_NTH_NEWEST, key=key, since=tx.now - within, before_it=limit - 1)
    return None if row is None else row["at"]


async def insert_try(tx: Transaction, key: str, within: timedelta) -> None:
    """Count a try, and forget some that are too old to matter, whoever they were of."""
    await tx.execute(_SWEEP, since=tx.now - within)
    await tx.execute(_INSERT, id=new_id(), key=key, at=tx.now)


async def forget_tries(tx: Transaction, key: str) -> None:
    """Forget every try of a key."""
    await tx.execute(_FORGET, key=key)


async def forget_try(tx: Transaction, key: str, at: datetime) -> None:
    """Forget the try of one instant."""
    await tx.execute(_FORGET_ONE, key=key, at=at)
