"""Members who are signed in, and the browsers they use: httpx clients with their cookie."""

import itertools
from collections.abc import Mapping
from dataclasses import dataclass

import httpx

from seatkeeper.core.access import IntegrationRole, Member, WorkspaceRole
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.ids import IntegrationId
from seatkeeper.operations.members import add_member
from seatkeeper.operations.passwords import hash_password
from seatkeeper.operations.sessions import Client, SessionRules, begin_session
from seatkeeper.store.database import Database
from seatkeeper.store.records.members import put_role
from seatkeeper.web.security import CSRF_FIELD, csrf_token
from seatkeeper.web.visits import SESSION_COOKIE

SETUP = Origin(ActorKind.PERSON, "grace", "setup")
BASE = "http://seatkeeper.test"

_counter = itertools.count()
_hashes: dict[str, str] = {}


@dataclass(frozen=True, slots=True)
class Person:
    """A member with a session, and the client that holds its cookie."""

    member: Member
    secret: str
    client: httpx.AsyncClient

    async def get(self, path: str, *, fragment: bool = False) -> httpx.Response:
        """Open a page, or as htmx asks for a part of one."""
        return await self.client.get(path, headers={"HX-Request": "true"} if fragment else {})

    async def post(self, path: str, data: Mapping[str, str | list[str]] | None = None) -> httpx.Response:
        """Send a form as our own page would."""
        return await self.client.post(path, data={CSRF_FIELD: csrf_token(self.secret), **(data or {})})


async def sign_in(
    database: Database,
    role: WorkspaceRole = WorkspaceRole.ADMIN,
    *,
    on: Mapping[IntegrationId, IntegrationRole] | None = None,
    name: str = "Ada Lovelace",
) -> tuple[Member, str]:
    """Make a member with a session; ``on`` are their roles on integrations. Give the session's secret."""
    async with database.transaction(SETUP) as tx:
        member = await add_member(tx, f"person{next(_counter)}@example.org", name, role)
        for integration_id, integration_role in (on or {}).items():
            await put_role(tx, integration_id, member.id, integration_role)
        session = await begin_session(tx, member.id, "password", Client("127.0.0.1", "test"), SessionRules())
    return member, session.secret


def client_with(app: httpx.ASGITransport, secret: str | None) -> httpx.AsyncClient:
    """Make a browser with this session's cookie, or with none."""
    cookies = {} if secret is None else {SESSION_COOKIE: secret}
    return httpx.AsyncClient(transport=app, base_url=BASE, cookies=cookies)


async def a_hash(password: str) -> str:
    """Hash a password, once in a run: that it takes long is its purpose."""
    if password not in _hashes:
        _hashes[password] = await hash_password(password)
    return _hashes[password]
