"""Whoever asks: who they are, where they are signed in, and their API tokens."""

from datetime import datetime
from uuid import UUID

from fastapi import APIRouter
from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.access import Scope, WorkspaceRole
from seatkeeper.core.ids import APITokenId, SessionId
from seatkeeper.operations.api_tokens import revoke_api_token
from seatkeeper.operations.sessions import finish_one_session, finish_other_sessions
from seatkeeper.store.queries.api_tokens import ListedAPIToken, list_api_tokens
from seatkeeper.store.queries.sessions import list_sessions
from seatkeeper.web.api.calls import Entering, ManagingSelf
from seatkeeper.web.api.routing import Operation

router = APIRouter(prefix="/me", tags=["Yourself"], route_class=Operation)


class MeShape(BaseModel):
    """The member whose token was shown, and what it may be used for."""

    id: UUID
    email: str
    name: str
    role: WorkspaceRole
    scopes: list[Scope]


class SessionShape(BaseModel):
    """A browser somebody is signed in with."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    method: str
    address: str
    user_agent: str
    created_at: datetime
    last_seen_at: datetime


class EndedShape(BaseModel):
    """In how many places somebody was signed out."""

    ended: int


class APITokenShape(BaseModel):
    """An API token as it may be seen after it was made."""

    id: UUID
    name: str
    prefix: str
    scopes: list[Scope]
    created_at: datetime
    expires_at: datetime | None
    revoked_at: datetime | None
    last_used_at: datetime | None
    is_good: bool = Field(description="It opens something, as long as its member may sign in.")

    @classmethod
    def of(cls, token: ListedAPIToken, now: datetime) -> "APITokenShape":
        """Tell a token."""
        plain = {name: getattr(token, name) for name in cls.model_fields if name not in {"scopes", "is_good"}}
        return cls(**plain, scopes=sorted(token.scopes), is_good=token.is_good(now))


@router.get("")
async def read_me(call: Entering) -> MeShape:
    """Say who you are."""
    me = call.guest.member
    return MeShape(id=me.id, email=me.email, name=me.name, role=me.role, scopes=sorted(call.guest.scopes))


@router.get("/sessions")
async def list_my_sessions(call: ManagingSelf) -> list[SessionShape]:
    """List where you are signed in with a browser, the one used last first; a token is no session."""
    now = call.house.clock()
    async with call.read() as reader:
        listed = await list_sessions(reader, call.guest.member.id, now, now - call.house.settings.sessions.idle)
    return [SessionShape.model_validate(one) for one in listed]


@router.delete("/sessions")
async def end_my_sessions(call: ManagingSelf) -> EndedShape:
    """Sign out everywhere; tokens stay good."""
    async with call.transaction() as tx:
        return EndedShape(ended=await finish_other_sessions(tx, call.guest.member.id, ""))


@router.delete("/sessions/{session}", status_code=204)
async def end_my_session(call: ManagingSelf, session: UUID) -> None:
    """Sign out in one place."""
    async with call.transaction() as tx:
        await finish_one_session(tx, call.guest.member.id, SessionId(session))


@router.get("/tokens")
async def list_my_tokens(call: ManagingSelf) -> list[APITokenShape]:
    """List your API tokens, the newest first. New ones are made on the page."""
    async with call.read() as reader:
        tokens = await list_api_tokens(reader, call.guest.member.id)
    return [APITokenShape.of(token, call.house.clock()) for token in tokens]


@router.delete("/tokens/{token}", status_code=204)
async def revoke_my_token(call: ManagingSelf, token: UUID) -> None:
    """Refuse one of your API tokens from now on."""
    async with call.transaction() as tx:
        await revoke_api_token(tx, call.guest.member.id, APITokenId(token))
