"""How soon hundreds of open Activity tabs show what was committed, and what that costs the web process."""

import asyncio
import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from lab.seatkeeper import Seatkeeper
from lab.tabs import Tabs
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.events import ActorKind, EventKind, Origin
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration, IntegrationState, MappingRules, Policy
from seatkeeper.core.schema import STANDARD_SCHEMA
from seatkeeper.operations.members import add_member
from seatkeeper.operations.roles import add_role
from seatkeeper.operations.sessions import Client, SessionRules, begin_session
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.wakeups import notify_changed
from tests.waiting import until

TABS = 500
_BULK = 10.0
"""Seconds."""
_CHANGES_PER_SECOND = 50
_PATIENCE = 60.0
_ORIGIN = Origin(ActorKind.PERSON, "bench", "bench")


@dataclass(frozen=True, slots=True)
class Watching:
    """Seconds until the last tab shows a change, and CPU seconds of the web process for each second."""

    alone: float
    """A change after a quiet time."""
    in_bulk: float
    """The last of a bulk."""
    cpu: float
    """During the bulk."""
    words: float
    """How often a tab was told to look during the bulk, on average."""


def measure_tabs() -> Watching:
    """Open the tabs, change one thing, and then many."""
    with TemporaryDirectory() as folder:
        seatkeeper = Seatkeeper(Path(folder))
        try:
            seatkeeper.start_web()
            return asyncio.run(_measure(seatkeeper))
        finally:
            seatkeeper.close()


async def _measure(seatkeeper: Seatkeeper) -> Watching:
    database = Database(seatkeeper.embedded_url(), size=2, clock=lambda: datetime.now(UTC))
    await database.open()
    try:
        integration, secret = await _prepare(database)
        tabs = Tabs(f"{seatkeeper.url}/integrations/{integration.slug}/activity", secret, TABS)
        tabs.open()
        try:
            await until(lambda: tabs.have_heard(1), patience=_PATIENCE)
            return await _watch(seatkeeper, database, integration.id, tabs)
        finally:
            await tabs.close()
    finally:
        await database.close()


async def _watch(seatkeeper: Seatkeeper, database: Database, here: IntegrationId, tabs: Tabs) -> Watching:
    await asyncio.sleep(2)
    alone = await _last_shown(tabs, await _happen(database, here, "one change"), "one change")
    await asyncio.sleep(3)
    assert seatkeeper.web is not None
    cpu, words, began = _cpu(seatkeeper.web.child.pid), sum(tabs.words), time.perf_counter()
    committed, number = began, 0
    for number in range(int(_BULK * _CHANGES_PER_SECOND)):
        await asyncio.sleep(max(began + number / _CHANGES_PER_SECOND - time.perf_counter(), 0))
        committed = await _happen(database, here, f"change {number}")
    spent, took = _cpu(seatkeeper.web.child.pid) - cpu, time.perf_counter() - began
    told = (sum(tabs.words) - words) / TABS
    return Watching(alone, await _last_shown(tabs, committed, f"change {number}"), spent / took, told)


async def _last_shown(tabs: Tabs, committed: float, text: str) -> float:
    await until(lambda: tabs.show(f">{text}<"), patience=_PATIENCE)
    return max(tabs.shown_at) - committed


async def _happen(database: Database, here: IntegrationId, about: str) -> float:
    async with database.transaction(_ORIGIN) as tx:
        await record_event(tx, Happening(here, EventKind.USER_CHANGED, about))
    committed = time.perf_counter()
    async with database.read() as reader:
        await notify_changed(reader, [here])
    return committed


async def _prepare(database: Database) -> tuple[Integration, str]:
    integration = Integration(
        IntegrationId(new_id()),
        "crm",
        "CRM",
        "scim",
        {},
        STANDARD_SCHEMA,
        MappingRules({"userName": "user.userName"}),
        Policy(),
        IntegrationState.LIVE,
    )
    async with database.transaction(_ORIGIN) as tx:
        await insert_integration(tx, integration, None)
        member = await add_member(tx, "ada@example.org", "Ada", WorkspaceRole.MEMBER)
        await add_role(tx, integration, member.email, IntegrationRole.VIEWER)
        session = await begin_session(tx, member.id, "password", Client("127.0.0.1", "bench"), SessionRules())
        for number in range(50):
            await record_event(tx, Happening(integration.id, EventKind.USER_CHANGED, f"person {number}"))
    return integration, session.secret


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Print what was seen."""
    seen = measure_tabs()
    print(f"{TABS} tabs: a change is shown by the last after {seen.alone:.2f} s, the last of a bulk", end=" ")
    print(f"after {seen.in_bulk:.2f} s; {seen.cpu:.2f} of a core during the bulk, {seen.words:.1f} looks each")


if __name__ == "__main__":
    main()
