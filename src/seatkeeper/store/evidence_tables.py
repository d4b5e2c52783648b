"""What is kept as evidence: of what sessions showed of their work, and of what people did by hand."""

from sqlalchemy import Boolean, Column, ForeignKey, Index, Integer, LargeBinary, Table, Text, Uuid, func

from seatkeeper.store.scim_access_tables import metadata
from seatkeeper.store.tables import INSTANT, owned_by

__all__ = ["metadata"]  # complete once this module is loaded

evidence = Table(
    "evidence",
    metadata,
    Column("id", Uuid, primary_key=True, server_default=func.uuidv7()),
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), nullable=False),
    Column("job_id", Uuid, ForeignKey("jobs.id", ondelete="CASCADE")),
    Column("attempt", Integer),
    Column("number", Integer, nullable=False),
    Column("label", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("is_of_failure", Boolean, nullable=False),
    Column("taken_at", INSTANT, nullable=False),
    Index("evidence_of_jobs", "job_id", "attempt", "number"),
    Index("evidence_of_integrations", "integration_id", "taken_at"),
    Index("evidence_by_age", "taken_at"),
)
"""Pictures and traces of an attempt at a job, or, without one, of a trial of the integration; kept for days."""

canaries = Table(
    "canaries",
    metadata,
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), primary_key=True),
    Column("sang_at", INSTANT, nullable=False),
)
"""When the app of an integration was last tried with nothing changed, where its connector asks for that."""

session_states = Table(
    "session_states",
    metadata,
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), primary_key=True),
    Column("sealed", LargeBinary, nullable=False),
    Column("kept_at", INSTANT, nullable=False),
)
"""What a session left for the next one, sealed."""

task_files = Table(
    "task_files",
    metadata,
    Column("id", Uuid, primary_key=True),
    owned_by("tasks"),
    Column("name", Text, nullable=False),
    Column("media_type", Text, nullable=False),
    Column("content", LargeBinary, nullable=False),
    Column("added_at", INSTANT, nullable=False),
    Column("added_by", Text, nullable=False),
    Index("files_by_task", "task_id"),
)
"""What people keep with a task, to show what they did."""
