"""``seatkeeper`` as a process, against the test's own database."""

import json
import os
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from seatkeeper.store.sealing import make_key
from tests.cli.warm import Warm

COMMAND = Path(sys.executable).with_name("seatkeeper")
KEY = make_key()


@dataclass(frozen=True)
class Done:
    """A command that came to its end."""

    returncode: int
    stdout: str
    stderr: str


@dataclass(frozen=True)
class Installation:
    """Settings and a working directory for ``seatkeeper``."""

    warm: Warm
    folder: Path
    env: dict[str, str] = field(default_factory=dict)

    def run(self, *arguments: str, text: str = "", **env: str) -> Done:
        """Run a command to its end."""
        streams = self.folder / "streams"
        streams.mkdir(exist_ok=True)
        (streams / "in").write_text(text)
        request = {"arguments": arguments, "env": {**os.environ, **self.env, **env}}
        status = self.warm.run({**request, "folder": str(streams), "cwd": str(self.folder)})
        return Done(status, (streams / "out").read_text(), (streams / "err").read_text())

    def say(self, *arguments: str, **env: str) -> str:
        """Run a command that succeeds, and give what it says."""
        done = self.run(*arguments, **env)
        assert (done.returncode, done.stderr) == (0, ""), done
        return done.stdout

    def read(self, *arguments: str) -> Any:
        """Run a command with ``--json``, and give what it prints."""
        return json.loads(self.say(*arguments, "--json"))

    def refuse(self, *arguments: str, status: int = 1, text: str = "") -> str:
        """Run a command that fails, and give its error: a sentence and no traceback."""
        done = self.run(*arguments, text=text)
        assert (done.returncode, done.stdout) == (status, ""), done
        assert "Traceback" not in done.stderr
        return done.stderr


@pytest.fixture(scope="session")
def warm() -> Iterator[Warm]:
    process = Warm()
    yield process
    process.close()


@pytest.fixture
def bare(warm: Warm, tmp_path: Path) -> Installation:
    """Nothing is set."""
    return Installation(warm, tmp_path)


@pytest.fixture
def seatkeeper(warm: Warm, database_url: str, tmp_path: Path) -> Installation:
    env = {"DATABASE_URL": database_url, "SEATKEEPER_SECRET_KEY": KEY, "CRM_TOKEN": "hunter2", "TZ": "Asia/Tokyo"}
    return Installation(warm, tmp_path, env)
