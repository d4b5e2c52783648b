"""The figures a monitor reads are those of the queue as it is."""

from datetime import UTC, datetime, timedelta

from seatkeeper.bootstrap.metrics import Metrics
from seatkeeper.store.database import Database
from seatkeeper.store.queries.installation import read_queue_standing
from tests.bootstrap.due_jobs import ORIGIN, add_person, integration_with_job

_STATES = ["queued", "retrying", "running", "waiting", "succeeded", "succeeded", "failed"]


async def _rendered(database: Database) -> list[str]:
    now = datetime.now(UTC)
    async with database.read() as reader:
        standing = await read_queue_standing(reader, now, timedelta(seconds=30))
    return Metrics().render(standing, now).decode().splitlines()


async def test_jobs_are_counted_by_state(database: Database) -> None:
    integration = await integration_with_job(database)
    async with database.transaction(ORIGIN) as tx:
        for _ in _STATES[1:]:
            await add_person(tx, integration)
        jobs = await (await tx.connection.execute("SELECT id FROM jobs")).fetchall()
        for job, state in zip(jobs, _STATES, strict=True):
            await tx.connection.execute("UPDATE jobs SET state = %s WHERE id = %s", [state, job["id"]])
    lines = await _rendered(database)
    for state in ("queued", "retrying", "running", "waiting"):
        assert f'seatkeeper_jobs_open{{state="{state}"}} 1.0' in lines
    assert 'seatkeeper_jobs_ended_last_hour{state="succeeded"} 2.0' in lines
    assert 'seatkeeper_jobs_ended_last_hour{state="failed"} 1.0' in lines
    assert "seatkeeper_database_up 1.0" in lines


async def test_nothing_to_do_is_zero_and_not_missing(database: Database) -> None:
    lines = await _rendered(database)
    assert 'seatkeeper_jobs_open{state="queued"} 0.0' in lines
    assert "seatkeeper_queue_age_seconds 0.0" in lines
    assert "seatkeeper_workers 0.0" in lines


def test_a_database_that_is_away_is_a_figure_too() -> None:
    assert "seatkeeper_database_up 0.0" in Metrics().render(None, datetime.now(UTC)).decode().splitlines()


def test_methods_nobody_knows_do_not_multiply_the_figures() -> None:
    metrics = Metrics()
    for method in ("GET", "BREW", "PROPFIND"):
        metrics.count_request(method, 200, 0.01)
    lines = metrics.render(None, datetime.now(UTC)).decode().splitlines()
    assert 'seatkeeper_requests_total{method="other",status="200"} 2.0' in lines
