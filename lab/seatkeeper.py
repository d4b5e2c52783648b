"""An installed Seatkeeper as processes: a web process on a free port, and as many workers as wanted."""

import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import httpx

from lab.processes import ROOT, Command, Server, free_port
from seatkeeper.store.sealing import make_key

QUICK = {
    "SEATKEEPER_HEARTBEAT_INTERVAL": "0.5",
    "SEATKEEPER_STALLED_AFTER": "2",
    "SEATKEEPER_SWEEP_INTERVAL": "1",
}
"""Settings for tests that wait for a sweep, or for a worker to be missed."""

_STOP_DATABASE = (
    "import pathlib, sys; from seatkeeper.store.embedded import start_embedded as s; s(pathlib.Path(sys.argv[1]))"
)


class Seatkeeper:
    """One installation. Logs, and the data unless there is a ``database_url``, are kept in ``directory``.

    Every process and every ``command`` is given the same settings: those of ``env``, over a key and a port.
    """

    def __init__(
        self, directory: Path, database_url: str | None = None, *, env: Mapping[str, str] | None = None
    ) -> None:
        self.directory = directory
        self.data = directory / "data"
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        where = {"DATABASE_URL": database_url, "SEATKEEPER_SECRET_KEY": make_key()} if database_url else {}
        self.env = {
            "DATABASE_URL": "",
            "SEATKEEPER_DATA_DIR": str(self.data),
            "SEATKEEPER_PORT": str(self.port),
            "SEATKEEPER_ALLOWED_NETWORKS": "127.0.0.0/8, ::1",
            **where,
            **(env or {}),
        }
        self.web: Server | None = None
        self.workers: list[Server] = []
        self._started = 0
        directory.mkdir(parents=True, exist_ok=True)

    def start(self, workers: int = 1) -> None:
        """Start a web process and workers, and wait until each of them is ready."""
        self.start_web()
        for _ in range(workers):
            self.start_worker()

    def start_web(self) -> Server:
        """Start the web process, on the same port as ever."""
        self.web = self._start("web")
        self.web.wait_until(self.is_ready)
        return self.web

    def start_serve(self) -> Server:
        """Start web and worker with one command."""
        self.web = self._start("serve")
        self.web.wait_until(self.is_ready)
        return self.web

    def start_worker(self) -> Server:
        """Start one more worker."""
        worker = self._start("worker")
        self.workers.append(worker)
        worker.wait_until(lambda: "worker.started" in worker.command.log.read_text())
        return worker

    def is_ready(self) -> bool:
        """Ask the web process whether it can answer."""
        try:
            return httpx.get(f"{self.url}/readyz", timeout=10, verify=False).status_code == httpx.codes.OK
        except httpx.TransportError:
            return False

    def embedded_url(self) -> str:
        """Find the running embedded PostgreSQL's address, without becoming one of those that keep it running."""
        socket_folder = (self.data / "postgres/postmaster.pid").read_text().splitlines()[4]
        return f"postgresql://postgres@/seatkeeper?host={socket_folder}"

    def command(self, *arguments: str, check: bool = True) -> "subprocess.CompletedProcess[str]":
        """Run ``seatkeeper`` with these arguments to its end."""
        return subprocess.run(
            [sys.executable, "-m", "seatkeeper", *arguments],
            env={**os.environ, **self.env},
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=120,
            check=check,
        )

    def stop(self) -> list[int]:
        """Ask every process to end, and return their exit statuses: web, then workers."""
        return [server.stop() for server in self._running()]

    def kill(self) -> None:
        """End every process at once, as a crash would."""
        for server in self._running():
            server.kill()

    def close(self) -> None:
        """Stop everything, the embedded PostgreSQL too where a process was killed and could not."""
        self.stop()
        if (self.data / "postgres/postmaster.pid").exists():
            subprocess.run([sys.executable, "-c", _STOP_DATABASE, str(self.data / "postgres")], check=True)

    def _running(self) -> list[Server]:
        return [server for server in (self.web, *self.workers) if server is not None]

    def _start(self, name: str) -> Server:
        self._started += 1
        log = self.directory / f"{name}-{self._started}.log"
        return Server(Command([sys.executable, "-m", "seatkeeper", name], log, self.env, ROOT))


@contextmanager
def running_seatkeeper(
    directory: Path,
    database_url: str | None = None,
    *,
    workers: int = 1,
    env: Mapping[str, str] | None = None,
) -> Iterator[Seatkeeper]:
    """Run web and workers for the length of a block."""
    seatkeeper = Seatkeeper(directory, database_url, env=env)
    try:
        seatkeeper.start(workers)
        yield seatkeeper
    finally:
        seatkeeper.close()
