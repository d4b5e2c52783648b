"""Reading SCIM tokens. What is stored is their digest, so a token itself can never be read back."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Uuid, bindparam, select

from seatkeeper.core.ids import IntegrationId, TokenId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.integrations import INTEGRATION_COLUMNS
from seatkeeper.store.rows import decode_integration
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations, scim_tokens


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A token of an integration that has this digest, be it still good or not."""

    integration: Integration
    token_id: TokenId
    name: str
    digest: bytes
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedToken:
    """A token as people may see it afterwards: ``prefix`` is its first characters."""

    id: TokenId
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    last_used_for: str | None
    """The request, such as ``GET /Users``."""


_FIND = prepare(
    select(
        *INTEGRATION_COLUMNS,
        scim_tokens.c.id.label("token_id"),
        scim_tokens.c.name.label("token_name"),
        scim_tokens.c.digest,
        scim_tokens.c.expires_at,
        scim_tokens.c.revoked_at,
        scim_tokens.c.last_used_at,
    )
    .join(integrations, integrations.c.id == scim_tokens.c.integration_id)
    .where(scim_tokens.c.digest == bindparam("digest"), integrations.c.slug == bindparam("slug"))
)

_LISTED = ("id", "name", "prefix", "created_at", "expires_at", "revoked_at", "last_used_at", "last_used_for")

_LIST = prepare(
    select(*(scim_tokens.c[name] for name in _LISTED))
    .where(scim_tokens.c.integration_id == bindparam("integration_id", type_=Uuid))
    .order_by(scim_tokens.c.id)
)


async def find_token(reader: Reader, slug: str, digest: bytes) -> FoundToken | None:
    """Find the token of one integration by its digest, in one query by index.

    The caller compares digests in constant time and judges expiry and revocation by its own clock.
    """
    row = await reader.fetch_one(_FIND, slug=slug, digest=digest)
    return None if row is None else _found(row)


async def list_tokens(reader: Reader, integration_id: IntegrationId) -> list[ListedToken]:
    """List the tokens of an integration, oldest first, revoked and expired ones too."""
    rows = await reader.fetch_all(_LIST, integration_id=integration_id)
    return [ListedToken(**row) for row in rows]


def _found(row: dict[str, Any]) -> FoundToken:
    return FoundToken(
        integration=decode_integration(row),
        token_id=TokenId(row["token_id"]),
        name=row["token_name"],
        digest=bytes(row["digest"]),
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
    )
