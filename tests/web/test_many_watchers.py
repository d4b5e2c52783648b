"""Five hundred open tabs on one web process: each shows the newest row, and a stop ends them all."""

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from lab.seatkeeper import Seatkeeper
from lab.tabs import Tabs
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.database import Database
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.wakeups import notify_changed
from tests.scim.conftest import an_integration
from tests.waiting import until
from tests.web.people import SETUP, sign_in

TABS = 500
CHANGES = 300
MOST_PER_TAB = 200_000
"""Bytes of the web process for one tab: a connection, a task, and a bell."""

pytestmark = pytest.mark.slow


@pytest.fixture
async def web(tmp_path: Path, database_url: str) -> AsyncIterator[Seatkeeper]:
    seatkeeper = Seatkeeper(tmp_path / "seatkeeper", database_url)
    try:
        seatkeeper.start_web()
        yield seatkeeper
    finally:
        seatkeeper.close()


async def _happen(database: Database, integration_id: IntegrationId, about: str) -> None:
    async with database.transaction(SETUP) as tx:
        await record_event(tx, Happening(integration_id, EventKind.USER_CHANGED, about))
    async with database.read() as reader:
        await notify_changed(reader, [integration_id])


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
    tabs = Tabs(f"{web.url}/integrations/{integration.slug}/activity", secret, TABS)
    tabs.open()
    try:
        await until(lambda: tabs.have_heard(1), patience=60)
        await _happen(database, integration.id, "one change")
        await until(lambda: tabs.show(">one change<"), patience=60)
        for number in range(CHANGES):
            await _happen(database, integration.id, f"change {number}")
        await until(lambda: tabs.show(f">change {CHANGES - 1}<"), patience=60)
        assert max(tabs.words) < CHANGES // 4, "a bulk must not have every tab fetch again and again"
        assert _memory(pid) - before < TABS * MOST_PER_TAB
        assert await asyncio.to_thread(web.web.stop) == 0  # within ten seconds, or it is killed
        await until(tabs.have_ended)
    finally:
        await tabs.close()
