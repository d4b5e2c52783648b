"""The members of the workspace."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, Field, StrictBool

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.ids import MemberId
from seatkeeper.operations.invitations import Invitation, invite_member, make_link
from seatkeeper.operations.members import change_role, disable_member, enable_member
from seatkeeper.store.queries.api_tokens import list_api_tokens
from seatkeeper.store.queries.integrations import list_integrations
from seatkeeper.store.queries.members import ListedMember, get_member, list_members, list_roles_of
from seatkeeper.store.queries.passkeys import list_passkeys
from seatkeeper.store.queries.providers import list_providers_of
from seatkeeper.web.api.calls import ManagingWorkspace, SeeingWorkspace
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Email, Name, Shape

router = APIRouter(tags=["Workspace"], route_class=Operation)


class MemberShape(BaseModel):
    """A person of the workspace."""

    id: UUID
    email: str
    name: str
    role: WorkspaceRole
    has_password: bool
    has_totp: bool
    has_entered: bool = Field(description="There is a way for them to sign in.")
    created_at: datetime
    disabled_at: datetime | None

    @classmethod
    def of(cls, listed: ListedMember) -> "MemberShape":
        """Tell a member."""
        own = {name: getattr(listed.member, name) for name in ("id", "email", "name", "role")}
        others = {name: getattr(listed, name) for name in MemberShape.model_fields if name not in own}
        return cls(**own, **others)


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
    disabled: StrictBool | None = None


class LinkBody(Shape):
    """What a new link does besides."""

    forgets_totp: StrictBool = Field(False, description="Takes the second step away from somebody who lost it.")


class HeldRoleShape(BaseModel):
    """A role on an integration that a member was given."""

    slug: str
    name: str
    role: IntegrationRole


class WholeMemberShape(MemberShape):
    """A member in full."""

    passkeys: int
    providers: list[str] = Field(description="Sign-in providers that know them.")
    api_tokens: int
    integrations: list[HeldRoleShape]


@router.get("/members")
async def list_workspace(call: SeeingWorkspace) -> list[MemberShape]:
    """List the members, by e-mail address."""
    async with call.read() as reader:
        return [MemberShape.of(listed) for listed in await list_members(reader)]


@router.get("/members/{member}")
async def read_member(call: SeeingWorkspace, member: UUID) -> WholeMemberShape:
    """Read one member: how they sign in, and what they may do where."""
    async with call.read() as reader:
        listed = await get_member(reader, MemberId(member))
        held = await list_roles_of(reader, listed.member.id)
        here = [one for one in await list_integrations(reader) if one.id in held]
        return WholeMemberShape(
            **MemberShape.of(listed).model_dump(),
            passkeys=len(await list_passkeys(reader, listed.member.id)),
            providers=await list_providers_of(reader, listed.member.id),
            api_tokens=len(await list_api_tokens(reader, listed.member.id)),
            integrations=[HeldRoleShape(slug=one.slug, name=one.name, role=held[one.id]) for one in here],
        )


@router.post("/members", status_code=201)
async def invite(call: ManagingWorkspace, body: MemberBody) -> InvitationShape:
    """Add a member."""
    async with call.transaction() as tx:
        return InvitationShape.of(await invite_member(tx, body.email, body.name, body.role))


@router.post("/members/{member}/link", status_code=201)
async def make_member_link(call: ManagingWorkspace, member: UUID, body: LinkBody | None = None) -> InvitationShape:
    """Make a new link for a member; the one before is void."""
    forgets = body is not None and body.forgets_totp
    async with call.transaction() as tx:
        return InvitationShape.of(await make_link(tx, MemberId(member), forgets_totp=forgets))


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
