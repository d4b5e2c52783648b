"""Five hundred open tabs on one web process: none misses a change, and a stop ends them all."""

import asyncio
import contextlib
from collections.abc import AsyncIterator
from pathlib import Path

import httpx
import pytest

from lab.seatkeeper import Seatkeeper
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.store.database import Database
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.wakeups import notify_changed
from seatkeeper.web.visits import SESSION_COOKIE
from tests.scim.conftest import an_integration
from tests.waiting import until
from tests.web.people import SETUP, sign_in

TABS = 500
MOST_PER_TAB = 200_000
"""Bytes of the web process for one tab: a connection, a task, and a bell."""

pytestmark = pytest.mark.slow


class Tabs:
    """Browsers' tabs, and how many words each was told."""

    def __init__(self, url: str, secret: str) -> None:
        self.words = [0] * TABS
        self._url = url
        limits = httpx.Limits(max_connections=TABS, max_keepalive_connections=0)
        self._client = httpx.AsyncClient(cookies={SESSION_COOKIE: secret}, limits=limits, timeout=60)
        self.streams: list[asyncio.Task[None]] = []

    def open(self) -> None:
        self.streams = [asyncio.create_task(self._read(number)) for number in range(TABS)]

    async def close(self) -> None:
        for stream in self.streams:
            stream.cancel()
        await asyncio.gather(*self.streams, return_exceptions=True)
        await self._client.aclose()

    async def have_heard(self, count: int) -> bool:
        return min(self.words) >= count

    async def have_ended(self) -> bool:
        return all(stream.done() for stream in self.streams)

    async def _read(self, number: int) -> None:
        with contextlib.suppress(httpx.RemoteProtocolError, httpx.ReadError):
            async with self._client.stream("GET", self._url) as answer:
                assert answer.status_code == 200
                async for line in answer.aiter_lines():
                    self.words[number] += line == "event: look"


@pytest.fixture
async def web(tmp_path: Path, database_url: str) -> AsyncIterator[Seatkeeper]:
    seatkeeper = Seatkeeper(tmp_path / "seatkeeper", database_url)
    try:
        seatkeeper.start_web()
        yield seatkeeper
    finally:
        seatkeeper.close()


def _memory(pid: int) -> int:
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS")]
    return int(line.split()[1]) * 1024


async def test_five_hundred_tabs_miss_nothing_and_end_with_the_process(
    web: Seatkeeper, database: Database
) -> None:
    integration = an_integration()
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
    _, secret = await sign_in(database, WorkspaceRole.MEMBER, on={integration.id: IntegrationRole.VIEWER})
    assert web.web is not None
    pid = web.web.child.pid
    before = _memory(pid)
    tabs = Tabs(f"{web.url}/integrations/{integration.slug}/live", secret)
    tabs.open()
    try:
        await until(lambda: tabs.have_heard(1), patience=60)
        for count in (2, 3):
            async with database.read() as reader:
                await notify_changed(reader, [integration.id])
            await until(lambda count=count: tabs.have_heard(count), patience=60)  # type: ignore[misc]
        for _ in range(2000):
            async with database.read() as reader:
                await notify_changed(reader, [integration.id])
        await until(lambda: tabs.have_heard(4), patience=60)
        assert max(tabs.words) <= 8, "a bulk must not have every tab fetch again and again"
        assert _memory(pid) - before < TABS * MOST_PER_TAB
        assert await asyncio.to_thread(web.web.stop) == 0  # within ten seconds, or it is killed
        await until(tabs.have_ended)
    finally:
        await tabs.close()
