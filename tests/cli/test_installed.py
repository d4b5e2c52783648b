"""The installed command itself, each of its commands once."""

import json
import os
import subprocess
from pathlib import Path

import pytest

from tests.cli.conftest import COMMAND, KEY

CRM = """\
slug: crm
name: CRM
connector: scim
settings: {base_url: "http://127.0.0.1:9/scim/v2", token: {env: CRM_TOKEN}}
"""


def _run(folder: Path, database_url: str, *arguments: str) -> "subprocess.CompletedProcess[str]":
    env = {**os.environ, "DATABASE_URL": database_url, "SEATKEEPER_SECRET_KEY": KEY, "CRM_TOKEN": "hunter2"}
    return subprocess.run(
        [COMMAND, *arguments], env=env, cwd=folder, capture_output=True, text=True, timeout=120, check=False
    )


@pytest.mark.slow
def test_every_command_works_as_installed(database_url: str, tmp_path: Path) -> None:
    (tmp_path / "crm.yaml").write_text(CRM)
    assert _run(tmp_path, database_url, "apply", "-f", "crm.yaml").stdout == "+ crm: create\nDone.\n"
    for command in (
        ["integration", "list"],
        ["token", "list", "crm"],
        ["activity"],
        ["job", "list"],
        ["task", "list"],
    ):
        done = _run(tmp_path, database_url, *command, "--json")
        assert (done.returncode, done.stderr, isinstance(json.loads(done.stdout), list)) == (0, "", True)
    refused = _run(tmp_path, database_url, "preview", "eve", "--integration", "crm")
    assert (refused.returncode, refused.stdout) == (1, "")
    assert refused.stderr.startswith("Error: Nobody called eve is assigned")
