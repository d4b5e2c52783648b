"""The PostgreSQL of its own starts after whatever happened to it, and stops with its last user."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

_USE = (
    "import sys; from pathlib import Path; from seatkeeper.store.embedded import start_embedded;"
    " start_embedded(Path(sys.argv[1])); print('started', flush=True); sys.stdin.read()"
)


@contextmanager
def _used(directory: Path) -> Iterator["subprocess.Popen[str]"]:
    """Use the server in another process until the block ends."""
    arguments = [sys.executable, "-c", _USE, str(directory)]
    with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as user:
        assert user.stdout is not None
        assert user.stdout.readline() == "started\n"
        yield user


@pytest.mark.slow
def test_a_user_that_was_killed_does_not_keep_the_server_running(directory: Path) -> None:
    with _used(directory):
        with _used(directory) as victim:
            victim.kill()
        assert (directory / "postmaster.pid").exists()
    assert not (directory / "postmaster.pid").exists()


@pytest.mark.slow
def test_it_starts_although_a_stale_pid_names_a_process_that_lives(directory: Path) -> None:
    with _used(directory):
        lines = (directory / "postmaster.pid").read_text().splitlines()
    (directory / "postmaster.pid").write_text("\n".join([str(os.getpid()), *lines[1:]]) + "\n")
    with _used(directory):
        assert not (directory / "postmaster.pid").read_text().startswith(f"{os.getpid()}\n")
    assert not (directory / "postmaster.pid").exists()
