"""The tables of how identity providers come in: access tokens of OAuth clients, and from where they may call."""

from sqlalchemy import Column, ForeignKey, Index, LargeBinary, Table, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.store.recording_tables import metadata
from seatkeeper.store.tables import INSTANT

__all__ = ["metadata"]  # complete once this module is loaded

scim_access_tokens = Table(
    "scim_access_tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("token_id", Uuid, ForeignKey("scim_tokens.id", ondelete="CASCADE"), nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Index("access_tokens_by_client", "token_id", "expires_at"),
)
"""``token_id`` is the OAuth client, a row of ``scim_tokens``."""

scim_networks = Table(
    "scim_networks",
    metadata,
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), primary_key=True),
    Column("networks", JSONB, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
)
"""From which networks an integration's endpoint may be called; without a row from everywhere."""
