"""SCIM tokens of every kind: several may be good at once, so that one can be replaced without a gap."""

import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from seatkeeper.core.credentials import ACCESS_TOKEN_LASTS, ACCESS_TOKEN_PREFIX, PREFIXES, CredentialKind
from seatkeeper.core.errors import InvalidValueError, NotFoundError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId, TokenId
from seatkeeper.core.tokens import RANDOM_BYTES, digest_token, form_token, shown_start
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.access_tokens import insert_access_token
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.tokens import TokenRow, insert_token, mark_expiring, mark_revoked, mark_used

_CLIENT_ID_BYTES = 8


@dataclass(frozen=True, slots=True)
class NewToken:
    """A token that was just made. ``secret`` exists nowhere else: it is shown this once."""

    id: TokenId
    secret: str = field(repr=False)
    kind: CredentialKind = CredentialKind.BEARER
    client_id: str | None = None
    """The user name or the client id that goes with the secret; a bearer token has none."""


async def create_token(
    tx: Transaction,
    integration_id: IntegrationId,
    name: str,
    expires_at: datetime | None = None,
    kind: CredentialKind = CredentialKind.BEARER,
) -> NewToken:
    """Make a token for an integration's SCIM endpoint. Raises ``InvalidValueError``."""
    name = name.strip()
    if not name:
        raise InvalidValueError("A token needs a name that says who uses it, such as okta.")
    if expires_at is not None and expires_at <= tx.now:
        raise InvalidValueError("The token would already have expired: give an instant in the future.")
    client_id = None if kind is CredentialKind.BEARER else f"scim-{secrets.token_hex(_CLIENT_ID_BYTES)}"
    return await _make(tx, integration_id, kind, client_id, name, expires_at)


async def _make(
    tx: Transaction,
    integration_id: IntegrationId,
    kind: CredentialKind,
    client_id: str | None,
    name: str,
    expires_at: datetime | None,
) -> NewToken:
    secret = form_token(secrets.token_bytes(RANDOM_BYTES), PREFIXES[kind])
    row = TokenRow(integration_id, kind, client_id, name, shown_start(secret), digest_token(secret), expires_at)
    token_id = await insert_token(tx, row)
    await record_event(tx, Happening(integration_id, EventKind.TOKEN_CREATED, name))
    return NewToken(token_id, secret, kind, client_id)


async def rotate_token(
    tx: Transaction, integration_id: IntegrationId, token_id: TokenId, overlap: timedelta
) -> NewToken:
    """Make a token in place of another, which stays good for the ``overlap`` and no longer.

    The new one has the name of the old, its kind, its user name or client id, and lasts as long from now.
    Raises ``NotFoundError``.
    """
    old = await mark_expiring(tx, integration_id, token_id, tx.now + overlap)
    if old is None:
        raise NotFoundError(f"There is no token {token_id} that could be replaced.")
    expires_at = None if old.lasting is None else tx.now + old.lasting
    return await _make(tx, integration_id, old.kind, old.client_id, old.name, expires_at)


async def revoke_token(tx: Transaction, token_id: TokenId) -> None:
    """Refuse a token from now on. Raises ``NotFoundError`` when there is no such token that is still good."""
    revoked = await mark_revoked(tx, token_id)
    if revoked is None:
        raise NotFoundError(f"There is no token {token_id} that could be revoked.")
    integration_id, name = revoked
    await record_event(tx, Happening(integration_id, EventKind.TOKEN_REVOKED, name))


async def note_use(tx: Transaction, token_id: TokenId, used_for: str, used_from: str = "") -> None:
    """Remember when a token was last used, to the minute, for what, such as ``GET /Users``, and from where.

    Whoever watches the integration is told to look again.
    """
    integration_id = await mark_used(tx, token_id, used_for, used_from)
    if integration_id is not None:
        tx.touch(integration_id)


async def issue_access_token(tx: Transaction, client: TokenId) -> str:
    """Give an OAuth client an access token, good for ``ACCESS_TOKEN_LASTS``; those it has stay good, too.

    It is as good as its client: revoking that, or letting it expire, ends it.
    """
    secret = form_token(secrets.token_bytes(RANDOM_BYTES), ACCESS_TOKEN_PREFIX)
    await insert_access_token(tx, client, digest_token(secret), tx.now + ACCESS_TOKEN_LASTS)
    return secret
