"""Writing sessions: a secret in somebody's browser, of which only the digest is kept."""

from datetime import datetime, timedelta

from sqlalchemy import DateTime, LargeBinary, Uuid, bindparam, delete, insert, update

from seatkeeper.core.ids import MemberId, SessionId
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import sessions

_USE_IS_NOTED_EVERY = timedelta(minutes=1)

_NOW = bindparam("now", type_=DateTime(timezone=True))
_BY_DIGEST = sessions.c.digest == bindparam("digest", type_=LargeBinary)
_OF_MEMBER = sessions.c.member_id == bindparam("member_id", type_=Uuid)
_WRITTEN = ("id", "digest", "member_id", "method", "address", "user_agent", "created_at", "expires_at")
_INSERT = prepare(
    insert(sessions).values(
        {name: bindparam(name) for name in _WRITTEN}
        | {name: bindparam("created_at") for name in ("last_seen_at", "confirmed_at")}
    )
)
_SEEN = prepare(
    update(sessions)
    .where(_BY_DIGEST, sessions.c.last_seen_at < bindparam("stale", type_=DateTime(timezone=True)))
    .values(last_seen_at=_NOW)
)
_CONFIRM = prepare(update(sessions).where(_BY_DIGEST).values(confirmed_at=_NOW))
_END = prepare(delete(sessions).where(_BY_DIGEST))
_END_ONE = prepare(delete(sessions).where(_OF_MEMBER, sessions.c.id == bindparam("id", type_=Uuid)))
_END_ALL = prepare(delete(sessions).where(_OF_MEMBER))
_END_OTHERS = prepare(
    delete(sessions).where(_OF_MEMBER, sessions.c.digest != bindparam("kept", type_=LargeBinary))
)
_SWEEP = prepare(delete(sessions).where(sessions.c.expires_at <= _NOW))


async def insert_session(
    tx: Transaction,
    member_id: MemberId,
    digest: bytes,
    *,
    method: str,
    client: tuple[str, str],
    expires_at: datetime,
) -> SessionId:
    """Keep a new session; ``client`` is its address and User-Agent, for the person to recognise it by."""
    session_id = SessionId(new_id())
    address, user_agent = client
    await tx.execute(_SWEEP, now=tx.now)
    await tx.execute(
        _INSERT,
        id=session_id,
        digest=digest,
        member_id=member_id,
        method=method,
        address=address,
        user_agent=user_agent[:500],
        created_at=tx.now,
        expires_at=expires_at,
    )
    return session_id


async def mark_session_seen(tx: Transaction, digest: bytes) -> None:
    """Note that a session was used, at most once a minute."""
    await tx.execute(_SEEN, digest=digest, now=tx.now, stale=tx.now - _USE_IS_NOTED_EVERY)


async def mark_session_confirmed(tx: Transaction, digest: bytes) -> None:
    """Note that whoever uses a session has just proven anew who they are."""
    await tx.execute(_CONFIRM, digest=digest, now=tx.now)


async def end_session(tx: Transaction, digest: bytes) -> None:
    """Forget a session by its digest."""
    await tx.execute(_END, digest=digest)


async def end_session_of(tx: Transaction, member_id: MemberId, session_id: SessionId) -> bool:
    """Forget one session of a member; say whether there was one."""
    return await tx.execute(_END_ONE, member_id=member_id, id=session_id) > 0


async def end_sessions_of(tx: Transaction, member_id: MemberId, kept: bytes | None = None) -> int:
    """Forget all sessions of a member, but for the one of the digest ``kept``; say how many."""
    if kept is None:
        return await tx.execute(_END_ALL, member_id=member_id)
    return await tx.execute(_END_OTHERS, member_id=member_id, kept=kept)
