"""Integrations side by side: one that keeps something, and two alike that ask for it."""

import base64
import json
import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import psycopg
from psycopg import sql
from starlette.applications import Starlette
from starlette.routing import Mount, Route

from seatkeeper.core.credentials import TOKEN_PATH, CredentialKind
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.tokens import create_token
from seatkeeper.scim.calls import SCIMSettings
from seatkeeper.scim.cursors import Cursor, digest_query, write_cursor
from seatkeeper.scim.routes import scim_app, scim_router
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.listing import Place
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.records.offers import put_offer
from tests.scim.conftest import ADMIN, an_integration
from tests.scim.idp import ENTERPRISE, IdP, Json

SECRET = "known-to-one-integration-only"
"""Stands in what the keeper keeps, and in no answer to anybody else."""

_HOST = "http://seatkeeper.test/scim/v2"
_FORM = "application/x-www-form-urlencoded"
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d[.\d]*(?:Z|\+00:00)")
_GIVEN = re.compile(r'(?<="access_token":")[^"]+')
_CURSOR = re.compile(r'(?<="nextCursor":")[^"]+')
_DIGEST = re.compile(r'(?<=\d)\.[0-9a-f]{16}(?=\\*")')
"""Of a version: that of a user covers the ids of its groups."""
_IN_NO_ANSWER_ALIKE = {"x-request-id", "content-length"}
_NAMES = re.compile(r"@(\w+)@")


@dataclass(frozen=True, slots=True)
class Ask:
    """A request in which ``@name@`` stands for what each of those who send it has by that name."""

    method: str
    path: str
    query: Mapping[str, str] = field(default_factory=dict)
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)
    credential: str = "bearer"


class Face:
    """The SCIM face, called from another address each time: failures of one address are counted."""

    def __init__(self, database: Database) -> None:
        app = scim_app(database, clock=_stopped)
        self._transport = httpx.ASGITransport(Starlette(routes=[Mount("/scim/v2", app)]))
        self.client = httpx.AsyncClient(transport=self._transport, base_url=_HOST)
        self._calls = 0

    async def send(self, slug: str, ask: Ask, names: Mapping[str, str]) -> httpx.Response:
        self._calls += 1
        self._transport.client = (f"10.{self._calls >> 16}.{self._calls >> 8 & 255}.{self._calls & 255}", 4711)
        headers = {name: _filled(value, names) for name, value in ask.headers.items()}
        headers["Authorization"] = names[ask.credential]
        sent: dict[str, Any] = {}
        if ask.path.endswith(TOKEN_PATH):
            sent["content"] = _filled("grant_type=client_credentials", names)
            headers["Content-Type"] = _FORM
        elif ask.body is not None:
            sent["content"] = _filled(json.dumps(ask.body), names)
        query = {name: _filled(value, names) for name, value in ask.query.items()}
        url = f"{_HOST}{_filled(ask.path.replace('{integration}', slug), names)}"
        return await self.client.request(ask.method, url, params=query, headers=headers, **sent)


@dataclass(slots=True)
class Tenant:
    """An integration with credentials of every kind."""

    integration: Integration
    names: dict[str, str]

    def told(self, answer: httpx.Response, names: Mapping[str, str]) -> tuple[int, str]:
        """Give an answer without what is its asker's own: names, ids made for it, digests of these, instants."""
        headers = sorted(pair for pair in answer.headers.items() if pair[0] not in _IN_NO_ANSWER_ALIKE)
        words = [json.dumps(headers), _CURSOR.sub(lambda found: _opened(found[0]), answer.text)]
        text = "\n".join(words).replace(self.integration.slug, "@slug@").replace(self.integration.name, "@title@")
        for name, value in sorted(names.items(), key=lambda pair: -len(pair[1])):
            text = text.replace(json.dumps(value)[1:-1], f"@{name}@")
        text = _DIGEST.sub("", text)
        numbers: dict[str, str] = {}
        text = _UUID.sub(lambda found: numbers.setdefault(found[0], f"id-{len(numbers)}"), text)
        return answer.status_code, _GIVEN.sub("@access@", _INSTANT.sub("@instant@", text))


def paths(database: Database) -> list[str]:
    """List the paths of every endpoint there is, the integration and other parameters in braces."""
    routes = scim_router(database, _stopped, SCIMSettings(), None).routes
    return [route.path_format for route in routes if isinstance(route, Route)]


async def a_tenant(database: Database, face: Face) -> Tenant:
    """Store an integration that offers a role, and make it its credentials."""
    integration = an_integration()
    async with database.transaction(ADMIN) as tx:
        await insert_integration(tx, integration, None)
        await put_offer(tx, integration.id, [Entitlement("role", "Clerk"), Entitlement("licence", "E5")])
        made = {kind: await create_token(tx, integration.id, "x", None, kind) for kind in CredentialKind}
    names = {"bearer": f"Bearer {made[CredentialKind.BEARER].secret}"}
    for kind, name in ((CredentialKind.BASIC, "basic"), (CredentialKind.OAUTH, "client")):
        pair = f"{made[kind].client_id}:{made[kind].secret}"
        names[name] = f"Basic {base64.b64encode(pair.encode()).decode()}"
    given = await face.send(
        integration.slug, Ask("POST", "/{integration}" + TOKEN_PATH, credential="client"), names
    )
    return Tenant(integration, {**names, "access": f"Bearer {given.json()['access_token']}"})


async def fill(face: Face, tenant: Tenant) -> dict[str, str]:
    """Give the integration people, a group and a role nobody else has, and name them."""
    client = httpx.AsyncClient(
        transport=face.client._transport,
        base_url=f"{_HOST}/{tenant.integration.slug}",
        headers={"Authorization": tenant.names["bearer"]},
    )
    idp = IdP(client)
    kept = {"displayName": SECRET, "title": SECRET, ENTERPRISE: {"department": SECRET}}
    mail = "kept@example.org"
    user = await idp.user("kept-user", externalId="kept-external", emails=[{"value": mail}], **kept)
    group = await idp.create("Groups", {"displayName": f"kept-group {SECRET}", "members": [{"value": user["id"]}]})
    page = await idp.read("/Users?count=1&cursor=")
    return {
        "user": user["id"],
        "group": group["id"],
        "name": "kept-user",
        "external": "kept-external",
        "mail": mail,
        "team": group["displayName"],
        "etag": user["meta"]["version"],
        "cursor": page.get("nextCursor") or _cursor_after(user["id"]),
        "base": idp.base_url,
    }


def of_nobody(kept: Mapping[str, str]) -> dict[str, str]:
    """Name what is nowhere, in names just as long as those of what is kept."""
    user, group = str(new_id()), str(new_id())
    return {
        **kept,
        "user": user,
        "group": group,
        "name": "nobodyyyy",
        "external": "nobodyyyyyyyy",
        "mail": "none@example.org",
        "team": f"none-group {SECRET}",
        "cursor": _cursor_after(user),
        "base": f"{_HOST}/crm-nowhere",
    }


@contextmanager
def left_alone(database_url: str, tenant: Tenant) -> Iterator[None]:
    """Prove that no row of an integration, in whatever table, is changed within the block."""
    with psycopg.connect(database_url, autocommit=True) as connection:
        before = _rows(connection, tenant)
        assert None not in (before["users"], before["groups"])
        yield
        assert _rows(connection, tenant) == before


def _rows(connection: "psycopg.Connection[tuple[Any, ...]]", tenant: Tenant) -> Json:
    tables = connection.execute(
        "SELECT table_name FROM information_schema.columns"
        " WHERE column_name = 'integration_id' AND table_schema = 'public' ORDER BY 1"
    ).fetchall()
    digest = sql.SQL(
        "SELECT {name}, md5(string_agg(t::text, ',' ORDER BY t::text)) FROM {table} t"
        " WHERE integration_id = %(id)s"
    )
    parts = [digest.format(name=sql.Literal(name), table=sql.Identifier(name)) for (name,) in tables]
    return dict(connection.execute(sql.SQL(" UNION ALL ").join(parts), {"id": tenant.integration.id}).fetchall())


def _stopped() -> datetime:
    return _STARTED


_STARTED = datetime.now(UTC)


def _cursor_after(id_: str) -> str:
    return write_cursor(Cursor(0, Place(UUID(id_), None), 1), digest_query("", "", ""))


def _opened(cursor: str) -> str:
    return base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)).decode().replace('"', "'")


def _filled(text: str, names: Mapping[str, str]) -> str:
    return _NAMES.sub(lambda found: json.dumps(names[found[1]])[1:-1], text)
