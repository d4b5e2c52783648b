"""The tables of integrations and their work. A constraint's name says its rule.

``membership_tables`` adds who is in which group, ``workspace_tables`` those of the people who use Seatkeeper;
``migrations`` brings a database to this shape.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    DateTime,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    literal_column,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from seatkeeper.core.events import ActorKind
from seatkeeper.core.jobs import OPEN, PENDING, JobKind, JobState

metadata = MetaData()

_PENDING = ", ".join(f"'{state}'" for state in sorted(PENDING))
_OPEN = ", ".join(f"'{state}'" for state in sorted(OPEN))
_EXTRAORDINARY = ", ".join(
    f"'{state}'" for state in (JobState.WAITING, JobState.UNVERIFIED, JobState.CANCELLED, JobState.SUPERSEDED)
)
INSTANT = DateTime(timezone=True)

PENDING_ACCOUNT_JOB = text(f"account_id IS NOT NULL AND state IN ({_PENDING})")
PENDING_GROUP_JOB = text(f"app_group_id IS NOT NULL AND state IN ({_PENDING})")


def owned_by(table: str, *, name: str | None = None, on_delete: str = "CASCADE") -> Column[object]:
    """Refer to the row of another table that this one goes with, or outlives."""
    return Column(
        name or f"{table.rstrip('s')}_id",
        Uuid,
        ForeignKey(f"{table}.id", ondelete=on_delete),
        nullable=on_delete != "CASCADE",
    )


integrations = Table(
    "integrations",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("slug", Text, nullable=False),
    Column("name", Text, nullable=False),
    Column("connector", Text, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("secrets", LargeBinary, nullable=True),
    Column("schema", JSONB, nullable=False),
    Column("mapping", JSONB, nullable=False),
    Column("policy", JSONB, nullable=False),
    Column("state", Text, nullable=False),
    Column("quarantine", JSONB, nullable=True),
    Column("probe_at", INSTANT, nullable=True),
    Column("throttled_until", INSTANT, nullable=True),
    Column("recognised", Text, nullable=True),
    Column("run_epoch", BigInteger, nullable=False, server_default=text("0")),
    Column("created_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
    UniqueConstraint("slug", name="integration_slugs_are_unique"),
)

scim_tokens = Table(
    "scim_tokens",
    metadata,
    Column("id", Uuid, primary_key=True),
    owned_by("integrations"),
    Column("kind", Text, nullable=False),
    Column("client_id", Text, nullable=True),
    Column("name", Text, nullable=False),
    Column("prefix", Text, nullable=False),
    Column("digest", LargeBinary, nullable=False),
    Column("created_at", INSTANT, nullable=False),
    Column("expires_at", INSTANT, nullable=True),
    Column("revoked_at", INSTANT, nullable=True),
    Column("last_used_at", INSTANT, nullable=True),
    Column("last_used_for", Text, nullable=True),
    Column("last_used_from", Text, nullable=True),
    UniqueConstraint("digest", name="token_digests_are_unique"),
    Index("tokens_by_integration", "integration_id"),
)

users = Table(
    "users",
    metadata,
    Column("id", Uuid, primary_key=True),
    owned_by("integrations"),
    Column("user_name", Text, nullable=False),
    Column("user_name_key", Text, nullable=False),
    Column("external_id", Text, nullable=True),
    Column("active", Boolean, nullable=False),
    Column("document", JSONB, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("created_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
    Column("unanswered_at", INSTANT, nullable=True),
    UniqueConstraint("integration_id", "user_name_key", name="user_names_are_unique_without_case"),
    Index("users_by_external_id", "integration_id", "external_id"),
    Index("users_in_order", "integration_id", "id", postgresql_include=["active"]),
    Index("users_not_active", "integration_id", "id", postgresql_where=text("NOT active")),
    Index(
        "users_by_display_name",
        "integration_id",
        literal_column("lower(document ->> 'displayName'::text)").label("display_key"),
        postgresql_ops={"display_key": "text_pattern_ops"},
    ),
    Index(
        "users_by_any_value",
        # The collation is named so that the database's own locale never decides what "without case" means.
        literal_column('(lower(document::text COLLATE "pg_unicode_fast")::jsonb)').label("folded"),
        postgresql_using="gin",
        postgresql_ops={"folded": "jsonb_path_ops"},
        # KiB of what came last and is not sorted in yet; every look-up reads through it. With PostgreSQL's 4 MiB
        # one costs five times as much after 10,000 arrivals, and one of these waits for all the sorting in.
        postgresql_with={"gin_pending_list_limit": 256},
    ),
)

groups = Table(
    "groups",
    metadata,
    Column("id", Uuid, primary_key=True),
    owned_by("integrations"),
    Column("display_name", Text, nullable=False),
    Column("display_name_key", Text, nullable=False),
    Column("external_id", Text, nullable=True),
    Column("document", JSONB, nullable=False),
    Column("version", Integer, nullable=False, server_default=text("1")),
    Column("created_at", INSTANT, nullable=False),
    Column("updated_at", INSTANT, nullable=False),
    Column("unanswered_at", INSTANT, nullable=True),
    UniqueConstraint("integration_id", "display_name_key", name="group_names_are_unique_without_case"),
    Index("groups_by_external_id", "integration_id", "external_id"),
    Index("groups_in_order", "integration_id", "id"),
)

unique_values = Table(
    "unique_values",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    owned_by("integrations"),
    Column("attribute", Text, nullable=False),
    owned_by("users"),
    Index("unique_values_by_user", "user_id"),
    Index("unique_values_by_attribute", "integration_id", "attribute"),
)

accounts = Table(
    "accounts",
    metadata,
    Column("id", Uuid, primary_key=True),
    owned_by("integrations"),
    owned_by("users", on_delete="SET NULL"),
    # By code points, so that the people whose name begins in some way are one range of an index.
    Column("user_name_key", Text(collation="C"), nullable=False),
    Column("uid", Text, nullable=True),
    Column("name", Text, nullable=True),
    Column("active", Boolean, nullable=True),
    Column("standing", Text, nullable=True),
    Column("invited_at", INSTANT, nullable=True),
    Column("attributes", JSONB, nullable=False, server_default=text("'{}'::jsonb")),
    Column("seen_at", INSTANT, nullable=True),
    Column("disabled_at", INSTANT, nullable=True),
    Column("delete_at", INSTANT, nullable=True),
    Column("created_at", INSTANT, nullable=False),
    UniqueConstraint("user_id", name="one_account_per_user"),
    UniqueConstraint("integration_id", "uid", name="one_account_per_uid"),
    Index("accounts_by_user_name", "integration_id", "user_name_key", "id"),
    Index(
        "accounts_in_use",
        "integration_id",
        "user_name_key",
        "id",
        postgresql_where=text("uid IS NOT NULL AND active IS DISTINCT FROM false"),
    ),
    Index("accounts_left_behind", "integration_id", "id", postgresql_where=text("user_id IS NULL")),
    Index("accounts_to_delete", "delete_at", postgresql_where=text("delete_at IS NOT NULL")),
)

account_grants = Table(
    "account_grants",
    metadata,
    Column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), primary_key=True),
    Column("type", Text, primary_key=True),
    Column("value", Text, primary_key=True),
    Column("source", Text, primary_key=True),
    Column("integration_id", Uuid, nullable=False),
    Index("grants_by_entitlement", "integration_id", "type", "value", "account_id", "source"),
)

offers = Table(
    "offers",
    metadata,
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), primary_key=True),
    Column("read_at", INSTANT, nullable=False),
    Column("entitlements", JSONB, nullable=False),
)

app_groups = Table(
    "app_groups",
    metadata,
    Column("id", Uuid, primary_key=True),
    owned_by("integrations"),
    owned_by("groups", on_delete="SET NULL"),
    Column("display_name", Text, nullable=False),
    Column("uid", Text, nullable=True),
    Column("created_here", Boolean, nullable=False, server_default=text("false")),
    Column("seen_name", Text, nullable=True),
    Column("seen_at", INSTANT, nullable=True),
    Column("created_at", INSTANT, nullable=False),
    UniqueConstraint("group_id", name="one_app_group_per_group"),
    UniqueConstraint("integration_id", "uid", name="one_app_group_per_uid"),
)

jobs = Table(
    "jobs",
    metadata,
    Column("id", Uuid, primary_key=True),
    owned_by("integrations"),
    Column("account_id", Uuid, ForeignKey("accounts.id", ondelete="CASCADE"), nullable=True),
    Column("app_group_id", Uuid, ForeignKey("app_groups.id", ondelete="CASCADE"), nullable=True),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("priority", SmallInteger, nullable=False),
    Column("wishes", Integer, nullable=False, server_default=text("1")),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("failures", Integer, nullable=False, server_default=text("0")),
    Column("epoch", BigInteger, nullable=True),
    Column("due_at", INSTANT, nullable=False),
    Column("first_failed_at", INSTANT, nullable=True),
    Column("problem_code", Text, nullable=True),
    Column("problem_detail", Text, nullable=True),
    Column("held", Boolean, nullable=False, server_default=text("false")),
    Column("approved", Boolean, nullable=False, server_default=text("false")),
    Column("chosen_uid", Text, nullable=True),
    Column("declined_uids", ARRAY(Text), nullable=True),
    Column("by_hand", Boolean, nullable=False, server_default=text("false")),
    Column("done_by", Text, nullable=True),
    Column("target", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("request_id", Text, nullable=True),
    Column("created_at", INSTANT, nullable=False),
    Column("started_at", INSTANT, nullable=True),
    Column("ended_at", INSTANT, nullable=True),
    CheckConstraint("(account_id IS NULL) <> (app_group_id IS NULL)", name="a_job_is_about_one_thing"),
    Index("one_open_job_per_account", "account_id", unique=True, postgresql_where=PENDING_ACCOUNT_JOB),
    Index("one_open_job_per_app_group", "app_group_id", unique=True, postgresql_where=PENDING_GROUP_JOB),
    Index(
        "one_running_job_per_account",
        "account_id",
        unique=True,
        postgresql_where=text(f"account_id IS NOT NULL AND state = '{JobState.RUNNING}'"),
    ),
    Index(
        "one_running_job_per_app_group",
        "app_group_id",
        unique=True,
        postgresql_where=text(f"app_group_id IS NOT NULL AND state = '{JobState.RUNNING}'"),
    ),
    Index(
        "jobs_due",
        "integration_id",
        "priority",
        "due_at",
        "id",
        postgresql_where=text(f"state IN ('{JobState.QUEUED}', '{JobState.RETRYING}')"),
    ),
    Index("jobs_running", "integration_id", postgresql_where=text(f"state = '{JobState.RUNNING}'")),
    Index(
        "removals_done",
        "integration_id",
        "ended_at",
        postgresql_where=text(
            f"kind = '{JobKind.DEPROVISION}' AND state IN ('{JobState.SUCCEEDED}', '{JobState.UNVERIFIED}')"
        ),
    ),
    Index("jobs_open", "integration_id", text("id DESC"), postgresql_where=text(f"state IN ({_OPEN})")),
    Index("jobs_failed", "integration_id", text("id DESC"), postgresql_where=text(f"state = '{JobState.FAILED}'")),
    Index(
        "jobs_by_end",
        "integration_id",
        "ended_at",
        postgresql_include=["state", "created_at"],
        postgresql_where=text("ended_at IS NOT NULL"),
    ),
    Index("jobs_newest_first", "integration_id", text("id DESC")),
    Index(
        "jobs_out_of_the_ordinary",
        "integration_id",
        "state",
        text("id DESC"),
        postgresql_where=text(f"state IN ({_EXTRAORDINARY})"),
    ),
    Index("jobs_by_account", "account_id", text("id DESC")),
    Index(
        "jobs_by_app_group",
        "app_group_id",
        text("id DESC"),
        postgresql_where=text("app_group_id IS NOT NULL"),
    ),
)

attempts = Table(
    "attempts",
    metadata,
    Column("id", Uuid, primary_key=True),
    owned_by("jobs"),
    Column("number", Integer, nullable=False),
    Column("epoch", BigInteger, nullable=False),
    Column("started_at", INSTANT, nullable=False),
    Column("ended_at", INSTANT, nullable=False),
    Column("outcome", Text, nullable=False),
    Column("problem_code", Text, nullable=True),
    Column("problem_detail", Text, nullable=True),
    Column("traceback", Text, nullable=True),
    Column("steps", JSONB, nullable=False),
    UniqueConstraint("job_id", "number", name="attempts_are_numbered"),
)

events = Table(
    "events",
    metadata,
    Column("id", Uuid, primary_key=True),
    Column("integration_id", Uuid, ForeignKey("integrations.id", ondelete="CASCADE"), nullable=True),
    Column("at", INSTANT, nullable=False),
    Column("kind", Text, nullable=False),
    Column("actor", Text, nullable=False),
    Column("actor_name", Text, nullable=False),
    Column("target", Text, nullable=False),
    Column("user_id", Uuid, nullable=True),
    Column("job_id", Uuid, nullable=True),
    Column("request_id", Text, nullable=True),
    Column("details", JSONB, nullable=False),
    Column("folded", Boolean, nullable=False, server_default=text("false")),
    Index("events_newest_first", "integration_id", text("id DESC")),
    Index("events_shown", "integration_id", text("id DESC"), postgresql_where=text("NOT folded")),
    Index("events_by_job", "job_id", text("id DESC"), postgresql_where=text("job_id IS NOT NULL")),
    Index("events_by_user", "user_id", text("id DESC"), postgresql_where=text("user_id IS NOT NULL")),
    Index("events_by_kind", "integration_id", "kind", text("id DESC")),
    Index(
        "events_by_person",
        "integration_id",
        text("id DESC"),
        postgresql_where=text(f"actor = '{ActorKind.PERSON}'"),
    ),
    Index(
        "events_by_target",
        "integration_id",
        literal_column("lower(target)").label("target_key"),
        text("id DESC"),
        postgresql_ops={"target_key": "text_pattern_ops"},
    ),
)

tasks = Table(
    "tasks",
    metadata,
    Column("id", Uuid, primary_key=True),
    owned_by("integrations"),
    owned_by("jobs", on_delete="SET NULL"),
    Column("kind", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("problem_code", Text, nullable=False),
    Column("problem_detail", Text, nullable=False),
    Column("choices", JSONB, nullable=False),
    Column("work", JSONB, nullable=False, server_default=text("'[]'::jsonb")),
    Column("due_at", INSTANT, nullable=True),
    Column("reminded_at", INSTANT, nullable=True),
    Column("four_eyes", Boolean, nullable=False, server_default=text("false")),
    Column("answer", JSONB, nullable=True),
    Column("assignee_id", Uuid, ForeignKey("members.id", ondelete="SET NULL"), nullable=True),
    Column("opened_at", INSTANT, nullable=False),
    Column("closed_at", INSTANT, nullable=True),
    Column("closed_by", Text, nullable=True),
    Index(
        "one_open_task_per_job",
        "job_id",
        unique=True,
        postgresql_where=text("job_id IS NOT NULL AND state = 'open'"),
    ),
    Index("tasks_newest_first", "integration_id", text("id DESC")),
    Index("tasks_open", "integration_id", text("id DESC"), postgresql_where=text("state = 'open'")),
    Index("tasks_to_remind_of", "due_at", postgresql_where=text("state = 'open' AND reminded_at IS NULL")),
)
