"""The workspace: its members, and how the installation stands."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel

from seatkeeper.core.access import WorkspaceRole
from seatkeeper.core.ids import MemberId
from seatkeeper.operations.invitations import Invitation, invite_member, make_link
from seatkeeper.operations.members import change_role, disable_member, enable_member
from seatkeeper.store.queries.installation import read_queue_standing
from seatkeeper.store.queries.members import get_member, list_members
from seatkeeper.web.api.calls import ManagingWorkspace, SeeingWorkspace
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Email, HealthShape, MemberShape, Name, Shape

router = APIRouter(tags=["Workspace"], route_class=Operation)


class MemberBody(Shape):
    """A member to be invited."""

    email: Email
    name: Name
    role: WorkspaceRole = WorkspaceRole.MEMBER


class InvitationShape(BaseModel):
    """A one-time link, behind the public URL, with which a member chooses a password. It is told this once."""

    member_id: UUID
    path: str
    expires_at: datetime

    @classmethod
    def of(cls, invitation: Invitation) -> "InvitationShape":
        """Tell an invitation."""
        return cls(member_id=invitation.member.id, path=invitation.path, expires_at=invitation.expires_at)


class MemberChangeBody(Shape):
    """What changes about a member; what is left out stays."""

    role: WorkspaceRole | None = None
    disabled: bool | None = None


@router.get("/members")
async def list_workspace(call: SeeingWorkspace) -> list[MemberShape]:
    """List the members, by e-mail address."""
    async with call.read() as reader:
        return [MemberShape.of(listed) for listed in await list_members(reader)]


@router.get("/members/{member}")
async def read_member(call: SeeingWorkspace, member: UUID) -> MemberShape:
    """Read one member."""
    async with call.read() as reader:
        return MemberShape.of(await get_member(reader, MemberId(member)))


@router.post("/members", status_code=201)
async def invite(call: ManagingWorkspace, body: MemberBody) -> InvitationShape:
    """Add a member."""
    async with call.transaction() as tx:
        return InvitationShape.of(await invite_member(tx, body.email, body.name, body.role))


@router.post("/members/{member}/link", status_code=201)
async def make_member_link(call: ManagingWorkspace, member: UUID) -> InvitationShape:
    """Make a new link for a member; the one before is void."""
    async with call.transaction() as tx:
        return InvitationShape.of(await make_link(tx, MemberId(member)))


@router.patch("/members/{member}")
async def change_member(call: ManagingWorkspace, member: UUID, body: MemberChangeBody) -> MemberShape:
    """Change what a member is, or keep them out, which ends their sessions and tokens at once."""
    member_id = MemberId(member)
    async with call.transaction() as tx:
        if body.role is not None:
            await change_role(tx, member_id, body.role)
        if body.disabled is not None:
            await (disable_member if body.disabled else enable_member)(tx, member_id)
        return MemberShape.of(await get_member(tx, member_id))


@router.get("/health")
async def read_health(call: SeeingWorkspace) -> HealthShape:
    """Say how the installation stands: workers heard lately, and what waits."""
    house = call.house
    async with call.read() as reader:
        standing = await read_queue_standing(reader, house.clock(), house.settings.heard_within)
    return HealthShape(
        workers=standing.workers,
        open_jobs=dict(standing.open_jobs),
        oldest_due_at=standing.oldest_due_at,
        open_tasks=standing.open_tasks,
        quarantined=standing.quarantined,
    )
