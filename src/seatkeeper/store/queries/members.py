"""Reading the people who use Seatkeeper, and their roles."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import LargeBinary, Text, Uuid, bindparam, func, or_, select

from seatkeeper.core.access import IntegrationRole, Member, WorkspaceRole
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import IntegrationId, MemberId, SessionId
from seatkeeper.store.database import Reader, Row
from seatkeeper.store.statements import prepare
from seatkeeper.store.texts import name_key
from seatkeeper.store.workspace_tables import (
    integration_roles,
    members,
    passkeys,
    provider_identities,
    sessions,
)


@dataclass(frozen=True, slots=True)
class FoundSession:
    """A session that has not ended, and whose it is."""

    id: SessionId
    member: Member
    last_seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class ListedMember:
    """A member as the workspace's page shows them."""

    member: Member
    has_password: bool
    has_totp: bool
    has_entered: bool
    """There is a way for them to sign in: a password, a passkey, or a provider that knows them."""
    created_at: datetime
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True)
class ListedRole:
    """One member's role on one integration."""

    member: Member
    role: IntegrationRole


_WAYS_IN = or_(
    members.c.password.is_not(None),
    *(
        select(table.c.member_id).where(table.c.member_id == members.c.id).exists()
        for table in (passkeys, provider_identities)
    ),
)
_MEMBER = tuple(members.c[name] for name in ("id", "email", "name", "role"))
_LISTED = (
    *_MEMBER,
    members.c.password.is_not(None).label("has_password"),
    members.c.totp.is_not(None).label("has_totp"),
    _WAYS_IN.label("has_entered"),
    members.c.created_at,
    members.c.disabled_at,
)
_BY_ID = prepare(select(*_LISTED).where(members.c.id == bindparam("id", type_=Uuid)))
_BY_EMAIL = prepare(select(*_LISTED).where(members.c.email_key == bindparam("email_key", type_=Text)))
_ALL = prepare(select(*_LISTED).order_by(members.c.email_key))
_ANY = prepare(select(select(members.c.id).exists().label("found")))
_SESSION = prepare(
    select(
        *_MEMBER,
        sessions.c.id.label("session_id"),
        sessions.c.last_seen_at,
        sessions.c.expires_at,
    )
    .join(members, members.c.id == sessions.c.member_id)
    .where(sessions.c.digest == bindparam("digest", type_=LargeBinary), members.c.disabled_at.is_(None))
)
_OF_INTEGRATION = integration_roles.c.integration_id == bindparam("integration_id", type_=Uuid)
_ROLE = prepare(
    select(integration_roles.c.role).where(
        _OF_INTEGRATION, integration_roles.c.member_id == bindparam("member_id", type_=Uuid)
    )
)
_ROLES = prepare(
    select(*_MEMBER, integration_roles.c.role.label("on_integration"))
    .join(members, members.c.id == integration_roles.c.member_id)
    .where(_OF_INTEGRATION)
    .order_by(members.c.email_key)
)
_ROLES_OF = prepare(
    select(integration_roles.c.integration_id, integration_roles.c.role).where(
        integration_roles.c.member_id == bindparam("member_id", type_=Uuid)
    )
)
_OTHER_ADMINS = prepare(
    select(func.count().label("count"))
    .select_from(members)
    .where(
        members.c.role == WorkspaceRole.ADMIN.value,
        members.c.disabled_at.is_(None),
        members.c.id != bindparam("but", type_=Uuid),
        _WAYS_IN,
    )
)


async def has_members(reader: Reader) -> bool:
    """Say whether anybody could sign in: before that, only the set-up link opens the door."""
    [row] = await reader.fetch_all(_ANY)
    return bool(row["found"])


async def count_other_admins(reader: Reader, but: MemberId) -> int:
    """Count the Admins beside one who can sign in: who are not disabled, and have a way to."""
    [row] = await reader.fetch_all(_OTHER_ADMINS, but=but)
    return int(row["count"])


async def list_members(reader: Reader) -> list[ListedMember]:
    """List every member, by e-mail address."""
    return [_listed(row) for row in await reader.fetch_all(_ALL)]


async def get_member(reader: Reader, member_id: MemberId) -> ListedMember:
    """Read one member. Raises ``NotFoundError``."""
    row = await reader.fetch_one(_BY_ID, id=member_id)
    if row is None:
        raise NotFoundError("There is no such member.")
    return _listed(row)


async def find_member(reader: Reader, email: str) -> ListedMember | None:
    """Find a member by e-mail address without case."""
    row = await reader.fetch_one(_BY_EMAIL, email_key=name_key(email))
    return None if row is None else _listed(row)


async def find_session(reader: Reader, digest: bytes) -> FoundSession | None:
    """Find a session by its secret's digest, ended or not, unless its member was disabled."""
    row = await reader.fetch_one(_SESSION, digest=digest)
    if row is None:
        return None
    return FoundSession(SessionId(row["session_id"]), _member(row), row["last_seen_at"], row["expires_at"])


async def find_role(reader: Reader, integration_id: IntegrationId, member_id: MemberId) -> IntegrationRole | None:
    """Find a member's own role on an integration; what the workspace role adds is not in it."""
    row = await reader.fetch_one(_ROLE, integration_id=integration_id, member_id=member_id)
    return None if row is None else IntegrationRole(row["role"])


async def list_roles(reader: Reader, integration_id: IntegrationId) -> list[ListedRole]:
    """List who has a role on an integration."""
    rows = await reader.fetch_all(_ROLES, integration_id=integration_id)
    return [ListedRole(_member(row), IntegrationRole(row["on_integration"])) for row in rows]


async def list_roles_of(reader: Reader, member_id: MemberId) -> dict[IntegrationId, IntegrationRole]:
    """List the integrations a member has a role on."""
    rows = await reader.fetch_all(_ROLES_OF, member_id=member_id)
    return {IntegrationId(row["integration_id"]): IntegrationRole(row["role"]) for row in rows}


def _member(row: Row) -> Member:
    return Member(MemberId(row["id"]), row["email"], row["name"], WorkspaceRole(row["role"]))


def _listed(row: Row) -> ListedMember:
    facts = (row[name] for name in ("has_password", "has_totp", "has_entered", "created_at", "disabled_at"))
    return ListedMember(_member(row), *facts)
