"""Writing SCIM tokens: what identity providers show, of every kind."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import DateTime, Text, Uuid, bindparam, insert, or_, select, update

from seatkeeper.core.credentials import CredentialKind
from seatkeeper.core.ids import IntegrationId, TokenId
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import scim_tokens

_USE_IS_NOTED_EVERY = timedelta(minutes=1)

_NOW = bindparam("now", type_=DateTime(timezone=True))
_STALE = bindparam("stale", type_=DateTime(timezone=True))
_THIS = scim_tokens.c.id == bindparam("token_id", type_=Uuid)

_WRITTEN = (
    *("id", "integration_id", "kind", "client_id", "name", "prefix", "digest"),
    *("created_at", "expires_at"),
)
_INSERT = prepare(insert(scim_tokens).values({name: bindparam(name) for name in _WRITTEN}))
_REVOKE = prepare(
    update(scim_tokens)
    .where(_THIS, scim_tokens.c.revoked_at.is_(None))
    .values(revoked_at=_NOW)
    .returning(scim_tokens.c.integration_id, scim_tokens.c.name)
)
_GOOD = (
    scim_tokens.c.revoked_at.is_(None),
    or_(scim_tokens.c.expires_at.is_(None), scim_tokens.c.expires_at > _NOW),
)
_LOCK = prepare(
    select(*(scim_tokens.c[name] for name in ("kind", "client_id", "name", "created_at", "expires_at")))
    .where(_THIS, scim_tokens.c.integration_id == bindparam("integration_id", type_=Uuid), *_GOOD)
    .with_for_update()
)
_EXPIRE = prepare(
    update(scim_tokens).where(_THIS).values(expires_at=bindparam("until", type_=DateTime(timezone=True)))
)
_USED = prepare(
    update(scim_tokens)
    .where(_THIS, or_(scim_tokens.c.last_used_at.is_(None), scim_tokens.c.last_used_at < _STALE))
    .values(
        last_used_at=_NOW,
        last_used_for=bindparam("used_for", type_=Text),
        last_used_from=bindparam("used_from", type_=Text),
    )
    .returning(scim_tokens.c.integration_id)
)


@dataclass(frozen=True, slots=True)
class TokenRow:
    """A token to be kept. ``client_id`` is the user name or the client id; a bearer token has none."""

    integration_id: IntegrationId
    kind: CredentialKind
    client_id: str | None
    name: str
    prefix: str
    digest: bytes
    expires_at: datetime | None


@dataclass(frozen=True, slots=True)
class ExpiringToken:
    """A token that is being replaced; ``lasting`` is how long it was made to last."""

    kind: CredentialKind
    client_id: str | None
    name: str
    lasting: timedelta | None


async def insert_token(tx: Transaction, row: TokenRow) -> TokenId:
    """Keep a new token's digest."""
    token_id = TokenId(new_id())
    await tx.execute(
        _INSERT,
        id=token_id,
        integration_id=row.integration_id,
        kind=row.kind.value,
        client_id=row.client_id,
        name=row.name,
        prefix=row.prefix,
        digest=row.digest,
        created_at=tx.now,
        expires_at=row.expires_at,
    )
    return token_id


async def mark_revoked(tx: Transaction, token_id: TokenId) -> tuple[IntegrationId, str] | None:
    """Revoke a token that is not revoked; return its integration and name, or None when there is nothing to do."""
    row = await tx.fetch_one(_REVOKE, token_id=token_id, now=tx.now)
    return None if row is None else (IntegrationId(row["integration_id"]), row["name"])


async def mark_expiring(
    tx: Transaction, integration_id: IntegrationId, token_id: TokenId, at: datetime
) -> ExpiringToken | None:
    """Have a good token of this integration expire at an instant, unless it does so sooner.

    None where there is no such token.
    """
    row = await tx.fetch_one(_LOCK, token_id=token_id, integration_id=integration_id, now=tx.now)
    if row is None:
        return None
    expires_at = row["expires_at"]
    await tx.execute(_EXPIRE, token_id=token_id, until=at if expires_at is None else min(at, expires_at))
    lasting = None if expires_at is None else expires_at - row["created_at"]
    return ExpiringToken(CredentialKind(row["kind"]), row["client_id"], row["name"], lasting)


async def mark_used(tx: Transaction, token_id: TokenId, used_for: str, used_from: str) -> IntegrationId | None:
    """Note what a token was used for and from where, at most once a minute, so a busy IdP does not rewrite one row
    all day.

    Gives the integration whose token it is, or None when there was nothing to note.
    """
    stale = tx.now - _USE_IS_NOTED_EVERY
    row = await tx.fetch_one(
        _USED, token_id=token_id, used_for=used_for, used_from=used_from, now=tx.now, stale=stale
    )
    return None if row is None else IntegrationId(row["integration_id"])
