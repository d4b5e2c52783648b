"""One authenticated request: who asks, for which integration, and what was sent."""

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, asynccontextmanager, nullcontext
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any, TypeAlias
from urllib.parse import parse_qsl
from uuid import UUID

import orjson
from scim2_models import InvalidSyntaxException, PayloadTooLargeException
from starlette.requests import Request
from starlette.responses import Response

from seatkeeper.core.dialects import Tolerance
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import UserId
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.arrivals import Arrivals
from seatkeeper.operations.users import Arrived, UserDraft, take_in
from seatkeeper.scim.attributes import Selection, selection
from seatkeeper.scim.auth import Caller
from seatkeeper.scim.awaiting import Awaiting
from seatkeeper.scim.errors import UnsupportedMediaType
from seatkeeper.scim.members import parsed_id
from seatkeeper.scim.recognition import UNKNOWN, Recognition
from seatkeeper.scim.shapes import Shape
from seatkeeper.scim.strictness import refuse_deviations
from seatkeeper.scim.turns import Turns
from seatkeeper.store.database import Database, Reader, Transaction

_JSON = {"application/scim+json", "application/json", ""}

_IDENTITY_PROVIDERS = (
    ("okta", "Okta"),
    ("microsoft", "Microsoft Entra ID"),
    ("azure", "Microsoft Entra ID"),
    ("entra", "Microsoft Entra ID"),
    ("onelogin", "OneLogin"),
    ("jumpcloud", "JumpCloud"),
    ("ping", "PingOne"),
    ("rippling", "Rippling"),
    ("authentik", "authentik"),
    ("keycloak", "Keycloak"),
    ("google", "Google"),
)

_ENTRA_FLAG = b"aadoptscim062020"
"""What an admin of Entra ID may put behind the tenant's URL; it then stands in every query."""


@dataclass(frozen=True, slots=True)
class SCIMSettings:
    """How the face behaves; the defaults are good ones."""

    max_body_bytes: int = 1024 * 1024
    page_size: int = 100
    """Resources of a page when the client does not say."""
    max_page_size: int = 1000
    max_bulk_operations: int = 1000
    askers_wait: float = 1.0
    """Seconds that any client waits for its answer: before that it is not looked whether it has hung up."""
    public_url: str | None = None
    """What comes before ``/{integration}`` as identity providers reach it; None takes the request's own."""


@dataclass(frozen=True, slots=True)
class Call:
    """A request that was let in."""

    request: Request
    caller: Caller
    asked_by: Origin
    """Who asks, as far as the head of the request tells."""
    database: Database
    arrivals: Arrivals
    settings: SCIMSettings
    awaiting: Awaiting
    recognition: Recognition
    turns: Turns
    query: Mapping[str, str] = field(default_factory=dict)
    """The query parameters by lower-case name; the last of several counts."""
    sent: dict[str, Any] | None = None
    """The body, for one operation of many."""
    within: Transaction | None = None
    """The transaction of an operation that is carried out together with others."""
    promised: UUID | None = None
    """The id of what is to be created, where others refer to it already."""
    started: float = field(default_factory=time.perf_counter)
    received: list[bytes] = field(default_factory=list)
    """The body, once it was read: a change that is made anew reads it again."""

    @property
    def origin(self) -> Origin:
        """Who asks, by now: how somebody speaks tells, too."""
        return self.recognition.refined(self.integration, self.asked_by)

    @property
    def integration(self) -> Integration:
        """The integration the caller's token belongs to."""
        return self.caller.integration

    @property
    def shape(self) -> Shape:
        """The shape of the integration's users."""
        return self.caller.shape

    @property
    def tolerated(self) -> frozenset[Tolerance]:
        """What is let pass of what the standards do not allow."""
        return self.integration.policy.tolerated

    @property
    def base_url(self) -> str:
        """The absolute URL of the integration's endpoint."""
        return f"{self.settings.public_url or _mount_url(self.request)}/{self.integration.slug}"

    @property
    def name(self) -> str:
        """The last part of the path: an id, a schema's URN, the name of a resource type."""
        name: str = self.request.path_params["name"]
        return name

    def transaction(self) -> AbstractAsyncContextManager[Transaction]:
        """Open a change that remembers who asked for it."""
        return self.database.transaction(self.origin) if self.within is None else nullcontext(self.within)

    @asynccontextmanager
    async def change_of(self, resource_id: UUID) -> AsyncIterator[Transaction]:
        """Open a change of one resource, after those of it that are under way in this process."""
        if self.within is not None:
            yield self.within
            return
        async with self.turns.at(self.integration.id, resource_id), self.transaction() as tx:
            yield tx

    def read(self) -> AbstractAsyncContextManager[Reader]:
        """Borrow a connection for reading."""
        return self.database.read() if self.within is None else nullcontext(self.within)

    async def create_user(self, draft: UserDraft) -> Arrived:
        """Take in a user, in company where there is any."""
        if self.within is None:
            return await self.arrivals.take_in(self.origin, self.integration, draft)
        user_id = None if self.promised is None else UserId(self.promised)
        return await take_in(self.within, self.integration, draft, user_id=user_id)

    def selection(self, shape: Shape) -> Selection:
        """Read which attributes are to be shown."""
        return selection(shape, self.query.get("attributes", ""), self.query.get("excludedattributes", ""))

    async def is_unheard(self) -> bool:
        """Say whether the client has hung up before its answer, so that it may well ask again."""
        waited = time.perf_counter() - self.started
        return self.sent is None and waited >= self.settings.askers_wait and await self.request.is_disconnected()

    async def document(self) -> dict[str, Any]:
        """Read the body. Raises scim2-models' exceptions for what is too large, not JSON or not an object."""
        if self.sent is not None:
            return self.sent
        content_type = self.request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if content_type not in _JSON:
            raise UnsupportedMediaType
        try:
            document = orjson.loads(await self._body())
        except orjson.JSONDecodeError as error:
            raise InvalidSyntaxException(detail=f"The body is not JSON: {error}.") from error
        if not isinstance(document, dict):
            raise InvalidSyntaxException(detail="The body must be a JSON object.")
        return document

    async def resource(self, shape: Shape) -> dict[str, Any]:
        """Read a body that is a resource of this shape, or a PATCH of one.

        Raises as ``document`` does, and for what the integration does not tolerate.
        """
        document = await self.document()
        self.recognition.learn(self.integration.id, document)
        refuse_deviations(shape, document, self.tolerated)
        return document

    async def _body(self) -> bytes:
        if self.received:
            return self.received[0]
        limit = self.settings.max_body_bytes
        body = bytearray()
        async for chunk in self.request.stream():
            body += chunk
            if len(body) > limit:
                raise PayloadTooLargeException(detail=f"The body is larger than {limit} bytes.")
        self.received.append(bytes(body))
        return self.received[0]


Handler: TypeAlias = Callable[[Call], Awaitable[Response]]
"""Answers a request to one endpoint."""


def resource_id(call: Call) -> Any:
    """Read the id of the path. Raises ``NotFoundError`` for what cannot be one."""
    parsed = parsed_id(call.name)
    if parsed is None:
        raise NotFoundError(f"There is no resource with the id '{call.name}'.")
    return parsed


def query_of(request: Request) -> dict[str, str]:
    """Read the query. ``+`` and ``%20`` are spaces; a trailing ``&`` and a bare ``?`` mean nothing (OneLogin)."""
    raw: bytes = request.scope["query_string"]
    pairs = parse_qsl(raw.decode("latin-1"), keep_blank_values=True) if raw else []
    return {name.lower(): value for name, value in pairs}


def origin_of(request: Request, request_id: str) -> Origin:
    """Name the identity provider as far as its requests tell, and what it called within its endpoint."""
    name = _name_of(request.headers.get("user-agent", ""), _ENTRA_FLAG in request.scope["query_string"].lower())
    path = request.scope["path"].removeprefix(request.scope.get("root_path", ""))
    _, _, resource = path.lstrip("/").partition("/")
    return Origin(ActorKind.IDP, name, request_id, request=f"{request.method} /{resource}")


@lru_cache(maxsize=128)
def _name_of(user_agent: str, has_entra_flag: bool) -> str:
    agent = "entra" if has_entra_flag else user_agent.lower()
    return next((name for hint, name in _IDENTITY_PROVIDERS if hint in agent), UNKNOWN)


def _mount_url(request: Request) -> str:
    scope = request.scope
    name, port = scope.get("server") or ("localhost", None)
    host = request.headers.get("host") or (name if port is None else f"{name}:{port}")
    return f"{scope['scheme']}://{host}{scope.get('root_path', '')}"
