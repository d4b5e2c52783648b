"""Being signed in: a session begins with a new secret, ends by itself, and can be ended from anywhere."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from seatkeeper.core.access import Guest
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import MemberId, SessionId
from seatkeeper.operations.access import Place
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.entries import find_entry
from seatkeeper.store.queries.members import FoundSession, find_session
from seatkeeper.store.queries.sessions import find_confirmed_at
from seatkeeper.store.records.sessions import (
    end_session,
    end_session_of,
    end_sessions_of,
    insert_session,
    mark_session_confirmed,
    mark_session_seen,
)

CONFIRMED_WITHIN = timedelta(minutes=10)
"""How long ago somebody may have proven who they are, to change how they sign in."""
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
    return None if found is None else _resume(found, now, rules)


async def resume_session_at(
    reader: Reader, secret: str, slug: str, now: datetime, rules: SessionRules
) -> tuple[Resumed, Place] | None:
    """Find whose session this is, as ``resume_session`` does, and the integration they ask for."""
    found = await find_entry(reader, digest_session(secret), slug)
    resumed = None if found is None else _resume(found.session, now, rules)
    return None if found is None or resumed is None else (resumed, Place(slug, found.integration, found.role))


def _resume(found: FoundSession, now: datetime, rules: SessionRules) -> Resumed | None:
    if min(found.expires_at, found.last_seen_at + rules.idle) <= now:
        return None
    return Resumed(found.id, Guest(found.member), found.last_seen_at <= now - _NOTED_EVERY)


async def note_session(tx: Transaction, secret: str) -> None:
    """Remember that a session is in use; at most once a minute is enough."""
    await mark_session_seen(tx, digest_session(secret))


async def finish_session(tx: Transaction, secret: str) -> None:
    """Sign out."""
    await end_session(tx, digest_session(secret))


async def finish_one_session(tx: Transaction, member_id: MemberId, session_id: SessionId) -> None:
    """Sign a member out somewhere. Raises ``NotFoundError``."""
    if not await end_session_of(tx, member_id, session_id):
        raise NotFoundError("This session has ended already.")


async def finish_other_sessions(tx: Transaction, member_id: MemberId, secret: str) -> int:
    """Sign a member out everywhere but in the session of this secret; say in how many places."""
    return await end_sessions_of(tx, member_id, digest_session(secret))


async def confirm_session(tx: Transaction, secret: str) -> None:
    """Remember that whoever uses the session has just proven anew who they are."""
    await mark_session_confirmed(tx, digest_session(secret))


async def is_confirmed(reader: Reader, secret: str, now: datetime) -> bool:
    """Say whether whoever uses the session proved not long ago who they are."""
    at = await find_confirmed_at(reader, digest_session(secret))
    return at is not None and now - at <= CONFIRMED_WITHIN


def digest_session(secret: str) -> bytes:
    """Digest a cookie's secret: sessions are found and kept by this."""
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
