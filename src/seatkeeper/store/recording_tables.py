"""The tables of what was recorded of identity providers, masked, and of replaying it into copies."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid, text
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.store.tables import INSTANT
from seatkeeper.store.workspace_tables import metadata

__all__ = ["metadata"]  # complete once this module is loaded

recordings = Table(
    "recordings",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), nullable=False),
    Column("kept", JSONB, nullable=False),
    Column("mask_key", LargeBinary, nullable=True),
    Column("most_requests", Integer, nullable=False),
    Column("most_bytes", Integer, nullable=False),
    Column("requests", Integer, nullable=False, server_default=text("0")),
    Column("bytes", Integer, nullable=False, server_default=text("0")),
    Column("actor_name", Text, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("ends_at", INSTANT, nullable=False),
    Column("ended_at", INSTANT, nullable=True),
    Column("end_reason", Text, nullable=True),
    Index("recordings_by_integration", "integration_id", "id"),
    Index(
        "one_running_recording_per_integration",
        "integration_id",
        unique=True,
        postgresql_where=text("ended_at IS NULL"),
    ),
)
"""``mask_key`` is forgotten when the recording ends, so that nothing leads from a stand-in back to a value."""

recorded_requests = Table(
    "recorded_requests",
    metadata,
    Column("recording_id", Uuid, ForeignKey("recordings.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("exchange", Text, nullable=False),
)

replays = Table(
    "replays",
    metadata,
    Column("copy_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), primary_key=True),
    Column("recording_id", Uuid, ForeignKey("recordings.id", ondelete="SET NULL"), nullable=True),
    Column("original_id", Uuid, ForeignKey("integrations.id", ondelete="SET NULL"), nullable=True),
    Column("state", Text, nullable=False),
    Column("requests", Integer, nullable=False),
    Column("sent", Integer, nullable=False, server_default=text("0")),
    Column("findings", JSONB, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
    Index("replays_by_recording", "recording_id"),
    Index("replays_by_original", "original_id"),
)
"""The one replay into each copy. An integration that is named here as a copy never goes live."""
