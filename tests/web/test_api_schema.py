"""The API against its own description: Schemathesis calls every operation with what fits and what does not."""

import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from lab.seatkeeper import Seatkeeper
from seatkeeper.store.database import Database
from seatkeeper.store.records.integrations import insert_integration
from tests.scim.conftest import an_integration
from tests.web.callers import token_of
from tests.web.people import SETUP

pytestmark = pytest.mark.slow

_CONFIG = Path(__file__).parent / "schemathesis.toml"


async def test_every_operation_does_as_its_description_says(tmp_path: Path, database: Database) -> None:
    async with database.transaction(SETUP) as tx:
        await insert_integration(tx, replace(an_integration(), slug="crm"), None)
    token = await token_of(database)
    installed = Seatkeeper(tmp_path, database.url, env={"SEATKEEPER_API_REQUESTS_PER_MINUTE": "1000000"})
    try:
        installed.start_web()
        run = _schemathesis(installed.url, token, tmp_path)
    finally:
        installed.close()
    assert run.returncode == 0, run.stdout[-6000:]


def _schemathesis(url: str, token: str, place: Path) -> "subprocess.CompletedProcess[str]":
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(_CONFIG), "run"),
        *(f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}", "--no-color"),
        *("--max-examples", "8", "--seed", "1", "--phases", "examples,coverage,fuzzing"),
    ]
    return subprocess.run(command, check=False, cwd=place, capture_output=True, text=True, timeout=400)
