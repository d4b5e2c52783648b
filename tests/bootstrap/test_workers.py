"""Workers come and go, by order or by accident, and nothing is lost."""

import asyncio
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from lab.seatkeeper import QUICK, Seatkeeper
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Database
from tests.bootstrap.black_hole import BlackHole, black_hole
from tests.bootstrap.due_jobs import ORIGIN, add_person, integration_with_job
from tests.waiting import eventually, until


@pytest.fixture
def seatkeeper(database_url: str, tmp_path: Path) -> Iterator[Seatkeeper]:
    installed = Seatkeeper(tmp_path, database_url, env={**QUICK, "PGAPPNAME": "seatkeeper"})
    yield installed
    installed.kill()


async def _ask(database: Database, question: str) -> list[dict[str, Any]]:
    async with database.read() as reader:
        cursor = await reader.connection.execute(question.encode())
        return await cursor.fetchall()


async def _stuck_in(database: Database, hole: BlackHole) -> Integration:
    return await integration_with_job(database, url=f"http://127.0.0.1:{hole.port}/scim")


async def _calls_beyond(hole: BlackHole, count: int) -> bool:
    return hole.calls > count


@pytest.mark.slow
async def test_the_sweep_finds_a_job_nobody_announced_and_its_run_leaves_no_row(
    database: Database, seatkeeper: Seatkeeper
) -> None:
    async with black_hole() as hole:
        hole.let_go()
        await _stuck_in(database, hole)
        worker = seatkeeper.start_worker()

        async def is_tried_and_tidy() -> bool:
            tried = await _ask(database, "SELECT 1 FROM jobs WHERE state = 'retrying'")
            return bool(tried) and not await _ask(database, "SELECT 1 FROM procrastinate_jobs")

        await until(is_tried_and_tidy)
        assert await asyncio.to_thread(worker.stop) == 0


@pytest.mark.slow
async def test_the_run_of_a_killed_worker_is_taken_over(database: Database, seatkeeper: Seatkeeper) -> None:
    async with black_hole() as hole:
        await _stuck_in(database, hole)
        seatkeeper.start_worker()
        await until(lambda: _calls_beyond(hole, 0))
        [first] = await _ask(database, "SELECT run_epoch FROM integrations")
        seatkeeper.kill()
        calls = hole.calls
        heir = seatkeeper.start_worker()
        await until(lambda: _calls_beyond(hole, calls))
        [second] = await _ask(database, "SELECT run_epoch FROM integrations")
        [job] = await _ask(database, "SELECT state FROM jobs")
        workers = await _ask(database, "SELECT id FROM procrastinate_workers")
        hole.let_go()
        assert await asyncio.to_thread(heir.stop) == 0
    assert second["run_epoch"] > first["run_epoch"]
    assert job["state"] in {"queued", "running"}
    assert len(workers) == 1


@pytest.mark.slow
async def test_a_worker_told_to_stop_finishes_its_attempt_and_puts_the_rest_back(
    database: Database, seatkeeper: Seatkeeper
) -> None:
    async with black_hole() as hole:
        integration = await _stuck_in(database, hole)
        async with database.transaction(ORIGIN) as tx:
            for _ in range(20):
                await add_person(tx, integration)
        worker = seatkeeper.start_worker()
        await until(lambda: _calls_beyond(hole, 0))
        worker.child.terminate()
        hole.let_go()
        assert await asyncio.to_thread(worker.child.wait, 15) == 0
    states = await _ask(database, "SELECT DISTINCT state FROM jobs ORDER BY state")
    assert {row["state"] for row in states} <= {"queued", "retrying"}
    assert await _ask(database, "SELECT 1 FROM procrastinate_jobs WHERE status = 'doing'") == []
    assert await _ask(database, "SELECT 1 FROM procrastinate_workers") == []


@pytest.mark.slow
async def test_a_worker_outlives_the_loss_of_its_connections(database: Database, seatkeeper: Seatkeeper) -> None:
    async with black_hole() as hole:
        hole.let_go()
        seatkeeper.start()
        await _ask(
            database,
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
            " WHERE datname = current_database() AND application_name = 'seatkeeper'",
        )
        await _stuck_in(database, hole)
        await until(lambda: _calls_beyond(hole, 0))
        await asyncio.to_thread(eventually, seatkeeper.is_ready)
        assert await asyncio.to_thread(seatkeeper.stop) == [0, 0]


@pytest.mark.slow
async def test_a_worker_told_to_stop_does_not_wait_for_an_app_that_hangs(
    database: Database, seatkeeper: Seatkeeper
) -> None:
    async with black_hole() as hole:
        await _stuck_in(database, hole)
        worker = seatkeeper.start_worker()
        await until(lambda: _calls_beyond(hole, 0))
        worker.child.terminate()
        assert await asyncio.to_thread(worker.child.wait, 15) == 0
    runs = await _ask(database, "SELECT status::text FROM procrastinate_jobs")
    assert [row["status"] for row in runs] == ["todo"]
