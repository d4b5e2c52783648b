"""The first tables."""

from alembic import op
from procrastinate.schema import SchemaManager
import sqlalchemy as sa
from sqlalchemy.dialects import postgresql

revision = '0001'
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table('failed_sign_ins',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('failed_sign_ins_by_age', 'failed_sign_ins', ['at'], unique=False)
    op.create_index('failed_sign_ins_by_key', 'failed_sign_ins', ['key', 'at'], unique=False)
    op.create_table('integrations',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('slug', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('connector', sa.Text(), nullable=False),
    sa.Column('settings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('secrets', sa.LargeBinary(), nullable=True),
    sa.Column('schema', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('mapping', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('policy', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('quarantine', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('probe_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('throttled_until', sa.DateTime(timezone=True), nullable=True),
    sa.Column('recognised', sa.Text(), nullable=True),
    sa.Column('run_epoch', sa.BigInteger(), server_default=sa.text('0'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('slug', name='integration_slugs_are_unique')
    )
    op.create_table('members',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('email', sa.Text(), nullable=False),
    sa.Column('email_key', sa.Text(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.Column('password', sa.Text(), nullable=True),
    sa.Column('totp', sa.LargeBinary(), nullable=True),
    sa.Column('totp_step', sa.BigInteger(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('email_key', name='member_emails_are_unique_without_case')
    )
    op.create_table('sign_in_providers',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('issuer', sa.Text(), nullable=False),
    sa.Column('client_id', sa.Text(), nullable=False),
    sa.Column('client_secret', sa.LargeBinary(), nullable=False),
    sa.Column('scopes', sa.Text(), nullable=False),
    sa.Column('groups_claim', sa.Text(), nullable=False),
    sa.Column('role_rules', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('default_role', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('name', name='sign_in_provider_names_are_unique')
    )
    op.create_table('api_tokens',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('prefix', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('scopes', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('digest', name='api_token_digests_are_unique')
    )
    op.create_index('api_tokens_by_member', 'api_tokens', ['member_id'], unique=False)
    op.create_table('canaries',
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('sang_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id')
    )
    op.create_table('challenges',
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=True),
    sa.Column('data', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_index('challenges_by_expiry', 'challenges', ['expires_at'], unique=False)
    op.create_table('connection_trials',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('about', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('told', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', 'about')
    )
    op.create_table('dry_runs',
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('version', sa.Integer(), nullable=False),
    sa.Column('accounts', sa.Integer(), nullable=False),
    sa.Column('sampled', sa.Integer(), nullable=False),
    sa.Column('looked_at', sa.Integer(), nullable=False),
    sa.Column('findings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id')
    )
    op.create_table('events',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=True),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('job_id', sa.Uuid(), nullable=True),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.Column('details', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('folded', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('events_by_job', 'events', ['job_id', sa.literal_column('id DESC')], unique=False, postgresql_where=sa.text('job_id IS NOT NULL'))
    op.create_index('events_by_kind', 'events', ['integration_id', 'kind', sa.literal_column('id DESC')], unique=False)
    op.create_index('events_by_person', 'events', ['integration_id', sa.literal_column('id DESC')], unique=False, postgresql_where=sa.text("actor = 'person'"))
    op.create_index('events_by_target', 'events', ['integration_id', sa.literal_column('lower(target)').label('target_key'), sa.literal_column('id DESC')], unique=False, postgresql_ops={'target_key': 'text_pattern_ops'})
    op.create_index('events_by_user', 'events', ['user_id', sa.literal_column('id DESC')], unique=False, postgresql_where=sa.text('user_id IS NOT NULL'))
    op.create_index('events_newest_first', 'events', ['integration_id', sa.literal_column('id DESC')], unique=False)
    op.create_index('events_shown', 'events', ['integration_id', sa.literal_column('id DESC')], unique=False, postgresql_where=sa.text('NOT folded'))
    op.create_table('groups',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('display_name', sa.Text(), nullable=False),
    sa.Column('display_name_key', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=True),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('unanswered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('integration_id', 'display_name_key', name='group_names_are_unique_without_case')
    )
    op.create_index('groups_by_external_id', 'groups', ['integration_id', 'external_id'], unique=False)
    op.create_index('groups_in_order', 'groups', ['integration_id', 'id'], unique=False)
    op.create_table('idempotency_keys',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('key', sa.Text(), nullable=False),
    sa.Column('request_digest', sa.LargeBinary(), nullable=False),
    sa.Column('status', sa.Integer(), nullable=True),
    sa.Column('body', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], ondelete='CASCADE'),
    sa.UniqueConstraint('member_id', 'key', name='one_request_per_idempotency_key')
    )
    op.create_index('idempotency_keys_by_age', 'idempotency_keys', ['created_at'], unique=False)
    op.create_table('integration_drafts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('secrets', sa.LargeBinary(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('integration_drafts_by_member', 'integration_drafts', ['member_id'], unique=False)
    op.create_table('integration_roles',
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('role', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id', 'member_id')
    )
    op.create_index('integration_roles_by_member', 'integration_roles', ['member_id', 'integration_id'], unique=False)
    op.create_table('integration_versions',
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id', 'number')
    )
    op.create_table('notification_rules',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('kinds', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('channel', sa.Text(), nullable=False),
    sa.Column('target', sa.LargeBinary(), nullable=False),
    sa.Column('shown', sa.Text(), nullable=False),
    sa.Column('enabled', sa.Boolean(), server_default=sa.text('true'), nullable=False),
    sa.Column('told_until', sa.Uuid(), nullable=False),
    sa.Column('told_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('failures', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('problem', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('notification_rules_by_integration', 'notification_rules', ['integration_id'], unique=False)
    op.create_table('offers',
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('read_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('entitlements', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id')
    )
    op.create_table('passkeys',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('credential_id', sa.LargeBinary(), nullable=False),
    sa.Column('public_key', sa.LargeBinary(), nullable=False),
    sa.Column('sign_count', sa.BigInteger(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('credential_id', name='passkeys_are_unique')
    )
    op.create_index('passkeys_by_member', 'passkeys', ['member_id'], unique=False)
    op.create_table('provider_identities',
    sa.Column('provider_id', sa.Uuid(), nullable=False),
    sa.Column('subject', sa.Text(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['provider_id'], ['sign_in_providers.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('provider_id', 'subject')
    )
    op.create_table('recordings',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('kept', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('mask_key', sa.LargeBinary(), nullable=True),
    sa.Column('most_requests', sa.Integer(), nullable=False),
    sa.Column('most_bytes', sa.Integer(), nullable=False),
    sa.Column('requests', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('bytes', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ends_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('end_reason', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('one_running_recording_per_integration', 'recordings', ['integration_id'], unique=True, postgresql_where=sa.text('ended_at IS NULL'))
    op.create_index('recordings_by_integration', 'recordings', ['integration_id', 'id'], unique=False)
    op.create_table('recovery_codes',
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('member_id', 'digest')
    )
    op.create_table('scim_networks',
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('networks', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id')
    )
    op.create_table('scim_tokens',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('client_id', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('prefix', sa.Text(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('revoked_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('last_used_for', sa.Text(), nullable=True),
    sa.Column('last_used_from', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('digest', name='token_digests_are_unique')
    )
    op.create_index('tokens_by_integration', 'scim_tokens', ['integration_id'], unique=False)
    op.create_table('session_states',
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('sealed', sa.LargeBinary(), nullable=False),
    sa.Column('kept_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('integration_id')
    )
    op.create_table('sessions',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('method', sa.Text(), nullable=False),
    sa.Column('address', sa.Text(), nullable=False),
    sa.Column('user_agent', sa.Text(), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('confirmed_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('last_seen_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['member_id'], ['members.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('digest', name='session_digests_are_unique')
    )
    op.create_index('sessions_by_expiry', 'sessions', ['expires_at'], unique=False)
    op.create_index('sessions_by_member', 'sessions', ['member_id'], unique=False)
    op.create_table('users',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('user_name', sa.Text(), nullable=False),
    sa.Column('user_name_key', sa.Text(), nullable=False),
    sa.Column('external_id', sa.Text(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=False),
    sa.Column('document', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('version', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('unanswered_at', sa.DateTime(timezone=True), nullable=True),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('integration_id', 'user_name_key', name='user_names_are_unique_without_case')
    )
    op.create_index('users_by_any_value', 'users', [sa.literal_column('(lower(document::text COLLATE "pg_unicode_fast")::jsonb)').label('folded')], unique=False, postgresql_using='gin', postgresql_ops={'folded': 'jsonb_path_ops'}, postgresql_with={'gin_pending_list_limit': 256})
    op.create_index('users_by_display_name', 'users', ['integration_id', sa.literal_column("lower(document ->> 'displayName'::text)").label('display_key')], unique=False, postgresql_ops={'display_key': 'text_pattern_ops'})
    op.create_index('users_by_external_id', 'users', ['integration_id', 'external_id'], unique=False)
    op.create_index('users_in_order', 'users', ['integration_id', 'id'], unique=False, postgresql_include=['active'])
    op.create_index('users_not_active', 'users', ['integration_id', 'id'], unique=False, postgresql_where=sa.text('NOT active'))
    op.create_table('accounts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=True),
    sa.Column('user_name_key', sa.Text(collation='C'), nullable=False),
    sa.Column('uid', sa.Text(), nullable=True),
    sa.Column('name', sa.Text(), nullable=True),
    sa.Column('active', sa.Boolean(), nullable=True),
    sa.Column('standing', sa.Text(), nullable=True),
    sa.Column('invited_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('attributes', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'{}'::jsonb"), nullable=False),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('disabled_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('delete_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('integration_id', 'uid', name='one_account_per_uid'),
    sa.UniqueConstraint('user_id', name='one_account_per_user')
    )
    op.create_index('accounts_by_user_name', 'accounts', ['integration_id', 'user_name_key', 'id'], unique=False)
    op.create_index('accounts_in_use', 'accounts', ['integration_id', 'user_name_key', 'id'], unique=False, postgresql_where=sa.text('uid IS NOT NULL AND active IS DISTINCT FROM false'))
    op.create_index('accounts_left_behind', 'accounts', ['integration_id', 'id'], unique=False, postgresql_where=sa.text('user_id IS NULL'))
    op.create_index('accounts_to_delete', 'accounts', ['delete_at'], unique=False, postgresql_where=sa.text('delete_at IS NOT NULL'))
    op.create_table('app_groups',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('group_id', sa.Uuid(), nullable=True),
    sa.Column('display_name', sa.Text(), nullable=False),
    sa.Column('uid', sa.Text(), nullable=True),
    sa.Column('created_here', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('seen_name', sa.Text(), nullable=True),
    sa.Column('seen_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('group_id', name='one_app_group_per_group'),
    sa.UniqueConstraint('integration_id', 'uid', name='one_app_group_per_uid')
    )
    op.create_table('memberships',
    sa.Column('group_id', sa.Uuid(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('group_id', 'user_id')
    )
    op.create_index('memberships_by_user', 'memberships', ['user_id', 'group_id'], unique=False)
    op.create_table('nested_groups',
    sa.Column('group_id', sa.Uuid(), nullable=False),
    sa.Column('member_id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['member_id'], ['groups.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('group_id', 'member_id')
    )
    op.create_index('nested_groups_by_integration', 'nested_groups', ['integration_id'], unique=False)
    op.create_index('nested_groups_by_member', 'nested_groups', ['member_id', 'group_id'], unique=False)
    op.create_table('recorded_requests',
    sa.Column('recording_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('exchange', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['recording_id'], ['recordings.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('recording_id', 'number')
    )
    op.create_table('replays',
    sa.Column('copy_id', sa.Uuid(), nullable=False),
    sa.Column('recording_id', sa.Uuid(), nullable=True),
    sa.Column('original_id', sa.Uuid(), nullable=True),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('requests', sa.Integer(), nullable=False),
    sa.Column('sent', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('findings', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('actor_name', sa.Text(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('updated_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['copy_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['original_id'], ['integrations.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['recording_id'], ['recordings.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('copy_id')
    )
    op.create_index('replays_by_original', 'replays', ['original_id'], unique=False)
    op.create_index('replays_by_recording', 'replays', ['recording_id'], unique=False)
    op.create_table('scim_access_tokens',
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('token_id', sa.Uuid(), nullable=False),
    sa.Column('expires_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['token_id'], ['scim_tokens.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_index('access_tokens_by_client', 'scim_access_tokens', ['token_id', 'expires_at'], unique=False)
    op.create_table('unique_values',
    sa.Column('digest', sa.LargeBinary(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('attribute', sa.Text(), nullable=False),
    sa.Column('user_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['user_id'], ['users.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('digest')
    )
    op.create_index('unique_values_by_attribute', 'unique_values', ['integration_id', 'attribute'], unique=False)
    op.create_index('unique_values_by_user', 'unique_values', ['user_id'], unique=False)
    op.create_table('waiting_members',
    sa.Column('group_id', sa.Uuid(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('value_key', sa.Text(), nullable=False),
    sa.Column('since', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['group_id'], ['groups.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('group_id', 'value')
    )
    op.create_index('waiting_members_by_key', 'waiting_members', ['integration_id', 'value_key'], unique=False)
    op.create_index('waiting_members_by_value', 'waiting_members', ['integration_id', 'value'], unique=False)
    op.create_table('account_grants',
    sa.Column('account_id', sa.Uuid(), nullable=False),
    sa.Column('type', sa.Text(), nullable=False),
    sa.Column('value', sa.Text(), nullable=False),
    sa.Column('source', sa.Text(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('account_id', 'type', 'value', 'source')
    )
    op.create_index('grants_by_entitlement', 'account_grants', ['integration_id', 'type', 'value', 'account_id', 'source'], unique=False)
    op.create_table('jobs',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('account_id', sa.Uuid(), nullable=True),
    sa.Column('app_group_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('priority', sa.SmallInteger(), nullable=False),
    sa.Column('wishes', sa.Integer(), server_default=sa.text('1'), nullable=False),
    sa.Column('attempts', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('failures', sa.Integer(), server_default=sa.text('0'), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=True),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('first_failed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('problem_code', sa.Text(), nullable=True),
    sa.Column('problem_detail', sa.Text(), nullable=True),
    sa.Column('held', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('approved', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('chosen_uid', sa.Text(), nullable=True),
    sa.Column('declined_uids', postgresql.ARRAY(sa.Text()), nullable=True),
    sa.Column('by_hand', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('done_by', sa.Text(), nullable=True),
    sa.Column('target', sa.Text(), nullable=False),
    sa.Column('actor', sa.Text(), nullable=False),
    sa.Column('request_id', sa.Text(), nullable=True),
    sa.Column('created_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=True),
    sa.CheckConstraint('(account_id IS NULL) <> (app_group_id IS NULL)', name='a_job_is_about_one_thing'),
    sa.ForeignKeyConstraint(['account_id'], ['accounts.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['app_group_id'], ['app_groups.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('jobs_by_account', 'jobs', ['account_id', sa.literal_column('id DESC')], unique=False)
    op.create_index('jobs_by_app_group', 'jobs', ['app_group_id', sa.literal_column('id DESC')], unique=False, postgresql_where=sa.text('app_group_id IS NOT NULL'))
    op.create_index('jobs_by_end', 'jobs', ['integration_id', 'ended_at'], unique=False, postgresql_include=['state', 'created_at'], postgresql_where=sa.text('ended_at IS NOT NULL'))
    op.create_index('jobs_due', 'jobs', ['integration_id', 'priority', 'due_at', 'id'], unique=False, postgresql_where=sa.text("state IN ('queued', 'retrying')"))
    op.create_index('jobs_failed', 'jobs', ['integration_id', sa.literal_column('id DESC')], unique=False, postgresql_where=sa.text("state = 'failed'"))
    op.create_index('jobs_newest_first', 'jobs', ['integration_id', sa.literal_column('id DESC')], unique=False)
    op.create_index('jobs_open', 'jobs', ['integration_id', sa.literal_column('id DESC')], unique=False, postgresql_where=sa.text("state IN ('queued', 'retrying', 'running', 'waiting')"))
    op.create_index('jobs_out_of_the_ordinary', 'jobs', ['integration_id', 'state', sa.literal_column('id DESC')], unique=False, postgresql_where=sa.text("state IN ('waiting', 'unverified', 'cancelled', 'superseded')"))
    op.create_index('jobs_running', 'jobs', ['integration_id'], unique=False, postgresql_where=sa.text("state = 'running'"))
    op.create_index('one_open_job_per_account', 'jobs', ['account_id'], unique=True, postgresql_where=sa.text("account_id IS NOT NULL AND state IN ('queued', 'retrying', 'waiting')"))
    op.create_index('one_open_job_per_app_group', 'jobs', ['app_group_id'], unique=True, postgresql_where=sa.text("app_group_id IS NOT NULL AND state IN ('queued', 'retrying', 'waiting')"))
    op.create_index('one_running_job_per_account', 'jobs', ['account_id'], unique=True, postgresql_where=sa.text("account_id IS NOT NULL AND state = 'running'"))
    op.create_index('one_running_job_per_app_group', 'jobs', ['app_group_id'], unique=True, postgresql_where=sa.text("app_group_id IS NOT NULL AND state = 'running'"))
    op.create_index('removals_done', 'jobs', ['integration_id', 'ended_at'], unique=False, postgresql_where=sa.text("kind = 'deprovision' AND state IN ('succeeded', 'unverified')"))
    op.create_table('attempts',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('job_id', sa.Uuid(), nullable=False),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('epoch', sa.BigInteger(), nullable=False),
    sa.Column('started_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('ended_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('outcome', sa.Text(), nullable=False),
    sa.Column('problem_code', sa.Text(), nullable=True),
    sa.Column('problem_detail', sa.Text(), nullable=True),
    sa.Column('traceback', sa.Text(), nullable=True),
    sa.Column('steps', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id'),
    sa.UniqueConstraint('job_id', 'number', name='attempts_are_numbered')
    )
    op.create_table('evidence',
    sa.Column('id', sa.Uuid(), server_default=sa.text('uuidv7()'), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('job_id', sa.Uuid(), nullable=True),
    sa.Column('attempt', sa.Integer(), nullable=True),
    sa.Column('number', sa.Integer(), nullable=False),
    sa.Column('label', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('is_of_failure', sa.Boolean(), nullable=False),
    sa.Column('taken_at', sa.DateTime(timezone=True), nullable=False),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('evidence_by_age', 'evidence', ['taken_at'], unique=False)
    op.create_index('evidence_of_integrations', 'evidence', ['integration_id', 'taken_at'], unique=False)
    op.create_index('evidence_of_jobs', 'evidence', ['job_id', 'attempt', 'number'], unique=False)
    op.create_table('tasks',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('integration_id', sa.Uuid(), nullable=False),
    sa.Column('job_id', sa.Uuid(), nullable=True),
    sa.Column('kind', sa.Text(), nullable=False),
    sa.Column('state', sa.Text(), nullable=False),
    sa.Column('problem_code', sa.Text(), nullable=False),
    sa.Column('problem_detail', sa.Text(), nullable=False),
    sa.Column('choices', postgresql.JSONB(astext_type=sa.Text()), nullable=False),
    sa.Column('work', postgresql.JSONB(astext_type=sa.Text()), server_default=sa.text("'[]'::jsonb"), nullable=False),
    sa.Column('due_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('reminded_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('four_eyes', sa.Boolean(), server_default=sa.text('false'), nullable=False),
    sa.Column('answer', postgresql.JSONB(astext_type=sa.Text()), nullable=True),
    sa.Column('assignee_id', sa.Uuid(), nullable=True),
    sa.Column('opened_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('closed_at', sa.DateTime(timezone=True), nullable=True),
    sa.Column('closed_by', sa.Text(), nullable=True),
    sa.ForeignKeyConstraint(['assignee_id'], ['members.id'], ondelete='SET NULL'),
    sa.ForeignKeyConstraint(['integration_id'], ['integrations.id'], ondelete='CASCADE'),
    sa.ForeignKeyConstraint(['job_id'], ['jobs.id'], ondelete='SET NULL'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('one_open_task_per_job', 'tasks', ['job_id'], unique=True, postgresql_where=sa.text("job_id IS NOT NULL AND state = 'open'"))
    op.create_index('tasks_newest_first', 'tasks', ['integration_id', sa.literal_column('id DESC')], unique=False)
    op.create_index('tasks_open', 'tasks', ['integration_id', sa.literal_column('id DESC')], unique=False, postgresql_where=sa.text("state = 'open'"))
    op.create_index('tasks_to_remind_of', 'tasks', ['due_at'], unique=False, postgresql_where=sa.text("state = 'open' AND reminded_at IS NULL"))
    op.create_table('task_files',
    sa.Column('id', sa.Uuid(), nullable=False),
    sa.Column('task_id', sa.Uuid(), nullable=False),
    sa.Column('name', sa.Text(), nullable=False),
    sa.Column('media_type', sa.Text(), nullable=False),
    sa.Column('content', sa.LargeBinary(), nullable=False),
    sa.Column('added_at', sa.DateTime(timezone=True), nullable=False),
    sa.Column('added_by', sa.Text(), nullable=False),
    sa.ForeignKeyConstraint(['task_id'], ['tasks.id'], ondelete='CASCADE'),
    sa.PrimaryKeyConstraint('id')
    )
    op.create_index('files_by_task', 'task_files', ['task_id'], unique=False)
    op.get_bind().exec_driver_sql(SchemaManager.get_schema().replace('%', '%%'))
