"""Writing the people who use Seatkeeper, and their roles."""

from sqlalchemy import DateTime, Text, Uuid, bindparam, delete, func, select, update
from sqlalchemy.dialects.postgresql import insert

from seatkeeper.core.access import IntegrationRole, Member, WorkspaceRole
from seatkeeper.core.ids import IntegrationId, MemberId
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import prepare
from seatkeeper.store.texts import name_key
from seatkeeper.store.workspace_tables import integration_roles, members

_WRITTEN = ("id", "email", "email_key", "name", "role", "created_at")
_INSERT = prepare(
    insert(members)
    .values({name: bindparam(name) for name in _WRITTEN})
    .on_conflict_do_nothing(constraint="member_emails_are_unique_without_case")
)
_THIS = members.c.id == bindparam("member_id", type_=Uuid)
_SET_ROLE = prepare(update(members).where(_THIS).values(role=bindparam("new_role", type_=Text)))
_SET_DISABLED = prepare(
    update(members).where(_THIS).values(disabled_at=bindparam("at", type_=DateTime(timezone=True)))
)
_SET_NAME = prepare(update(members).where(_THIS).values(name=bindparam("new_name", type_=Text)))
_LOCK = prepare(select(func.pg_advisory_xact_lock(func.hashtextextended("seatkeeper admins", 0))))
_GIVEN_ROLE = insert(integration_roles).values(
    {name: bindparam(name) for name in ("integration_id", "member_id", "role")}
)
_PUT_ROLE = prepare(
    _GIVEN_ROLE.on_conflict_do_update(
        index_elements=["integration_id", "member_id"], set_={"role": _GIVEN_ROLE.excluded.role}
    )
)
_TAKE_ROLE = prepare(
    delete(integration_roles).where(
        integration_roles.c.integration_id == bindparam("integration_id", type_=Uuid),
        integration_roles.c.member_id == bindparam("member_id", type_=Uuid),
    )
)


async def insert_member(tx: Transaction, member: Member) -> bool:
    """Write a new member; False when somebody has that e-mail address already."""
    written = await tx.execute(
        _INSERT,
        id=member.id,
        email=member.email,
        email_key=name_key(member.email),
        name=member.name,
        role=member.role.value,
        created_at=tx.now,
    )
    return written > 0


async def lock_admins(tx: Transaction) -> None:
    """Have changes of who is an Admin wait for one another, until the transaction ends."""
    await tx.fetch_all(_LOCK)


async def set_name(tx: Transaction, member_id: MemberId, name: str) -> None:
    """Write the name people know a member by."""
    await tx.execute(_SET_NAME, member_id=member_id, new_name=name)


async def set_workspace_role(tx: Transaction, member_id: MemberId, role: WorkspaceRole) -> None:
    """Write what a member is in the workspace."""
    await tx.execute(_SET_ROLE, member_id=member_id, new_role=role.value)


async def set_disabled(tx: Transaction, member_id: MemberId, *, disabled: bool) -> None:
    """Keep a member from signing in, or let them again."""
    await tx.execute(_SET_DISABLED, member_id=member_id, at=tx.now if disabled else None)


async def put_role(
    tx: Transaction, integration_id: IntegrationId, member_id: MemberId, role: IntegrationRole
) -> None:
    """Write what a member is on an integration."""
    await tx.execute(_PUT_ROLE, integration_id=integration_id, member_id=member_id, role=role.value)


async def take_role(tx: Transaction, integration_id: IntegrationId, member_id: MemberId) -> bool:
    """Take a member's role on an integration away; say whether there was one."""
    return await tx.execute(_TAKE_ROLE, integration_id=integration_id, member_id=member_id) > 0
