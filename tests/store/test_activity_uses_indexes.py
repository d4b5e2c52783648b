"""A page of Activity reads about as many rows as it shows, however many there are and whatever is asked for."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from bench.activity import fill
from seatkeeper.core.events import ActorKind
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.jobs import JobState
from seatkeeper.core.topics import TOPICS, WORKSPACE_TOPICS
from seatkeeper.store.database import Database
from seatkeeper.store.queries.activity import ActivityFilter, Span, list_activity

EVENTS, PAGE = 30_000, 51
MOST_READ = 1_500

HERE = ActivityFilter([])
VIEWS = {
    "first page": HERE,
    "every single event": replace(HERE, every=True),
    "jobs in trouble": replace(HERE, kinds=TOPICS["trouble"].kinds),
    "of no kind there is": replace(HERE, kinds=TOPICS["settings"].kinds),
    "failed": replace(HERE, state=JobState.FAILED),
    "done": replace(HERE, state=JobState.SUCCEEDED),
    "of one person": replace(HERE, person="person777"),
    "what people did": replace(HERE, actor=ActorKind.PERSON),
    "what people did anywhere": replace(HERE, actor=ActorKind.PERSON, with_workspace=True),
    "who signed in": replace(HERE, kinds=WORKSPACE_TOPICS["sign_ins"].kinds, with_workspace=True),
    "long ago": replace(HERE, until=datetime.now(UTC) - timedelta(days=900)),
}

_COUNT = (
    "SELECT seq_scan, coalesce(seq_tup_read, 0) + coalesce(idx_tup_fetch, 0) AS read"
    " FROM pg_stat_xact_user_tables WHERE relname = 'events'"
)


@pytest.fixture
async def here(database: Database) -> IntegrationId:
    filled = await fill(database, EVENTS)
    async with database.read() as reader:
        await reader.connection.execute("VACUUM ANALYZE events, jobs")
    return filled


@pytest.mark.slow
async def test_no_view_of_activity_reads_the_whole_of_it(here: IntegrationId, database: Database) -> None:
    read: dict[str, tuple[int, int]] = {}
    for name, wanted in VIEWS.items():
        async with database.read() as reader, reader.connection.transaction():
            await list_activity(reader, replace(wanted, integrations=[here]), Span(limit=PAGE))
            [row] = await (await reader.connection.execute(_COUNT)).fetchall()
            read[name] = (row["seq_scan"], row["read"])
    assert all(scans == 0 and rows < MOST_READ for scans, rows in read.values()), read
