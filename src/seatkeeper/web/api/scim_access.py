"""How an identity provider gets in: credentials of every kind, and from where an integration may be called."""

from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter
from pydantic import Field, StrictBool

from seatkeeper.core.credentials import TOKEN_PATH, CredentialKind
from seatkeeper.core.networks import MOST_NETWORKS
from seatkeeper.operations.networks import find_last_address, set_networks
from seatkeeper.operations.tokens import create_token
from seatkeeper.store.queries.networks import list_networks
from seatkeeper.web.api.calls import Configuring, Seeing
from seatkeeper.web.api.paging import Instant
from seatkeeper.web.api.routing import Operation
from seatkeeper.web.api.shapes import Name, Shape

router = APIRouter(prefix="/integrations/{integration}", tags=["Tokens and roles"], route_class=Operation)

Network = Annotated[
    str,
    Field(
        min_length=2,
        max_length=60,
        description="An address or a network, as `192.0.2.0/24` or `2001:db8::/32`.",
        json_schema_extra={"pattern": "^(10|192)\\.0\\.0\\.[1-9]$"},
    ),
]
"""The pattern describes what is surely taken."""


class CredentialBody(Shape):
    """A credential to be made."""

    kind: CredentialKind
    name: Name
    expires_at: Instant | None = None


class NewCredentialShape(Shape):
    """A credential that was just made: the only time its secret is told."""

    id: UUID
    kind: CredentialKind
    client_id: str | None = Field(description="The user name or the client identifier; null for a bearer token.")
    secret: str
    token_path: str | None = Field(description="Where an OAuth client gets its access tokens; null for others.")


class NetworksBody(Shape):
    """The whole list."""

    networks: list[Network] = Field(max_length=MOST_NETWORKS, description="Empty allows every address.")
    knowing: StrictBool = Field(False, description="Save it even where it shuts out who called last.")


class NetworksShape(Shape):
    """From where the integration may be called, and from where it last was."""

    networks: list[str]
    last_address: str | None


@router.post("/credentials", status_code=201)
async def make_credential(call: Configuring, body: CredentialBody) -> NewCredentialShape:
    """Make a bearer token, a user name with a secret, or an OAuth client. Replace and revoke it as a token."""
    expires_at: datetime | None = body.expires_at
    async with call.transaction() as tx:
        made = await create_token(tx, call.integration.id, body.name, expires_at, body.kind)
    is_client = made.kind is CredentialKind.OAUTH
    path = f"/scim/v2/{call.integration.slug}{TOKEN_PATH}" if is_client else None
    return NewCredentialShape(
        id=made.id, kind=made.kind, client_id=made.client_id, secret=made.secret, token_path=path
    )


@router.get("/networks")
async def read_networks(call: Seeing) -> NetworksShape:
    """Read from where the integration may be called; an empty list is everywhere."""
    async with call.read() as reader:
        networks = await list_networks(reader, call.integration.id)
        last = await find_last_address(reader, call.integration.id)
    return NetworksShape(networks=[str(network) for network in networks], last_address=last)


@router.put("/networks")
async def put_networks(call: Configuring, body: NetworksBody) -> NetworksShape:
    """Say from where the integration may be called. 409 where that would shut out who called last."""
    async with call.transaction() as tx:
        networks = await set_networks(tx, call.integration, " ".join(body.networks), knowing=body.knowing)
        last = await find_last_address(tx, call.integration.id)
    return NetworksShape(networks=[str(network) for network in networks], last_address=last)
