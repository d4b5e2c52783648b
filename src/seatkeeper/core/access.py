"""Who may do what: roles of people, and the one table that says what each role allows."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from seatkeeper.core.ids import MemberId


class WorkspaceRole(StrEnum):
    """What a member is in the workspace as a whole."""

    ADMIN = "admin"
    """Owner of every integration, and of the workspace."""
    AUDITOR = "auditor"
    """Reads everything and changes nothing but their own sign-in."""
    MEMBER = "member"
    """Sees the integrations they have a role on, and may make new ones."""


class IntegrationRole(StrEnum):
    """What a member is on one integration."""

    OWNER = "owner"
    MANAGER = "manager"
    VIEWER = "viewer"


class Permission(StrEnum):
    """What a door may ask for. Those of ``ABOUT_AN_INTEGRATION`` depend on the role there."""

    SEE = "see"
    """Read an integration: its people, jobs, activity and configuration, without secrets."""
    OPERATE = "operate"
    """People and jobs: retry, cancel, provision now, pause and resume, answer tasks."""
    CONFIGURE = "configure"
    """Settings, secrets, tokens, schema, mapping, policy, owners, going live, deletion."""
    ENTER = "enter"
    """Be in the workspace at all: see what one has a role on."""
    CREATE_INTEGRATIONS = "create_integrations"
    SEE_WORKSPACE = "see_workspace"
    """Members, providers, the audit log, the health of the installation."""
    MANAGE_WORKSPACE = "manage_workspace"
    MANAGE_SELF = "manage_self"
    """One's own password, passkeys, sessions and API tokens."""


class Scope(StrEnum):
    """What an API token may be used for, within what its member may do."""

    READ = "read"
    OPERATE = "operate"
    CONFIGURE = "configure"
    ADMIN = "admin"


ABOUT_AN_INTEGRATION = frozenset({Permission.SEE, Permission.OPERATE, Permission.CONFIGURE})

INTEGRATION_ROLES: Mapping[IntegrationRole, frozenset[Permission]] = {
    IntegrationRole.OWNER: ABOUT_AN_INTEGRATION,
    IntegrationRole.MANAGER: frozenset({Permission.SEE, Permission.OPERATE}),
    IntegrationRole.VIEWER: frozenset({Permission.SEE}),
}

WORKSPACE_ROLES: Mapping[WorkspaceRole, frozenset[Permission]] = {
    WorkspaceRole.ADMIN: frozenset(Permission),
    WorkspaceRole.AUDITOR: frozenset(
        {Permission.ENTER, Permission.SEE, Permission.SEE_WORKSPACE, Permission.MANAGE_SELF}
    ),
    WorkspaceRole.MEMBER: frozenset({Permission.ENTER, Permission.CREATE_INTEGRATIONS, Permission.MANAGE_SELF}),
}

SCOPES: Mapping[Permission, Scope] = {
    Permission.ENTER: Scope.READ,
    Permission.SEE: Scope.READ,
    Permission.SEE_WORKSPACE: Scope.READ,
    Permission.OPERATE: Scope.OPERATE,
    Permission.CONFIGURE: Scope.CONFIGURE,
    Permission.CREATE_INTEGRATIONS: Scope.CONFIGURE,
    Permission.MANAGE_WORKSPACE: Scope.ADMIN,
    Permission.MANAGE_SELF: Scope.ADMIN,
}
"""Complete: a test holds it against ``Permission``."""


@dataclass(frozen=True, slots=True)
class Member:
    """A person who may sign in."""

    id: MemberId
    email: str
    name: str
    role: WorkspaceRole


@dataclass(frozen=True, slots=True)
class Guest:
    """Who asks: a member in a session, or a member's token with fewer scopes."""

    member: Member
    scopes: frozenset[Scope] = frozenset(Scope)


def allows(guest: Guest, permission: Permission, role: IntegrationRole | None = None) -> bool:
    """Say whether somebody may do something; ``role`` is theirs on the integration it is about."""
    if SCOPES[permission] not in guest.scopes:
        return False
    if permission in WORKSPACE_ROLES[guest.member.role]:
        return True
    return role is not None and permission in INTEGRATION_ROLES[role]
