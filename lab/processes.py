"""Starting a server as a child process, waiting for a real answer, and ending its whole process group."""

import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).parent.parent
APPS = ROOT / ".apps"
"""Where ``scripts/install-apps`` puts applications: a virtual environment or npm folder for each."""


def free_port() -> int:
    """Find a TCP port on 127.0.0.1 nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@dataclass(frozen=True, slots=True)
class Command:
    """What to run; ``log`` receives everything it prints."""

    arguments: Sequence[str | Path]
    log: Path
    env: Mapping[str, str] = field(default_factory=dict)
    cwd: Path | None = None


class DiedEarlyError(RuntimeError):
    """A server ended, or never answered; the message holds the end of its log."""


class Server:
    """A running child with its own process group."""

    def __init__(self, command: Command) -> None:
        self.command = command
        with command.log.open("ab") as log:
            self.child = subprocess.Popen(
                [str(part) for part in command.arguments],
                stdout=log,
                stderr=subprocess.STDOUT,
                stdin=subprocess.DEVNULL,
                env={**os.environ, **command.env},
                cwd=command.cwd,
                start_new_session=True,
            )

    def wait_until(self, answers: Callable[[], bool], patience: float = 60.0) -> None:
        """Wait for a real answer: a port may listen long before the application behind it works."""
        deadline = time.monotonic() + patience
        while not answers():
            if self.child.poll() is not None:
                raise DiedEarlyError(f"ended with {self.child.returncode}: {self.log_tail()}")
            if time.monotonic() > deadline:
                self.stop()
                raise DiedEarlyError(f"no answer after {patience:.0f} s: {self.log_tail()}")
            time.sleep(0.02)

    def log_tail(self) -> str:
        """Return the last lines the server printed."""
        return "\n".join(self.command.log.read_text(errors="replace").splitlines()[-30:])

    def stop(self, patience: float = 10.0) -> int:
        """Ask the whole group to end, insist after a while, and return the child's exit status."""
        self._signal(signal.SIGTERM)
        try:
            self.child.wait(patience)
        except subprocess.TimeoutExpired:
            self.kill()
        self._signal(signal.SIGKILL)
        return self.child.returncode

    def kill(self) -> None:
        """End the whole group at once, as a crash would."""
        self._signal(signal.SIGKILL)
        self.child.wait()

    def _signal(self, number: signal.Signals) -> None:
        try:
            os.killpg(self.child.pid, number)
        except ProcessLookupError:
            return


@contextmanager
def running(command: Command, answers: Callable[[], bool], patience: float = 60.0) -> Iterator[Server]:
    """Run a server for the length of a block."""
    server = Server(command)
    try:
        server.wait_until(answers, patience)
        yield server
    finally:
        server.stop()
