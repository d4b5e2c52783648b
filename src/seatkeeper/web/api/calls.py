"""One request to the API: who asks, what it is about, and the permission the operation names."""

from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from typing import Annotated

from fastapi import Depends, Path, Request

from seatkeeper.core.access import ABOUT_AN_INTEGRATION, Guest, IntegrationRole, Permission
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.access import demand, open_integration
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.web.house import House

Slug = Annotated[str, Path(description="The integration's slug.", pattern=r"^[a-z0-9-]{1,63}$")]


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in."""

    house: House
    guest: Guest
    request_id: str

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """Borrow a connection for reading."""
        return self.house.database.read()

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a change that remembers who asked for it."""
        origin = Origin(ActorKind.PERSON, self.guest.member.name, self.request_id)
        return self.house.database.transaction(origin)


@dataclass(frozen=True, slots=True)
class IntegrationCall(Call):
    """A request about an integration on which the guest may do what the operation does."""

    integration: Integration
    role: IntegrationRole


class Needs:
    """The permission of an operation that is about no integration."""

    def __init__(self, permission: Permission) -> None:
        assert permission not in ABOUT_AN_INTEGRATION
        self.permission = permission

    async def __call__(self, request: Request) -> Call:
        """Let in whoever may. Raises ``NotAllowedError``."""
        call: Call = request.state.call
        demand(call.guest, self.permission)
        return call


class NeedsHere:
    """The permission of an operation on the integration its path names."""

    def __init__(self, permission: Permission) -> None:
        assert permission in ABOUT_AN_INTEGRATION
        self.permission = permission

    async def __call__(self, request: Request, integration: Slug) -> IntegrationCall:
        """Let in whoever may. Raises ``NotFoundError`` and ``NotAllowedError``."""
        call: Call = request.state.call
        async with call.read() as reader:
            found, role = await open_integration(reader, call.guest, integration, self.permission)
        return IntegrationCall(call.house, call.guest, call.request_id, found, role)


Seeing = Annotated[IntegrationCall, Depends(NeedsHere(Permission.SEE))]
Operating = Annotated[IntegrationCall, Depends(NeedsHere(Permission.OPERATE))]
Configuring = Annotated[IntegrationCall, Depends(NeedsHere(Permission.CONFIGURE))]
Creating = Annotated[Call, Depends(Needs(Permission.CREATE_INTEGRATIONS))]
SeeingWorkspace = Annotated[Call, Depends(Needs(Permission.SEE_WORKSPACE))]
ManagingWorkspace = Annotated[Call, Depends(Needs(Permission.MANAGE_WORKSPACE))]
Entering = Annotated[Call, Depends(Needs(Permission.ENTER))]
ManagingSelf = Annotated[Call, Depends(Needs(Permission.MANAGE_SELF))]
