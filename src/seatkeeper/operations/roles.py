"""Who has a role on an integration. There is always somebody who may configure it."""

from seatkeeper.core.access import IntegrationRole, Member, WorkspaceRole
from seatkeeper.core.errors import InvalidValueError, NotFoundError, NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import MemberId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.members import count_other_admins, find_member, find_role, get_member, list_roles
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.integrations import lock_integration
from seatkeeper.store.records.members import put_role, take_role


async def add_role(tx: Transaction, integration: Integration, email: str, role: IntegrationRole) -> Member:
    """Give a member of the workspace a role. Raises ``InvalidValueError`` for an address that is nobody's."""
    found = await find_member(tx, email.strip())
    if found is None:
        raise InvalidValueError(f"Nobody in the workspace has the e-mail address {email.strip()}.")
    if found.disabled_at is not None:
        raise InvalidValueError(f"{found.member.name} may not sign in any more.")
    await change_role(tx, integration, found.member.id, role)
    return found.member


async def change_role(
    tx: Transaction, integration: Integration, member_id: MemberId, role: IntegrationRole
) -> None:
    """Make somebody Owner, Manager or Viewer. Raises ``NotPossibleNowError`` for the last who may configure it."""
    await _lock(tx, integration)
    if role is not IntegrationRole.OWNER:
        await _keep_an_owner(tx, integration, member_id)
    before = await find_role(tx, integration.id, member_id)
    await put_role(tx, integration.id, member_id, role)
    if role is not before:
        await _record(tx, integration, EventKind.ROLE_GIVEN, member_id, role)


async def remove_role(tx: Transaction, integration: Integration, member_id: MemberId) -> None:
    """Take somebody's role away. Raises ``NotFoundError``, and ``NotPossibleNowError`` for the last Owner."""
    await _lock(tx, integration)
    await _keep_an_owner(tx, integration, member_id)
    before = await find_role(tx, integration.id, member_id)
    if before is None or not await take_role(tx, integration.id, member_id):
        raise NotFoundError("There is nobody here with that role any more.")
    await _record(tx, integration, EventKind.ROLE_TAKEN, member_id, before)


async def _record(
    tx: Transaction, integration: Integration, kind: EventKind, member_id: MemberId, role: IntegrationRole
) -> None:
    name = (await get_member(tx, member_id)).member.name
    await record_event(tx, Happening(integration.id, kind, name, details={"role": role.value}))


async def _lock(tx: Transaction, integration: Integration) -> None:
    if await lock_integration(tx, integration.slug) is None:
        raise NotFoundError(f"There is no integration {integration.slug}.")


async def _keep_an_owner(tx: Transaction, integration: Integration, member_id: MemberId) -> None:
    if await find_role(tx, integration.id, member_id) is not IntegrationRole.OWNER:
        return
    listed = await list_roles(tx, integration.id)
    is_admin = any(one.member.id == member_id and one.member.role is WorkspaceRole.ADMIN for one in listed)
    if is_admin or await count_other_admins(tx, member_id):
        return  # an Admin is Owner of every integration
    if not any(one.role is IntegrationRole.OWNER and one.member.id != member_id for one in listed):
        raise NotPossibleNowError("Somebody must stay Owner: make another member Owner first.")
