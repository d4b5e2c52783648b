"""Writing challenges: what was asked of somebody, found by the digest of a secret only they hold."""

from datetime import datetime, timedelta
from typing import Any

from psycopg.types.json import Jsonb
from sqlalchemy import DateTime, LargeBinary, Text, Uuid, bindparam, delete
from sqlalchemy.dialects.postgresql import insert

from seatkeeper.core.ids import MemberId
from seatkeeper.core.values import Document
from seatkeeper.store.database import Row, Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import challenges

_NOW = bindparam("now", type_=DateTime(timezone=True))
_KIND = challenges.c.kind == bindparam("kind", type_=Text)
_GIVEN = insert(challenges).values(
    {name: bindparam(name) for name in ("digest", "kind", "member_id", "data", "created_at", "expires_at")}
)
_PUT = prepare(
    _GIVEN.on_conflict_do_update(
        index_elements=["digest"],
        set_={name: _GIVEN.excluded[name] for name in ("kind", "member_id", "data", "created_at", "expires_at")},
    )
)
_SWEEP = prepare(delete(challenges).where(challenges.c.expires_at <= _NOW))
_TAKE = prepare(
    delete(challenges)
    .where(challenges.c.digest == bindparam("digest", type_=LargeBinary), _KIND, challenges.c.expires_at > _NOW)
    .returning(challenges.c.member_id, challenges.c.data, challenges.c.created_at)
)
_DROP_KIND = prepare(delete(challenges).where(_KIND))
_DROP_PLACE = prepare(
    delete(challenges).where(_KIND, challenges.c.data["place"].astext == bindparam("place", type_=Text))
)
_DROP_OF = prepare(delete(challenges).where(_KIND, challenges.c.member_id == bindparam("member_id", type_=Uuid)))


async def put_challenge(
    tx: Transaction,
    digest: bytes,
    kind: str,
    data: Document,
    *,
    member_id: MemberId | None,
    lasts: timedelta,
) -> datetime:
    """Keep a challenge, instead of the one of the same digest; forget those that ended. Say when it ends."""
    await tx.execute(_SWEEP, now=tx.now)
    values: dict[str, Any] = {"kind": kind, "member_id": member_id, "data": Jsonb(dict(data))}
    await tx.execute(_PUT, digest=digest, created_at=tx.now, expires_at=tx.now + lasts, **values)
    return tx.now + lasts


async def take_challenge(tx: Transaction, digest: bytes, kind: str) -> Row | None:
    """Use a challenge up: of two who try at once, one gets it."""
    return await tx.fetch_one(_TAKE, digest=digest, kind=kind, now=tx.now)


async def drop_challenges(tx: Transaction, kind: str, *, place: str | None = None) -> None:
    """Forget the challenges of a kind: all, or those made at one place."""
    if place is None:
        await tx.execute(_DROP_KIND, kind=kind)
    else:
        await tx.execute(_DROP_PLACE, kind=kind, place=place)


async def drop_challenges_of(tx: Transaction, kind: str, member_id: MemberId) -> None:
    """Forget the challenges of a kind that one member was given."""
    await tx.execute(_DROP_OF, kind=kind, member_id=member_id)
