"""The API against its own description: Schemathesis calls every operation with what fits and what does not."""

import subprocess
import sys
from pathlib import Path

import pytest

from lab.seatkeeper import Seatkeeper
from seatkeeper.store.database import Database
from seatkeeper.store.sealing import Keyring, make_key
from tests.web.callers import token_of
from tests.web.furnishing import furnish

pytestmark = pytest.mark.slow

_CONFIG = Path(__file__).parent / "schemathesis.toml"


async def test_every_operation_does_as_its_description_says(tmp_path: Path, database: Database) -> None:
    keys = make_key()
    config = tmp_path / "schemathesis.toml"
    ids = await furnish(database, Keyring.parse(keys))
    config.write_text(_CONFIG.read_text() + "".join(f'"path.{name}" = "{each}"\n' for name, each in ids.items()))
    token = await token_of(database)
    env = {"SEATKEEPER_API_REQUESTS_PER_MINUTE": "1000000", "SEATKEEPER_SECRET_KEY": keys}
    installed = Seatkeeper(tmp_path, database.url, env=env)
    try:
        installed.start_web()
        run = _schemathesis(installed.url, token, config)
    finally:
        installed.close()
    assert run.returncode == 0, run.stdout[-6000:]


def _schemathesis(url: str, token: str, config: Path) -> "subprocess.CompletedProcess[str]":
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(config), "run"),
        *(f"{url}/api/v1/openapi.json", "--header", f"Authorization: Bearer {token}", "--no-color"),
        *("--max-examples", "4", "--seed", "1", "--phases", "examples,coverage,fuzzing"),
    ]
    return subprocess.run(command, check=False, cwd=config.parent, capture_output=True, text=True, timeout=400)
