"""The API against its own description: Schemathesis calls every operation with what fits and what does not."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from lab.seatkeeper import Seatkeeper
from seatkeeper.store.database import Database
from seatkeeper.store.sealing import Keyring, make_key
from seatkeeper.web.api.routing import IDEMPOTENCY_KEY
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


def _described(url: str) -> dict[str, Any]:
    """Read the description, and leave the same optional header out of every operation but one.

    Schemathesis would send half of its cases with the same key, and they would be answered with no more than that
    the key belongs to another request.
    """
    document: dict[str, Any] = httpx.get(f"{url}/api/v1/openapi.json").json()
    for path, operations in document["paths"].items():
        for method, operation in operations.items():
            if (method, path) != ("post", "/members"):
                kept = [one for one in operation.get("parameters", ()) if one["name"] != IDEMPOTENCY_KEY]
                operation["parameters"] = kept
    return document


def _schemathesis(url: str, token: str, config: Path) -> "subprocess.CompletedProcess[str]":
    description = config.with_name("openapi.json")
    description.write_text(json.dumps(_described(url)))
    command = [
        *(str(Path(sys.executable).parent / "schemathesis"), "--config-file", str(config), "run"),
        *(str(description), "--url", f"{url}/api/v1", "--header", f"Authorization: Bearer {token}", "--no-color"),
        *("--max-examples", "4", "--seed", "1", "--phases", "examples,coverage,fuzzing"),
    ]
    return subprocess.run(command, check=False, cwd=config.parent, capture_output=True, text=True, timeout=400)
