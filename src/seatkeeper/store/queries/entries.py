"""Who comes to an integration, where that is and what they are there: in one look, as every request begins so."""

from dataclasses import dataclass

from sqlalchemy import LargeBinary, Text, and_, bindparam, select

from seatkeeper.core.access import IntegrationRole, Member, WorkspaceRole
from seatkeeper.core.ids import MemberId, SessionId
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Reader
from seatkeeper.store.queries.integrations import INTEGRATION_COLUMNS
from seatkeeper.store.queries.members import FoundSession
from seatkeeper.store.rows import decode_integration
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import integrations
from seatkeeper.store.workspace_tables import integration_roles, members, sessions


@dataclass(frozen=True, slots=True)
class FoundEntry:
    """A session that has not ended, the integration that is asked for, and its member's own role on that."""

    session: FoundSession
    integration: Integration | None
    role: IntegrationRole | None


_ENTRY = prepare(
    select(
        *(members.c[name].label(f"member_{name}") for name in ("id", "email", "name", "role")),
        sessions.c.id.label("session_id"),
        sessions.c.last_seen_at,
        sessions.c.expires_at,
        integration_roles.c.role.label("own_role"),
        *INTEGRATION_COLUMNS,
    )
    .join(members, members.c.id == sessions.c.member_id)
    .outerjoin(integrations, integrations.c.slug == bindparam("slug", type_=Text))
    .outerjoin(
        integration_roles,
        and_(
            integration_roles.c.integration_id == integrations.c.id,
            integration_roles.c.member_id == members.c.id,
        ),
    )
    .where(sessions.c.digest == bindparam("digest", type_=LargeBinary), members.c.disabled_at.is_(None))
    .select_from(sessions)
)


async def find_entry(reader: Reader, digest: bytes, slug: str) -> FoundEntry | None:
    """Find a session as ``find_session`` does, and what of the integration of this slug belongs to it."""
    row = await reader.fetch_one(_ENTRY, digest=digest, slug=slug)
    if row is None:
        return None
    role = WorkspaceRole(row["member_role"])
    member = Member(MemberId(row["member_id"]), row["member_email"], row["member_name"], role)
    session = FoundSession(SessionId(row["session_id"]), member, row["last_seen_at"], row["expires_at"])
    own = None if row["own_role"] is None else IntegrationRole(row["own_role"])
    return FoundEntry(session, None if row["id"] is None else decode_integration(row), own)
