"""Reading where somebody is signed in."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import DateTime, LargeBinary, Uuid, bindparam, select

from seatkeeper.core.ids import MemberId, SessionId
from seatkeeper.store.database import Reader
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import sessions


@dataclass(frozen=True, slots=True)
class ListedSession:
    """A session as its member sees it."""

    id: SessionId
    method: str
    address: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime


_SHOWN = tuple(
    sessions.c[each] for each in ("id", "method", "address", "user_agent", "created_at", "last_seen_at")
)
_OF_MEMBER = prepare(
    select(*_SHOWN)
    .where(
        sessions.c.member_id == bindparam("member_id", type_=Uuid),
        sessions.c.expires_at > bindparam("now", type_=DateTime(timezone=True)),
        sessions.c.last_seen_at > bindparam("used_since", type_=DateTime(timezone=True)),
    )
    .order_by(sessions.c.last_seen_at.desc())
    .limit(100)
)
_BY_DIGEST = sessions.c.digest == bindparam("digest", type_=LargeBinary)
_CONFIRMED = prepare(select(sessions.c.confirmed_at).where(_BY_DIGEST))
_ID = prepare(select(sessions.c.id).where(_BY_DIGEST))


async def list_sessions(
    reader: Reader, member_id: MemberId, now: datetime, used_since: datetime
) -> list[ListedSession]:
    """List a member's sessions that have not ended, the one last used first; a hundred at most."""
    rows = await reader.fetch_all(_OF_MEMBER, member_id=member_id, now=now, used_since=used_since)
    return [
        ListedSession(
            SessionId(row["id"]),
            row["method"],
            row["address"],
            row["user_agent"],
            row["created_at"],
            row["last_seen_at"],
        )
        for row in rows
    ]


async def find_session_id(reader: Reader, digest: bytes) -> SessionId | None:
    """Find a session's id."""
    row = await reader.fetch_one(_ID, digest=digest)
    return None if row is None else SessionId(row["id"])


async def find_confirmed_at(reader: Reader, digest: bytes) -> datetime | None:
    """Find when whoever uses a session last proved who they are."""
    row = await reader.fetch_one(_CONFIRMED, digest=digest)
    return None if row is None else row["confirmed_at"]
