"""Writing the API tokens of members: only digests are kept."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from psycopg.types.json import Jsonb
from sqlalchemy import DateTime, Uuid, bindparam, insert, or_, update

from seatkeeper.core.access import Scope
from seatkeeper.core.ids import APITokenId, MemberId
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.statements import prepare
from seatkeeper.store.workspace_tables import api_tokens

_USE_IS_NOTED_EVERY = timedelta(minutes=1)
_NOW = bindparam("now", type_=DateTime(timezone=True))
_THIS = api_tokens.c.id == bindparam("this", type_=Uuid)
_INSERT = prepare(
    insert(api_tokens).values(
        {
            name: bindparam(name)
            for name in ("id", "member_id", "name", "prefix", "digest", "scopes", "created_at", "expires_at")
        }
    )
)
_REVOKE = prepare(
    update(api_tokens)
    .where(_THIS, api_tokens.c.member_id == bindparam("owner", type_=Uuid), api_tokens.c.revoked_at.is_(None))
    .values(revoked_at=_NOW)
)
_SEEN = prepare(
    update(api_tokens)
    .where(
        _THIS,
        or_(
            api_tokens.c.last_used_at.is_(None),
            api_tokens.c.last_used_at < bindparam("stale", type_=DateTime(timezone=True)),
        ),
    )
    .values(last_used_at=_NOW)
)


async def insert_api_token(
    tx: Transaction,
    member_id: MemberId,
    name: str,
    kept: tuple[str, bytes],
    *,
    scopes: Iterable[Scope],
    expires_at: datetime | None,
) -> APITokenId:
    """Keep a new token; ``kept`` are its beginning and its digest."""
    token_id = APITokenId(new_id())
    prefix, digest = kept
    await tx.execute(
        _INSERT,
        id=token_id,
        member_id=member_id,
        name=name,
        prefix=prefix,
        digest=digest,
        scopes=Jsonb(sorted(scope.value for scope in scopes)),
        created_at=tx.now,
        expires_at=expires_at,
    )
    return token_id


async def mark_api_token_revoked(tx: Transaction, member_id: MemberId, token_id: APITokenId) -> bool:
    """Refuse a member's token from now on; False when there is none that was good."""
    return await tx.execute(_REVOKE, this=token_id, owner=member_id, now=tx.now) > 0


async def mark_api_token_used(tx: Transaction, token_id: APITokenId) -> None:
    """Note that a token was used, at most once a minute."""
    await tx.execute(_SEEN, this=token_id, now=tx.now, stale=tx.now - _USE_IS_NOTED_EVERY)
