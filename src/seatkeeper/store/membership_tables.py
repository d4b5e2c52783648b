"""The tables of who is in which group, and of who is awaited there (decision 12)."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text, Uuid

from seatkeeper.store.tables import INSTANT, metadata, owned_by

__all__ = ["metadata"]  # complete once this module is loaded

memberships = Table(
    "memberships",
    metadata,
    Column("group_id", Uuid, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("user_id", Uuid, ForeignKey("users.id", ondelete="CASCADE"), primary_key=True),
    Index("memberships_by_user", "user_id", "group_id"),
)

nested_groups = Table(
    "nested_groups",
    metadata,
    Column("group_id", Uuid, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", Uuid, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    owned_by("integrations"),
    Index("nested_groups_by_member", "member_id", "group_id"),
    Index("nested_groups_by_integration", "integration_id"),
)

waiting_members = Table(
    "waiting_members",
    metadata,
    Column("group_id", Uuid, ForeignKey("groups.id", ondelete="CASCADE"), primary_key=True),
    Column("value", Text, primary_key=True),
    owned_by("integrations"),
    Column("value_key", Text, nullable=False),
    Column("since", INSTANT, nullable=False),
    Index("waiting_members_by_value", "integration_id", "value"),
    Index("waiting_members_by_key", "integration_id", "value_key"),
)
