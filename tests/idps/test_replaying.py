"""What Entra sent is recorded by a real web process, and replayed from a file against another integration."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TypeVar

import pytest

from lab.seatkeeper import Seatkeeper
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.core.recordings import Bounds, write_file
from seatkeeper.idps.companies import Company
from seatkeeper.idps.entra import Entra
from seatkeeper.idps.stories import PLOTS, tell
from seatkeeper.operations.recordings import Wish, start_recording, stop_recording
from seatkeeper.store.database import Database
from seatkeeper.store.queries.recordings import list_recordings, stream_exchanges
from tests.scim.conftest import ADMIN, an_integration, opened
from tests.waiting import eventually

pytestmark = pytest.mark.slow

T = TypeVar("T")


def in_database(seatkeeper: Seatkeeper, action: Callable[[Database], Awaitable[T]]) -> T:
    async def run() -> T:
        database = Database(seatkeeper.env["DATABASE_URL"], size=2, clock=lambda: datetime.now(UTC))
        await database.open()
        try:
            return await action(database)
        finally:
            await database.close()

    return asyncio.run(run())


async def recorded(database: Database, integration: Integration) -> int:
    async with database.read() as reader:
        return (await list_recordings(reader, integration.id))[0].requests


async def begin(database: Database, integration: Integration) -> str:
    token = await opened(database, integration)
    async with database.transaction(ADMIN) as tx:
        await start_recording(tx, integration, Wish(Bounds(requests=2_000, lasts=timedelta(hours=1))))
    return token


async def finish(database: Database, integration: Integration) -> str:
    async with database.transaction(ADMIN) as tx:
        [recording] = await list_recordings(tx, integration.id)
        await stop_recording(tx, integration, recording.id)
    lines = [line async for line in stream_exchanges(database, recording.id)]
    return "".join(write_file(integration.slug, lines))


def test_a_recorded_story_replays_from_a_file_with_the_same_answers(
    seatkeeper: Seatkeeper, address: tuple[str, str], tmp_path: Path
) -> None:
    integration, path = an_integration(IntegrationState.DRAFT), tmp_path / "recording.jsonl"
    token = in_database(seatkeeper, lambda database: begin(database, integration))
    entra = Entra(f"{seatkeeper.url}/scim/v2/{integration.slug}", token)

    def is_recorded() -> bool:
        entra.test_connection()
        return in_database(seatkeeper, lambda database: recorded(database, integration)) > 0

    eventually(is_recorded)
    told = tell(Company(entra), [scene for plot in PLOTS.values() for scene in plot(8, 2)], lambda _: None)
    entra.endpoint.close()
    path.write_text(in_database(seatkeeper, lambda database: finish(database, integration)))
    assert "lovelace" not in path.read_text().lower()
    seatkeeper.env["IDP_TOKEN"] = address[1]
    done = seatkeeper.command(
        "idp", "replay", str(path), "--url", address[0], "--token-env", "IDP_TOKEN", "--json", check=False
    )
    answers = json.loads(done.stdout)
    assert [each for each in answers if each["status"] != each["recorded"]] == []
    assert done.returncode == 0, done.stderr
    assert len(answers) >= told.requests.total()


def test_a_file_that_is_no_recording_is_refused_in_a_sentence(seatkeeper: Seatkeeper, tmp_path: Path) -> None:
    path = tmp_path / "x.jsonl"
    path.write_text('{"format": "something else"}\n')
    seatkeeper.env["IDP_TOKEN"] = "token"
    given = ["--url", seatkeeper.url, "--token-env", "IDP_TOKEN"]
    done = seatkeeper.command("idp", "replay", str(path), *given, check=False)
    assert (done.returncode, done.stdout) == (1, "")
    assert "not a recording of Seatkeeper" in done.stderr
