"""Writing the access tokens of OAuth clients. Those that have expired go when their client gets another."""

from datetime import datetime

from sqlalchemy import DateTime, Uuid, bindparam, delete, insert

from seatkeeper.core.ids import TokenId
from seatkeeper.store.database import Transaction
from seatkeeper.store.scim_access_tables import scim_access_tokens
from seatkeeper.store.statements import prepare

_INSERT = prepare(
    insert(scim_access_tokens).values({name: bindparam(name) for name in ("digest", "token_id", "expires_at")})
)
_FORGET = prepare(
    delete(scim_access_tokens).where(
        scim_access_tokens.c.token_id == bindparam("token_id", type_=Uuid),
        scim_access_tokens.c.expires_at <= bindparam("now", type_=DateTime(timezone=True)),
    )
)


async def insert_access_token(tx: Transaction, token_id: TokenId, digest: bytes, expires_at: datetime) -> None:
    """Keep an access token's digest, and forget the client's expired ones."""
    await tx.execute(_FORGET, token_id=token_id, now=tx.now)
    await tx.execute(_INSERT, token_id=token_id, digest=digest, expires_at=expires_at)
