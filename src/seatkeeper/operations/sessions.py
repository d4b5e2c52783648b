"""Being signed in: a session begins with a new secret, ends by itself, and can be ended from anywhere."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from seatkeeper.core.access import Guest
from seatkeeper.core.ids import MemberId, SessionId
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.members import find_session
from seatkeeper.store.records.sessions import end_session, insert_session, mark_session_seen

_NOTED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class SessionRules:
    """How long a session lasts: without use, and at most."""

    idle: timedelta = timedelta(hours=12)
    lifetime: timedelta = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Client:
    """Where a browser came from, for its owner to recognise the session by."""

    address: str
    user_agent: str


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session that just began. ``secret`` is for the browser's cookie and exists nowhere else."""

    secret: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class Resumed:
    """A session in use. ``is_stale`` asks for ``note_session``."""

    id: SessionId
    guest: Guest
    is_stale: bool


async def begin_session(
    tx: Transaction, member_id: MemberId, method: str, client: Client, rules: SessionRules
) -> NewSession:
    """Sign a member in. The secret is always a new one, so a fixed one is worth nothing."""
    secret = secrets.token_urlsafe(32)
    await insert_session(
        tx,
        member_id,
        digest_session(secret),
        method=method,
        client=(client.address, client.user_agent),
        expires_at=tx.now + rules.lifetime,
    )
    return NewSession(secret)


async def resume_session(reader: Reader, secret: str, now: datetime, rules: SessionRules) -> Resumed | None:
    """Find whose session this is; None when it ended, was ended, or its member was disabled."""
    found = await find_session(reader, digest_session(secret))
    if found is None or min(found.expires_at, found.last_seen_at + rules.idle) <= now:
        return None
    return Resumed(found.id, Guest(found.member), found.last_seen_at <= now - _NOTED_EVERY)


async def note_session(tx: Transaction, secret: str) -> None:
    """Remember that a session is in use; at most once a minute is enough."""
    await mark_session_seen(tx, digest_session(secret))


async def finish_session(tx: Transaction, secret: str) -> None:
    """Sign out."""
    await end_session(tx, digest_session(secret))


def digest_session(secret: str) -> bytes:
    """Digest a cookie's secret: sessions are found and kept by this."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
