"""Keeping the answers to writes that carry an idempotency key, so that a repeat is only answered."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import DateTime, Integer, LargeBinary, Text, Uuid, and_, bindparam, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert

from seatkeeper.core.ids import MemberId
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import idempotency_keys

KEPT_FOR = timedelta(hours=24)
_ABANDONED_AFTER = timedelta(minutes=5)
"""A request that has not answered by then died with its process."""


@dataclass(frozen=True, slots=True)
class KeptAnswer:
    """What is known about a key: whose request it was, and its answer once there is one."""

    request_digest: bytes
    status: int | None
    body: bytes | None


_INSTANT = DateTime(timezone=True)
_THIS = and_(
    idempotency_keys.c.member_id == bindparam("member_id", type_=Uuid),
    idempotency_keys.c.key == bindparam("key", type_=Text),
)
_WRITTEN = ("member_id", "key", "request_digest", "created_at")
_CLAIM = prepare(
    insert(idempotency_keys)
    .values({name: bindparam(name) for name in _WRITTEN})
    .on_conflict_do_nothing(constraint="one_request_per_idempotency_key")
)
_FIND = prepare(select(*(idempotency_keys.c[name] for name in ("request_digest", "status", "body"))).where(_THIS))
_KEEP = prepare(
    update(idempotency_keys)
    .where(_THIS)
    .values(status=bindparam("answered", type_=Integer), body=bindparam("answer", type_=LargeBinary))
)
_FORGET = prepare(delete(idempotency_keys).where(_THIS))
_SWEEP = prepare(
    delete(idempotency_keys).where(
        or_(
            idempotency_keys.c.created_at < bindparam("old", type_=_INSTANT),
            and_(
                idempotency_keys.c.status.is_(None),
                idempotency_keys.c.created_at < bindparam("abandoned", type_=_INSTANT),
            ),
        )
    )
)


async def claim_key(tx: Transaction, member_id: MemberId, key: str, digest: bytes) -> KeptAnswer | None:
    """Take a key for a request; None when it was free, else what is known about it."""
    await tx.execute(_SWEEP, old=tx.now - KEPT_FOR, abandoned=tx.now - _ABANDONED_AFTER)
    taken = await tx.execute(_CLAIM, member_id=member_id, key=key, request_digest=digest, created_at=tx.now)
    if taken:
        return None
    row = await tx.fetch_one(_FIND, member_id=member_id, key=key)
    return None if row is None else KeptAnswer(bytes(row["request_digest"]), row["status"], row["body"])


async def keep_answer(tx: Transaction, member_id: MemberId, key: str, status: int, body: bytes) -> None:
    """Keep the answer of a request that holds the key."""
    await tx.execute(_KEEP, member_id=member_id, key=key, answered=status, answer=body)


async def release_key(tx: Transaction, member_id: MemberId, key: str) -> None:
    """Forget a key whose request was not carried out, so that it can be repeated."""
    await tx.execute(_FORGET, member_id=member_id, key=key)
