"""Looking at everybody of an integration again, after its rules have changed."""

from sqlalchemy import DateTime, Uuid, bindparam, func, select
from sqlalchemy.dialects.postgresql import insert

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.jobs import JobKind
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.jobs import wish_for, wish_values
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, app_groups, groups, users

_INTEGRATION = bindparam("integration_id", type_=Uuid)
_NAME = func.coalesce(accounts.c.name, accounts.c.user_name_key)

_ACTIVE_ACCOUNTS = (
    select(accounts.c.id, accounts.c.integration_id, _NAME.label("target"))
    .join(users, users.c.id == accounts.c.user_id)
    .where(accounts.c.integration_id == _INTEGRATION, users.c.active)
    .subquery("subjects")
)
_PUSHED_GROUPS = (
    select(app_groups.c.id, app_groups.c.integration_id, app_groups.c.display_name.label("target"))
    .where(app_groups.c.integration_id == _INTEGRATION, app_groups.c.group_id.is_not(None))
    .subquery("subjects")
)
_ASK_FOR_ACCOUNTS = prepare(wish_for(_ACTIVE_ACCOUNTS, about_accounts=True))
_ASK_FOR_GROUPS = prepare(wish_for(_PUSHED_GROUPS, about_accounts=False))
_PUSH_GROUPS = prepare(
    insert(app_groups)
    .from_select(
        ["id", "integration_id", "group_id", "display_name", "created_at"],
        select(
            func.uuidv7(),
            groups.c.integration_id,
            groups.c.id,
            groups.c.display_name,
            bindparam("now", type_=DateTime(timezone=True)),
        ).where(groups.c.integration_id == _INTEGRATION),
    )
    .on_conflict_do_nothing(index_elements=[app_groups.c.group_id])
)


async def ask_for_active_accounts(tx: Transaction, integration_id: IntegrationId) -> int:
    """Ask for a job for the account of every active User; say how many."""
    values = wish_values(tx, JobKind.UPDATE)
    return len(await tx.fetch_all(_ASK_FOR_ACCOUNTS, **values, integration_id=integration_id))


async def ask_for_pushed_groups(tx: Transaction, integration_id: IntegrationId) -> int:
    """Ask for a job for every Group, those too that came while groups were not pushed; say how many."""
    await tx.execute(_PUSH_GROUPS, integration_id=integration_id, now=tx.now)
    values = wish_values(tx, JobKind.GROUP)
    return len(await tx.fetch_all(_ASK_FOR_GROUPS, **values, integration_id=integration_id))
