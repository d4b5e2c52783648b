"""How long Activity takes to read with a million events, against a thousand: first page, far back, filtered."""

import asyncio
import atexit
import statistics
import time
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import rmtree
from tempfile import mkdtemp
from uuid import UUID

from seatkeeper.core.events import ActorKind
from seatkeeper.core.ids import EventId, IntegrationId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.topics import TOPICS
from seatkeeper.store.database import Database
from seatkeeper.store.embedded import start_embedded
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.migrating import migrate
from seatkeeper.store.queries.activity import ActivityFilter, Span, list_activity

SMALL, LARGE = 1_000, 1_000_000
_PAGES_BACK = 1_000
_ROUNDS = 15

_INTEGRATION = """
INSERT INTO integrations (id, slug, name, connector, settings, schema, mapping, policy, state,
                          created_at, updated_at)
VALUES (%(id)s, %(slug)s, %(slug)s, 'scim', '{}', '[]', '{}', '{}', 'live', now(), now())
"""
_ACCOUNTS = """
INSERT INTO accounts (id, integration_id, user_name_key, created_at)
SELECT uuidv7(), %(id)s, 'person' || n, now() FROM generate_series(1, %(count)s / 10) n
"""
_JOBS = """
INSERT INTO jobs (id, integration_id, account_id, kind, state, priority, due_at, target, actor,
                  created_at, ended_at)
SELECT uuidv7(make_interval(secs => -n)), a.integration_id, a.id, 'update',
       CASE WHEN n %% 500 = 0 THEN 'failed' ELSE 'succeeded' END, 10, now(), a.user_name_key, 'Okta', now(), now()
FROM (SELECT *, row_number() OVER () AS first FROM accounts WHERE integration_id = %(id)s) a,
     LATERAL (SELECT (a.first - 1) * 5 + k AS n FROM generate_series(1, 5) k) numbered
"""
_EVENTS = """
INSERT INTO events (id, integration_id, at, kind, actor, actor_name, target, job_id, details, folded)
SELECT uuidv7(each.at - now()), j.integration_id, each.at, each.kind, each.actor, each.actor, j.target, j.id,
       '{}', each.folded
FROM (SELECT *, uuid_extract_timestamp(id) AS born FROM jobs WHERE integration_id = %(id)s) j,
     LATERAL (VALUES (j.born, 'user.changed', 'idp', false),
                     (j.born + interval '1 hour', 'job.' || j.state, 'seatkeeper', true)
             ) each (at, kind, actor, folded)
"""


@dataclass(frozen=True, slots=True)
class Reading:
    """Seconds that a page takes: the median, with few events and with many."""

    small: float
    large: float

    @property
    def ratio(self) -> float:
        """How many times longer with many."""
        return self.large / self.small


def measure_activity() -> Mapping[str, Reading]:
    """Fill two integrations and read each in the ways people do."""
    folder = mkdtemp()
    atexit.register(rmtree, folder, ignore_errors=True)  # after the server, which is stopped at the exit, too
    url = start_embedded(Path(folder) / "postgres", {})
    migrate(url)
    return asyncio.run(_measure(url))


async def _measure(url: str) -> Mapping[str, Reading]:
    database = Database(url, size=2, clock=lambda: datetime.now(UTC))
    await database.open()
    try:
        small, large = [await fill(database, count) for count in (SMALL, LARGE)]
        async with database.read() as reader:
            await reader.connection.execute("VACUUM ANALYZE")
        views = {name: (await _time(database, small, name), await _time(database, large, name)) for name in _VIEWS}
    finally:
        await database.close()
    return {name: Reading(*seconds) for name, seconds in views.items()}


_VIEWS: Mapping[str, dict[str, object]] = {
    "first page": {},
    f"page {_PAGES_BACK:,}": {},
    "every single event": {"every": True},
    "jobs in trouble": {"kinds": TOPICS["trouble"].kinds},
    "failed": {"state": JobState.FAILED},
    "done": {"state": JobState.SUCCEEDED},
    "of one person": {"person": "person77"},
    "of a letter": {"person": "p"},
    "what people did": {"actor": ActorKind.PERSON},
    "failed, of one person, changed": {
        "state": JobState.FAILED,
        "person": "person77",
        "kinds": TOPICS["changes"].kinds,
    },
}


async def fill(database: Database, count: int) -> IntegrationId:
    """Make an integration with so many events, half of them folded into the other half; one job in 500 failed."""
    here = IntegrationId(new_id())
    async with database.read() as reader:
        for statement in (_INTEGRATION, _ACCOUNTS, _JOBS, _EVENTS):
            values = {"id": here, "slug": f"events-{count}", "count": count}
            await reader.connection.execute(statement.encode(), values)
    return here


async def _time(database: Database, here: IntegrationId, view: str) -> float:
    wanted = ActivityFilter([here], **_VIEWS[view])  # type: ignore[arg-type]
    seconds = []
    async with database.read() as reader:
        before = await _far_back(database, here) if view.startswith("page ") else None
        for _ in range(_ROUNDS):
            started = time.perf_counter()
            await list_activity(reader, wanted, Span(before=before, limit=51))
            seconds.append(time.perf_counter() - started)
    return statistics.median(seconds)


async def _far_back(database: Database, here: IntegrationId) -> EventId | None:
    async with database.read() as reader:
        cursor = await reader.connection.execute(
            "SELECT id FROM events WHERE integration_id = %s AND NOT folded ORDER BY id DESC OFFSET %s LIMIT 1",
            [here, _PAGES_BACK * 50],
        )
        row = await cursor.fetchone()
    return None if row is None else EventId(UUID(str(row["id"])))


def main() -> None:
    """Print what was seen."""
    for name, seen in measure_activity().items():
        print(f"{name:34} {seen.small * 1000:8.1f} ms {seen.large * 1000:8.1f} ms  {seen.ratio:5.1f}")


if __name__ == "__main__":
    main()
