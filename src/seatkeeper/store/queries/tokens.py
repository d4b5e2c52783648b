"""Reading SCIM tokens. What is stored is their digest, so a token itself can never be read back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, DateTime, Select, Uuid, bindparam, func, or_, select

from seatkeeper.core.credentials import CredentialKind
from seatkeeper.core.ids import IntegrationId, TokenId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.integrations import INTEGRATION_COLUMNS
from seatkeeper.store.rows import decode_integration
from seatkeeper.store.scim_access_tables import scim_access_tokens, scim_networks
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations, scim_tokens


@dataclass(frozen=True, slots=True)
class FoundToken:
    """A token of an integration that has this digest, be it still good or not.

    An access token is told as the OAuth client it was given to; it expires no later than that.
    ``networks`` are those the integration may be called from; none means everywhere.
    """

    integration: Integration
    token_id: TokenId
    kind: CredentialKind
    client_id: str | None
    name: str
    digest: bytes
    networks: Sequence[str]
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedToken:
    """A token as people may see it afterwards: ``prefix`` is its first characters."""

    id: TokenId
    kind: CredentialKind
    client_id: str | None
    """The user name or the client id; a bearer token has none."""
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    last_used_for: str | None
    """The request, such as ``GET /Users``."""
    last_used_from: str | None
    """The address."""


def _found_by(
    digest: ColumnElement[bytes], expires_at: ColumnElement[datetime | None]
) -> Select[tuple[object, ...]]:
    return (
        select(
            *INTEGRATION_COLUMNS,
            scim_tokens.c.id.label("token_id"),
            scim_tokens.c.kind,
            scim_tokens.c.client_id,
            scim_tokens.c.name.label("token_name"),
            digest.label("digest"),
            expires_at.label("expires_at"),
            scim_tokens.c.revoked_at,
            scim_tokens.c.last_used_at,
            scim_networks.c.networks,
        )
        .join(integrations, integrations.c.id == scim_tokens.c.integration_id)
        .outerjoin(scim_networks, scim_networks.c.integration_id == scim_tokens.c.integration_id)
        .where(digest == bindparam("digest"), integrations.c.slug == bindparam("slug"))
    )


_FIND = prepare(_found_by(scim_tokens.c.digest, scim_tokens.c.expires_at).select_from(scim_tokens))
_FIND_ACCESS = prepare(
    _found_by(
        scim_access_tokens.c.digest, func.least(scim_access_tokens.c.expires_at, scim_tokens.c.expires_at)
    ).select_from(scim_access_tokens.join(scim_tokens, scim_tokens.c.id == scim_access_tokens.c.token_id))
)

_LISTED = tuple(ListedToken.__dataclass_fields__)
_KINDS = prepare(
    select(scim_tokens.c.kind)
    .where(
        scim_tokens.c.integration_id == bindparam("integration_id", type_=Uuid),
        scim_tokens.c.revoked_at.is_(None),
        or_(
            scim_tokens.c.expires_at.is_(None),
            scim_tokens.c.expires_at > bindparam("now", type_=DateTime(timezone=True)),
        ),
    )
    .distinct()
)

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


async def find_access_token(reader: Reader, slug: str, digest: bytes) -> FoundToken | None:
    """Find the OAuth client an access token was given to, in one query by index; as ``find_token``."""
    row = await reader.fetch_one(_FIND_ACCESS, slug=slug, digest=digest)
    return None if row is None else _found(row)


async def list_good_kinds(
    reader: Reader, integration_id: IntegrationId, now: datetime
) -> frozenset[CredentialKind]:
    """Say of which kinds the integration has tokens that are good."""
    rows = await reader.fetch_all(_KINDS, integration_id=integration_id, now=now)
    return frozenset(CredentialKind(row["kind"]) for row in rows)


async def list_tokens(reader: Reader, integration_id: IntegrationId) -> list[ListedToken]:
    """List the tokens of an integration, oldest first, revoked and expired ones too."""
    rows = await reader.fetch_all(_LIST, integration_id=integration_id)
    return [ListedToken(**{**row, "kind": CredentialKind(row["kind"])}) for row in rows]


def _found(row: dict[str, Any]) -> FoundToken:
    return FoundToken(
        integration=decode_integration(row),
        token_id=TokenId(row["token_id"]),
        kind=CredentialKind(row["kind"]),
        client_id=row["client_id"],
        name=row["token_name"],
        digest=bytes(row["digest"]),
        networks=row["networks"] or (),
        expires_at=row["expires_at"],
        revoked_at=row["revoked_at"],
        last_used_at=row["last_used_at"],
    )
