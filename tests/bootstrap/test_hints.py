"""After a commit, a run is queued for each integration with something to do, and listeners are told."""

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime

import pytest

from seatkeeper.bootstrap.hints import Hints
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import IntegrationState
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from tests.bootstrap.due_jobs import ORIGIN, add_person, integration_with_job, listening, queued_runs
from tests.waiting import until


@pytest.fixture
async def hints() -> Hints:
    return Hints(lambda: datetime.now(UTC))


@pytest.fixture
async def hinting(database_url: str, hints: Hints) -> AsyncIterator[Database]:
    pool = Database(database_url, size=4, clock=lambda: datetime.now(UTC), after_commit=hints)
    await pool.open()
    yield pool
    await pool.close()


async def _all_out(hints: Hints, database: Database) -> None:
    hints.close()
    await asyncio.wait_for(hints.hand_out(database), timeout=10)


async def test_a_committed_job_queues_one_run_of_its_integration(hinting: Database, hints: Hints) -> None:
    integration = await integration_with_job(hinting)
    async with hinting.transaction(ORIGIN) as tx:
        await add_person(tx, integration)
    await _all_out(hints, hinting)
    assert await queued_runs(hinting) == [str(integration.id)]


async def test_a_run_that_already_waits_is_enough(hinting: Database, hints: Hints) -> None:
    integration = await integration_with_job(hinting)
    await _all_out(hints, hinting)
    hints(frozenset({integration.id}))
    await _all_out(hints, hinting)
    assert await queued_runs(hinting) == [str(integration.id)]


async def test_what_was_rolled_back_wakes_nobody(hinting: Database, hints: Hints) -> None:
    integration = await integration_with_job(hinting)
    await _all_out(hints, hinting)
    async with hinting.read() as reader:
        await reader.connection.execute("DELETE FROM procrastinate_jobs")
    with pytest.raises(ZeroDivisionError):
        await _touch_in_vain(hinting, integration.id)
    await _all_out(hints, hinting)
    assert await queued_runs(hinting) == []


async def _touch_in_vain(database: Database, integration: IntegrationId) -> None:
    async with database.transaction(ORIGIN) as tx:
        tx.touch(integration)
        raise ZeroDivisionError


@pytest.mark.parametrize("state", [IntegrationState.DRAFT, IntegrationState.PAUSED])
async def test_an_integration_that_is_not_live_is_left_alone(
    hinting: Database, hints: Hints, state: IntegrationState
) -> None:
    await integration_with_job(hinting, state=state)
    await _all_out(hints, hinting)
    assert await queued_runs(hinting) == []


@pytest.mark.parametrize(
    "hindrance",
    [
        "UPDATE jobs SET state = 'waiting'",
        "UPDATE jobs SET due_at = now() + interval '1 minute'",
        "UPDATE integrations SET quarantine = '{}'",
        "UPDATE integrations SET throttled_until = now() + interval '1 minute'",
    ],
)
async def test_nothing_due_means_no_run(hinting: Database, hints: Hints, hindrance: str) -> None:
    await integration_with_job(hinting)
    async with hinting.read() as reader:
        await reader.connection.execute(hindrance.encode())
    await _all_out(hints, hinting)
    assert await queued_runs(hinting) == []


async def test_listeners_hear_which_integrations_changed(
    database_url: str, hinting: Database, hints: Hints
) -> None:
    connection = await listening(database_url)
    integration = await integration_with_job(hinting, state=IntegrationState.DRAFT)
    await _all_out(hints, hinting)
    notices = [notice.payload async for notice in connection.notifies(timeout=10, stop_after=1)]
    await connection.close()
    assert notices == [str(integration.id)]


async def test_a_thousand_integrations_are_announced_in_several_notices(
    database_url: str, hinting: Database, hints: Hints
) -> None:
    connection = await listening(database_url)
    touched = frozenset(IntegrationId(new_id()) for _ in range(1000))
    hints(touched)
    await _all_out(hints, hinting)
    heard: set[str] = set()
    async for notice in connection.notifies(timeout=10, stop_after=5):
        heard |= set(notice.payload.split(","))
    await connection.close()
    assert heard == {str(integration_id) for integration_id in touched}


async def test_hints_go_out_while_changes_go_on(hinting: Database, hints: Hints) -> None:
    handing_out = asyncio.create_task(hints.hand_out(hinting))
    integration = await integration_with_job(hinting)

    async def is_queued() -> bool:
        return await queued_runs(hinting) == [str(integration.id)]

    await until(is_queued)
    hints.close()
    await handing_out


async def test_a_database_that_is_away_stops_no_hint_that_follows(hinting: Database, hints: Hints) -> None:
    away = Database("postgresql://nobody@127.0.0.1:1/none", size=2, clock=lambda: datetime.now(UTC), patience=0.1)
    await away.open()
    integration = await integration_with_job(hinting)
    await _all_out(hints, away)
    await away.close()
    assert await queued_runs(hinting) == []
    hints(frozenset({integration.id}))
    await _all_out(hints, hinting)
    assert await queued_runs(hinting) == [str(integration.id)]
