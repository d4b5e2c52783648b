"""The tables about the people who use Seatkeeper: members, their roles, how they sign in, what they draft."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from seatkeeper.store.membership_tables import metadata
from seatkeeper.store.tables import INSTANT

__all__ = ["metadata"]  # complete once this module is loaded


def _of_member() -> Column[object]:
    return Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), nullable=False)


members = Table(
    "members",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("email", Text, nullable=False),
    Column("email_key", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("role", Text, nullable=False),
    Column("password", Text, nullable=True),
    Column("totp", LargeBinary, nullable=True),
    Column("totp_step", BigInteger, nullable=True),
    Column("created_at", INSTANT, nullable=False),
    Column("disabled_at", INSTANT, nullable=True),
    UniqueConstraint("email_key", name="member_emails_are_unique_without_case"),
)

passkeys = Table(
    "passkeys",
    metadata,
    Column("id", Uuid, primary_key=True),
    _of_member(),
    Column("name", Text, nullable=False),
    Column("credential_id", LargeBinary, nullable=False),
    Column("public_key", LargeBinary, nullable=False),
    Column("sign_count", BigInteger, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("last_used_at", INSTANT, nullable=True),
    UniqueConstraint("credential_id", name="passkeys_are_unique"),
    Index("passkeys_by_member", "member_id"),
)

sessions = Table(
    "sessions",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("digest", LargeBinary, nullable=False),
    _of_member(),
    Column("method", Text, nullable=False),
    Column("address", Text, nullable=False),
    Column("user_agent", Text, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("confirmed_at", INSTANT, nullable=False),
    Column("last_seen_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    UniqueConstraint("digest", name="session_digests_are_unique"),
    Index("sessions_by_member", "member_id"),
    Index("sessions_by_expiry", "expires_at"),
)

recovery_codes = Table(
    "recovery_codes",
    metadata,
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("digest", LargeBinary, primary_key=True),
)
"""What opens the second step once for somebody who lost their authenticator; a used one is gone."""

challenges = Table(
    "challenges",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    Column("kind", Text, nullable=False),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), nullable=True),
    Column("data", JSONB, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=False),
    Index("challenges_by_expiry", "expires_at"),
)
"""What was asked of somebody who is not signed in yet, found by the digest of a secret only they hold."""

failed_sign_ins = Table(
    "failed_sign_ins",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("key", Text, nullable=False),
    Column("at", INSTANT, nullable=False),
    Index("failed_sign_ins_by_key", "key", "at"),
    Index("failed_sign_ins_by_age", "at"),
)

integration_roles = Table(
    "integration_roles",
    metadata,
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), primary_key=True),
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("role", Text, nullable=False),
    Index("integration_roles_by_member", "member_id", "integration_id"),
)

api_tokens = Table(
    "api_tokens",
    metadata,
    Column("id", Uuid, primary_key=True),
    _of_member(),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("scopes", JSONB, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=True),
    Column("revoked_at", INSTANT, nullable=True),
    Column("last_used_at", INSTANT, nullable=True),
    UniqueConstraint("digest", name="api_token_digests_are_unique"),
    Index("api_tokens_by_member", "member_id"),
)

sign_in_providers = Table(
    "sign_in_providers",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("name", Text, nullable=False),
    Column("issuer", Text, nullable=False),
    Column("client_id", Text, nullable=False),
    Column("client_secret", LargeBinary, nullable=False),
    Column("scopes", Text, nullable=False),
    Column("groups_claim", Text, nullable=False),
    Column("role_rules", JSONB, nullable=False),
    Column("default_role", Text, nullable=True),
    Column("created_at", INSTANT, nullable=False),
    UniqueConstraint("name", name="sign_in_provider_names_are_unique"),
)

provider_identities = Table(
    "provider_identities",
    metadata,
    Column("provider_id", Uuid, ForeignKey("sign_in_providers.id", ondelete="CASCADE"), primary_key=True),
    Column("subject", Text, primary_key=True),
    _of_member(),
    Column("created_at", INSTANT, nullable=False),
)

integration_drafts = Table(
    "integration_drafts",
    metadata,
    Column("id", Uuid, primary_key=True),
    _of_member(),
    Column("document", JSONB, nullable=False),
    Column("secrets", LargeBinary, nullable=True),
    Column("created_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
    Index("integration_drafts_by_member", "member_id"),
)
"""What somebody has entered in the wizard before there is an integration."""

integration_versions = Table(
    "integration_versions",
    metadata,
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("at", INSTANT, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("document", JSONB, nullable=False),
)
"""How an integration was configured at each time, without its secrets."""

dry_runs = Table(
    "dry_runs",
    metadata,
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("version", Integer, nullable=False),
    Column("accounts", Integer, nullable=False),
    Column("sampled", Integer, nullable=False),
    Column("looked_at", Integer, nullable=False),
    Column("findings", JSONB, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
)
"""The latest look at what going live would do: over how many accounts, and what was found so far."""

connection_trials = Table(
    "connection_trials",
    metadata,
    Column("member_id", Uuid, ForeignKey("members.id", ondelete="CASCADE"), primary_key=True),
    Column("about", Uuid, primary_key=True),
    Column("id", Uuid, nullable=False),
    Column("told", JSONB, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
)
"""The latest trial of a connection by each member: ``about`` is the draft or the integration it was tried for."""

notification_rules = Table(
    "notification_rules",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), nullable=True),
    Column("name", Text, nullable=False),
    Column("kinds", JSONB, nullable=False),
    Column("channel", Text, nullable=False),
    Column("target", LargeBinary, nullable=False),
    Column("shown", Text, nullable=False),
    Column("enabled", Boolean, nullable=False, server_default=text("true")),
    Column("told_until", Uuid, nullable=False),
    Column("told_at", INSTANT, nullable=True),
    Column("due_at", INSTANT, nullable=False),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("problem", Text, nullable=True),
    Column("created_at", INSTANT, nullable=False),
    Index("notification_rules_by_integration", "integration_id"),
)
"""Whom to tell of which events; ``told_until`` is the newest event that was told of or passed over.

``due_at`` is when it is looked at next: in the future while it waits after a failure, and while a worker tells.
"""

idempotency_keys = Table(
    "idempotency_keys",
    metadata,
    _of_member(),
    Column("key", Text, nullable=False),
    Column("request_digest", LargeBinary, nullable=False),
    Column("status", Integer, nullable=True),
    Column("body", LargeBinary, nullable=True),
    Column("created_at", INSTANT, nullable=False),
    UniqueConstraint("member_id", "key", name="one_request_per_idempotency_key"),
    Index("idempotency_keys_by_age", "created_at"),
)
