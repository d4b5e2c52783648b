"""A process with every command imported, which forks for each that is to be run.

Importing what a command stands on takes a second of CPU, running it a tenth: the tests would mostly import.
``test_installed.py`` runs the installed command itself.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any, NoReturn

from lab.processes import ROOT
from seatkeeper.cli.main import COMMANDS, load_command, run
from seatkeeper.engine.registry import find_connectors


class Warm:
    """The other side: ask it to run a command, one at a time."""

    def __init__(self) -> None:
        self._child = subprocess.Popen(
            [sys.executable, "-m", "tests.cli.warm"],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def run(self, request: dict[str, Any]) -> int:
        """Run ``arguments`` with ``env`` in ``folder``, where ``in``, ``out`` and ``err`` are its streams."""
        assert self._child.stdin is not None
        assert self._child.stdout is not None
        self._child.stdin.write(json.dumps(request) + "\n")
        self._child.stdin.flush()
        return int(self._child.stdout.readline())

    def close(self) -> None:
        """End it."""
        self._child.communicate()


def serve() -> None:
    """Fork for each request on standard input, and answer with the exit status."""
    for name, offer in COMMANDS.items():
        load_command(name, offer.module)
    list(find_connectors())
    for line in sys.stdin:
        child = os.fork()
        if child == 0:
            _become(json.loads(line))
        _, status = os.waitpid(child, 0)
        sys.stdout.write(f"{os.waitstatus_to_exitcode(status)}\n")
        sys.stdout.flush()


def _become(request: dict[str, Any]) -> NoReturn:
    folder = Path(request["folder"])
    for number, (name, flags) in enumerate(
        [
            ("in", os.O_RDONLY),
            ("out", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
            ("err", os.O_WRONLY | os.O_CREAT | os.O_TRUNC),
        ]
    ):
        os.dup2(os.open(folder / name, flags, 0o600), number)
    os.environ.clear()
    os.environ.update(request["env"])
    time.tzset()
    os.chdir(request["cwd"])
    sys.stdin = open(0)  # noqa: SIM115 - the old one has read ahead
    status: object = 1
    try:
        run(request["arguments"])
    except SystemExit as ended:
        status = ended.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        os._exit(status if isinstance(status, int) else 0)


if __name__ == "__main__":
    serve()
