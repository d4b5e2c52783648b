"""The doctor finds what is wrong and says what to do; when all is well it asks for nothing."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from seatkeeper.bootstrap.examining import examine
from seatkeeper.bootstrap.keys import open_keyring
from seatkeeper.bootstrap.settings import Settings, load_settings
from seatkeeper.core.ids import IntegrationId
from seatkeeper.operations.findings import Finding, look_at_clock, look_at_disk
from seatkeeper.store.database import Database
from seatkeeper.store.records.integrations import put_secrets
from seatkeeper.store.sealing import Keyring, make_key
from tests.bootstrap.due_jobs import ORIGIN, integration_with_job


@pytest.fixture
def settings(database_url: str) -> Settings:
    return load_settings(database_url=database_url, secret_key=make_key())


async def _run(database: Database, statement: str) -> None:
    async with database.read() as reader:
        await reader.connection.execute(statement.encode())


async def _seal(database: Database, integration_id: IntegrationId, keyring: Keyring) -> None:
    async with database.transaction(ORIGIN) as tx:
        sealed = keyring.seal_secrets({"token": "hunter2"}, bound_to=str(integration_id))
        await put_secrets(tx, integration_id, sealed)


def _remedies(findings: Sequence[Finding]) -> dict[str, str]:
    return {finding.check: finding.remedy for finding in findings if finding.remedy is not None}


async def test_an_installation_in_order_needs_no_remedy(database: Database, settings: Settings) -> None:
    integration = await integration_with_job(database)
    await _seal(database, integration.id, open_keyring(settings))
    await _run(database, "INSERT INTO procrastinate_workers DEFAULT VALUES")
    findings = await examine(settings)
    assert _remedies(findings) == {}
    assert [finding.check for finding in findings] == [
        *("database", "tables", "key", "clock", "connectors", "disk", "workers", "queue")
    ]


async def test_secrets_the_key_does_not_open_are_named_by_integration(
    database: Database, settings: Settings
) -> None:
    mine, lost = await integration_with_job(database, "mine"), await integration_with_job(database, "lost")
    await _seal(database, mine.id, open_keyring(settings))
    await _seal(database, lost.id, Keyring.parse(make_key()))
    [key] = [finding for finding in await examine(settings) if finding.check == "key"]
    assert key.detail == "does not open the secrets of lost"
    assert "seatkeeper apply" in (key.remedy or "")


async def test_a_key_that_is_missing_leaves_the_rest_examined(database_url: str) -> None:
    findings = await examine(load_settings(database_url=database_url))
    assert "key" in _remedies(findings)
    assert len(findings) == 8


async def test_workers_that_have_fallen_silent_are_missed(database: Database, settings: Settings) -> None:
    await _run(database, "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - interval '1 hour')")
    assert "seatkeeper worker" in _remedies(await examine(settings))["workers"]


async def test_a_job_that_waits_too_long_is_told(database: Database, settings: Settings) -> None:
    await integration_with_job(database)
    await _run(database, "UPDATE jobs SET due_at = now() - interval '5 minutes'")
    [queue] = [finding for finding in await examine(settings) if finding.check == "queue"]
    assert queue.remedy is not None
    await _run(database, "UPDATE integrations SET state = 'paused'")
    assert "queue" not in _remedies(await examine(settings))


async def test_a_connector_an_integration_needs_and_nobody_installed_is_named(
    database: Database, settings: Settings
) -> None:
    await integration_with_job(database)
    await _run(database, "UPDATE integrations SET connector = 'fax'")
    [connectors] = [finding for finding in await examine(settings) if finding.check == "connectors"]
    assert connectors.detail == "fax: is not installed"
    assert connectors.remedy is not None


def test_no_database_and_no_key_are_made_by_looking(tmp_path: Path) -> None:
    remedies = _remedies(asyncio.run(examine(load_settings(data_dir=tmp_path / "none"))))
    assert {"database", "key"} <= set(remedies)
    assert list(tmp_path.iterdir()) == []


def test_clocks_may_differ_by_a_moment_only() -> None:
    noon = datetime(2026, 1, 1, 12, tzinfo=UTC)
    assert look_at_clock(noon, noon + timedelta(seconds=1)).is_fine
    assert not look_at_clock(noon, noon - timedelta(minutes=1)).is_fine


def test_the_disk_is_looked_at_where_the_database_is_ours(tmp_path: Path) -> None:
    assert "GiB are free" in look_at_disk(tmp_path).detail
    assert look_at_disk(None).is_fine
