"""The SCIM tokens of an integration, and who has a role on it."""

from datetime import datetime, timedelta
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.access import IntegrationRole
from seatkeeper.core.credentials import CredentialKind
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import MemberId, TokenId
from seatkeeper.operations.declared import Duration
from seatkeeper.operations.roles import add_role, change_role, remove_role
from seatkeeper.operations.tokens import create_token, revoke_token, rotate_token
from seatkeeper.store.queries.members import ListedRole, get_member, list_roles
from seatkeeper.store.queries.tokens import ListedToken, list_tokens
from seatkeeper.web.api.calls import Configuring, Seeing
from seatkeeper.web.api.paging import Instant
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Email, Name, Shape

router = APIRouter(prefix="/integrations/{integration}", tags=["Tokens and roles"], route_class=Operation)

_USUAL_OVERLAP = timedelta(days=7)


class TokenShape(BaseModel):
    """A SCIM token as it may be seen after it was made."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    kind: CredentialKind
    client_id: str | None = Field(description="The user name or the client identifier; null for a bearer token.")
    name: str
    prefix: str
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    last_used_for: str | None = Field(description="The request, such as `GET /Users`.")
    last_used_from: str | None = Field(description="The address.")

    @classmethod
    def of(cls, token: ListedToken) -> "TokenShape":
        """Tell a token."""
        return cls.model_validate(token)


class NewTokenShape(BaseModel):
    """A token that was just made: the only time its secret is told."""

    id: UUID
    secret: str


class RoleShape(BaseModel):
    """What a member is on an integration."""

    member_id: UUID
    email: str
    name: str
    role: IntegrationRole

    @classmethod
    def of(cls, listed: ListedRole) -> "RoleShape":
        """Tell a role."""
        member = listed.member
        return cls(member_id=member.id, email=member.email, name=member.name, role=listed.role)


class TokenBody(Shape):
    """A token to be made."""

    name: Name
    expires_at: Instant | None = None


class ReplacementBody(Shape):
    """How long the token that is replaced stays good."""

    overlap: Duration | None = Field(None, description="`0s` refuses the old one at once; left out, it is a week.")


class NewRoleBody(Shape):
    """A member of the workspace and what they shall be."""

    email: Email
    role: IntegrationRole


class RoleBody(Shape):
    """What somebody shall be."""

    role: IntegrationRole


@router.get("/tokens")
async def list_scim_tokens(call: Seeing) -> list[TokenShape]:
    """List the integration's SCIM tokens. What they are cannot be read back."""
    async with call.read() as reader:
        return [TokenShape.of(token) for token in await list_tokens(reader, call.integration.id)]


@router.post("/tokens", status_code=201)
async def make_scim_token(call: Configuring, body: TokenBody) -> NewTokenShape:
    """Make a SCIM token; its secret is told this once."""
    expires_at: datetime | None = body.expires_at
    async with call.transaction() as tx:
        made = await create_token(tx, call.integration.id, body.name, expires_at)
    return NewTokenShape(id=made.id, secret=made.secret)


@router.post("/tokens/{token}/replace", status_code=201)
async def replace_scim_token(call: Configuring, token: UUID, body: ReplacementBody | None = None) -> NewTokenShape:
    """Make a token in place of another, with its name and lifetime; the old one stays good for a while."""
    overlap = _USUAL_OVERLAP if body is None or body.overlap is None else body.overlap
    async with call.transaction() as tx:
        made = await rotate_token(tx, call.integration.id, TokenId(token), overlap)
    return NewTokenShape(id=made.id, secret=made.secret)


@router.delete("/tokens/{token}", status_code=204)
async def revoke_scim_token(call: Configuring, token: UUID) -> None:
    """Refuse a SCIM token from now on."""
    async with call.transaction() as tx:
        if all(one.id != token for one in await list_tokens(tx, call.integration.id)):
            raise NotFoundError(f"There is no token with the id {token}.")
        await revoke_token(tx, TokenId(token))


@router.get("/roles")
async def list_members_here(call: Seeing) -> list[RoleShape]:
    """List who has a role on the integration; Admins, who own each, are not in it unless they were given one."""
    async with call.read() as reader:
        return [RoleShape.of(one) for one in await list_roles(reader, call.integration.id)]


@router.post("/roles", status_code=201)
async def add_member_here(call: Configuring, body: NewRoleBody) -> RoleShape:
    """Give a member a role by e-mail address; whoever may not see the list of members may do this."""
    async with call.transaction() as tx:
        member = await add_role(tx, call.integration, body.email, body.role)
    return RoleShape(member_id=member.id, email=member.email, name=member.name, role=body.role)


@router.put("/roles/{member}", status_code=204)
async def put_member_here(call: Configuring, member: UUID, body: RoleBody) -> None:
    """Make somebody Owner, Manager or Viewer; the last Owner stays one."""
    async with call.transaction() as tx:
        await get_member(tx, MemberId(member))
        await change_role(tx, call.integration, MemberId(member), body.role)


@router.delete("/roles/{member}", status_code=204)
async def take_member_from_here(call: Configuring, member: UUID) -> None:
    """Take somebody's role away; the last Owner keeps theirs."""
    async with call.transaction() as tx:
        await remove_role(tx, call.integration, MemberId(member))
