"""Thousands of changes of one group, asked of a web process by many clients at once."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import httpx
import pytest

from lab.seatkeeper import Seatkeeper
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Database
from tests.scim.conftest import opened
from tests.scim.idp import IdP, Json

CROWD, CLIENTS = 2000, 64


@pytest.fixture
def seatkeeper(tmp_path: Path, database_url: str) -> Iterator[Seatkeeper]:
    """A web process as it is installed."""
    started = Seatkeeper(tmp_path, database_url)
    started.start_web()
    yield started
    started.close()


@pytest.fixture
async def clients(
    seatkeeper: Seatkeeper, database: Database, integration: Integration
) -> AsyncIterator[list[IdP]]:
    """Clients with a connection each."""
    token = await opened(database, integration)
    url, headers = f"{seatkeeper.url}/scim/v2/{integration.slug}", {"Authorization": f"Bearer {token}"}
    opened_clients = [httpx.AsyncClient(base_url=url, headers=headers, timeout=60) for _ in range(CLIENTS)]
    yield [IdP(client) for client in opened_clients]
    for client in opened_clients:
        await client.aclose()


async def _join(idp: IdP, group: Json, numbers: range) -> list[int]:
    """Create some people and put each into the group; tell the statuses."""
    statuses = []
    for number in numbers:
        user = await idp.user(f"person-{number}")
        added = {"op": "add", "path": "members", "value": [{"value": user["id"]}]}
        statuses.append((await idp.patch(group, added)).status_code)
    return statuses


@pytest.mark.slow
async def test_of_two_thousand_members_added_one_by_one_at_once_none_is_lost(
    clients: list[IdP], database: Database
) -> None:
    group = await clients[0].group("Everybody")
    answers = await asyncio.gather(*(_join(idp, group, range(n, CROWD, CLIENTS)) for n, idp in enumerate(clients)))
    assert {status for statuses in answers for status in statuses} == {200}
    current = await clients[0].read(IdP.path_of(group))
    assert {member["display"] for member in current["members"]} == {f"person-{n}" for n in range(CROWD)}
    assert current["meta"]["version"] == f'W/"{CROWD + 1}"'
