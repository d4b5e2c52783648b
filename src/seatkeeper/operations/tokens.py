"""SCIM tokens: several may be good at once, so that one can be replaced without a gap."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId, TokenId
from seatkeeper.core.tokens import RANDOM_BYTES, digest_token, form_token, shown_start
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.tokens import insert_token, mark_expiring, mark_revoked, mark_used


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made. ``secret`` exists nowhere else: it is shown this once."""

    id: TokenId
    secret: str = field(repr=False)


async def create_token(
    tx: Transaction, integration_id: IntegrationId, name: str, expires_at: datetime | None = None
) -> NewToken:
    """Make a token for an integration's SCIM endpoint. Raises ``InvalidValueError``."""
    name = name.strip()
    if not name:
        raise InvalidValueError("A token needs a name that says who uses it, such as okta.")
    if expires_at is not None and expires_at <= tx.now:
        raise InvalidValueError("The token would already have expired: give an instant in the future.")
    secret = form_token(secrets.token_bytes(RANDOM_BYTES))
    token_id = await insert_token(
        tx,
        integration_id,
        name=name,
        prefix=shown_start(secret),
        digest=digest_token(secret),
        expires_at=expires_at,
    )
    await record_event(tx, Happening(integration_id, EventKind.TOKEN_CREATED, name))
    return NewToken(token_id, secret)


async def rotate_token(
    tx: Transaction, integration_id: IntegrationId, token_id: TokenId, overlap: timedelta
) -> NewToken:
    """Make a token in place of another, which stays good for the ``overlap`` and no longer.

    The new one has the name of the old and lasts as long from now. Raises ``NotFoundError``.
    """
    old = await mark_expiring(tx, integration_id, token_id, tx.now + overlap)
    if old is None:
        raise NotFoundError(f"There is no token {token_id} that could be replaced.")
    name, lasting = old
    return await create_token(tx, integration_id, name, None if lasting is None else tx.now + lasting)


async def revoke_token(tx: Transaction, token_id: TokenId) -> None:
    """Refuse a token from now on. Raises ``NotFoundError`` when there is no such token that is still good."""
    revoked = await mark_revoked(tx, token_id)
    if revoked is None:
        raise NotFoundError(f"There is no token {token_id} that could be revoked.")
    integration_id, name = revoked
    await record_event(tx, Happening(integration_id, EventKind.TOKEN_REVOKED, name))


async def note_use(tx: Transaction, token_id: TokenId, used_for: str) -> None:
    """Remember when a token was last used, to the minute, and for what, such as ``GET /Users``.

    Whoever watches the integration is told to look again.
    """
    integration_id = await mark_used(tx, token_id, used_for)
    if integration_id is not None:
        tx.touch(integration_id)
