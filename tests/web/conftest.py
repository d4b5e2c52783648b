"""The pages in this process, on a real database; the lifespan of streams is tested with a real server."""

import random
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import UTC, datetime
from typing import TypeAlias

import httpx
import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.ids import IntegrationId
from seatkeeper.engine.context import Engine
from seatkeeper.engine.registry import find_connectors
from seatkeeper.store.changes import Changes
from seatkeeper.store.database import Database
from seatkeeper.store.sealing import Keyring, make_key
from seatkeeper.web.app import web_app
from seatkeeper.web.house import House, WebSettings
from tests.web.people import Person, client_with, sign_in

SignIn: TypeAlias = Callable[..., Awaitable[Person]]


@pytest.fixture
def house(database: Database) -> House:
    engine = Engine(
        database, find_connectors(), Keyring.parse(make_key()), lambda: datetime.now(UTC), random.Random(7)
    )
    return House(engine, WebSettings(), Changes(database.url))


@pytest.fixture
def transport(house: House) -> httpx.ASGITransport:
    return httpx.ASGITransport(web_app(house), client=("127.0.0.1", 4711))


@pytest.fixture
async def stranger(transport: httpx.ASGITransport) -> AsyncIterator[httpx.AsyncClient]:
    """A browser nobody is signed in with."""
    async with client_with(transport, None) as client:
        yield client


@pytest.fixture
async def signed_in(database: Database, transport: httpx.ASGITransport) -> AsyncIterator[SignIn]:
    """Sign somebody in: ``await signed_in(WorkspaceRole.MEMBER, on={integration.id: IntegrationRole.OWNER})``."""
    clients: list[httpx.AsyncClient] = []

    async def enter(
        role: WorkspaceRole = WorkspaceRole.ADMIN, on: Mapping[IntegrationId, IntegrationRole] | None = None
    ) -> Person:
        member, secret = await sign_in(database, role, on=on)
        clients.append(client_with(transport, secret))
        return Person(member, secret, clients[-1])

    yield enter
    for client in clients:
        await client.aclose()


@pytest.fixture
async def admin(signed_in: SignIn) -> Person:
    return await signed_in()
