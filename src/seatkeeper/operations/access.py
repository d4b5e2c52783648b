"""Where it is decided whether somebody may do something: every face asks here, and nowhere else."""

from dataclasses import dataclass

from seatkeeper.core.access import Guest, IntegrationRole, Permission, WorkspaceRole, allows
from seatkeeper.core.errors import NotAllowedError, NotFoundError
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.integrations import find_integration, list_integrations
from seatkeeper.store.queries.members import find_role, list_roles_of
from seatkeeper.store.queries.open_tasks import count_open_tasks

_REASONS = {
    Permission.SEE: "You have no role on this integration. Ask one of its Owners for one.",
    Permission.OPERATE: "Only Owners and Managers of the integration may do this.",
    Permission.CONFIGURE: "Only Owners of the integration may do this.",
    Permission.ENTER: "This needs a token with the scope read.",
    Permission.CREATE_INTEGRATIONS: "Auditors only read. Ask an Admin for another role.",
    Permission.SEE_WORKSPACE: "Only Admins and Auditors may see this.",
    Permission.MANAGE_WORKSPACE: "Only Admins may do this.",
    Permission.MANAGE_SELF: "This needs you to be signed in, or a token with the scope admin.",
}


@dataclass(frozen=True, slots=True)
class Place:
    """The integration somebody asks for, if there is one of this slug, and their own role on it."""

    slug: str
    integration: Integration | None
    role: IntegrationRole | None


def demand(guest: Guest, permission: Permission, role: IntegrationRole | None = None) -> None:
    """Raise ``NotAllowedError`` unless ``guest`` may; ``role`` is theirs on the integration it is about."""
    if not allows(guest, permission, role):
        raise NotAllowedError(_REASONS[permission])


async def role_of(reader: Reader, guest: Guest, integration_id: IntegrationId) -> IntegrationRole | None:
    """Say what somebody is on an integration: an Admin is Owner of each, an Auditor at least Viewer."""
    if guest.member.role is WorkspaceRole.ADMIN:
        return IntegrationRole.OWNER
    return _with(guest, await find_role(reader, integration_id, guest.member.id))


async def open_integration(
    reader: Reader, guest: Guest, slug: str, permission: Permission
) -> tuple[Integration, IntegrationRole]:
    """Find an integration for somebody who may do this with it. Raises what ``demand_at`` raises."""
    integration = await find_integration(reader, slug)
    role = None if integration is None else await role_of(reader, guest, integration.id)
    return demand_at(guest, permission, Place(slug, integration, role))


def demand_at(guest: Guest, permission: Permission, place: Place) -> tuple[Integration, IntegrationRole]:
    """Let somebody in who may do this with the integration they ask for.

    Raises ``NotAllowedError``, and ``NotFoundError`` also where they may not even know that it is there.
    """
    role = _with(guest, place.role)
    if place.integration is None or role is None:
        raise NotFoundError(f"There is no integration {place.slug}, or you have no role on it.")
    demand(guest, permission, role)
    return place.integration, role


def _with(guest: Guest, own: IntegrationRole | None) -> IntegrationRole | None:
    """Add to somebody's own role what they are by their role in the workspace."""
    match guest.member.role:
        case WorkspaceRole.ADMIN:
            return IntegrationRole.OWNER
        case WorkspaceRole.AUDITOR:
            return own or IntegrationRole.VIEWER
        case WorkspaceRole.MEMBER:
            return own


async def list_visible_integrations(reader: Reader, guest: Guest) -> list[tuple[Integration, IntegrationRole]]:
    """List the integrations somebody may see, by slug, with their role on each."""
    own = await list_roles_of(reader, guest.member.id)
    seen = []
    for integration in await list_integrations(reader):
        role = _with(guest, own.get(integration.id))
        if role is not None and allows(guest, Permission.SEE, role):
            seen.append((integration, role))
    return seen


async def count_visible_tasks(reader: Reader, guest: Guest) -> int:
    """Count the tasks that wait on integrations somebody may see; beyond a thousand it is a thousand."""
    everything = allows(guest, Permission.SEE)
    return await count_open_tasks(reader, None if everything else guest.member.id)
