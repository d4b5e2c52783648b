"""Challenges: a question is kept under the digest of a secret, and only who shows the secret may answer, once."""

import hashlib
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from seatkeeper.core.ids import MemberId
from seatkeeper.core.values import Document
from seatkeeper.store.database import Reader, Row, Transaction
from seatkeeper.store.queries.challenges import find_challenge
from seatkeeper.store.records.challenges import put_challenge, take_challenge


class ChallengeKind(StrEnum):
    """What may be asked."""

    SETUP = "setup"
    """Make the first Admin."""
    LINK = "link"
    """Choose a password: by invitation, or because the old one is lost."""
    CODE = "code"
    """The second step after the password."""
    PROVIDER = "provider"
    """Come back from a sign-in provider."""
    PASSKEY_SIGN_IN = "passkey_sign_in"
    PASSKEY = "passkey"
    """Register a passkey."""
    TOTP = "totp"
    """Prove that an authenticator app has the key."""


@dataclass(frozen=True, slots=True)
class Challenge:
    """What was asked, and of whom."""

    member_id: MemberId | None
    data: Document = field(repr=False)
    created_at: datetime


async def pose(
    tx: Transaction,
    kind: ChallengeKind,
    data: Document,
    lasts: timedelta,
    *,
    member_id: MemberId | None = None,
    secret: str | None = None,
) -> str:
    """Keep a challenge and give its secret: a new one, unless the asker's session is to hold it."""
    secret = secret or secrets.token_urlsafe(32)
    await put_challenge(tx, _digest(kind, secret), kind.value, data, member_id=member_id, lasts=lasts)
    return secret


async def look_at(reader: Reader, kind: ChallengeKind, secret: str, now: datetime) -> Challenge | None:
    """Find a challenge that has not ended, and leave it."""
    return _challenge(await find_challenge(reader, _digest(kind, secret), kind.value, now))


async def take(tx: Transaction, kind: ChallengeKind, secret: str) -> Challenge | None:
    """Use a challenge up; None when it ended, was used, or never was. Of two at once, one gets it."""
    return _challenge(await take_challenge(tx, _digest(kind, secret), kind.value))


def _challenge(row: Row | None) -> Challenge | None:
    return None if row is None else Challenge(row["member_id"], row["data"], row["created_at"])


def _digest(kind: ChallengeKind, secret: str) -> bytes:
    return hashlib.sha256(f"{kind.value}:{secret}".encode("utf-8", "replace")).digest()
