"""A MariaDB as a process of its own, with TLS, and a reader and writer of it as root."""

import hashlib
import os
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pymysql
from pymysql.constants import CLIENT

from lab.certificates import Authority
from lab.processes import ROOT, Command, Server, free_port

_SERVER, _INSTALL = "/usr/sbin/mariadbd", "/usr/bin/mariadb-install-db"
_OPTIONS = (
    "--skip-log-bin",
    "--skip-name-resolve",
    "--performance-schema=OFF",
    "--bind-address=127.0.0.1",
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=8M",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-fast-shutdown=2",
    "--key-buffer-size=1M",
    "--aria-pagecache-buffer-size=1M",
)


class MariaDB:
    """A running server below ``folder``; stopping and starting it keeps data and port."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.ca_file, self.stranger_ca_file = folder / "ca.pem", folder / "stranger-ca.pem"
        self._server: Server | None = None

    def start(self) -> None:
        """Start, and wait until it answers a query."""
        arguments = [
            *(_SERVER, "--no-defaults", f"--datadir={self.folder / 'data'}", f"--port={self.port}", *_OPTIONS),
            f"--socket={self.folder / 'socket'}",
            f"--pid-file={self.folder / 'pid'}",
            f"--ssl-cert={self.folder / 'server.pem'}",
            f"--ssl-key={self.folder / 'server-key.pem'}",
            *_as_whom(),
        ]
        self._server = Server(Command(arguments, self.folder / "mariadb.log", cwd=self.folder))
        self._server.wait_until(self._answers)

    def stop(self) -> None:
        """End it at once; harmless when it is not running."""
        if self._server is not None:
            self._server.kill()
            self._server = None

    def freeze(self) -> None:
        """Let it answer nobody, with every connection open, until ``thaw``."""
        assert self._server is not None
        os.kill(self._server.child.pid, signal.SIGSTOP)
        os.waitid(os.P_PID, self._server.child.pid, os.WSTOPPED | os.WNOWAIT)

    def thaw(self) -> None:
        """Let it go on where it was."""
        assert self._server is not None
        os.kill(self._server.child.pid, signal.SIGCONT)

    def url(self, database: str) -> str:
        """Give the address of a database, without who signs in."""
        return f"mariadb://127.0.0.1:{self.port}/{database}"

    @contextmanager
    def connected(self, database: str | None = None) -> Iterator["pymysql.Connection[Any]"]:
        """Give root's own connection, over the socket, which commits at once."""
        connection = pymysql.connect(
            unix_socket=str(self.folder / "socket"),
            user="root",
            database=database,
            autocommit=True,
            client_flag=CLIENT.MULTI_STATEMENTS,
        )
        with closing(connection):
            yield connection

    def run(self, script: str, database: str | None = None) -> None:
        """Carry statements out behind our back, as root."""
        with self.connected(database) as connection, connection.cursor() as cursor:
            cursor.execute(script)
            while cursor.nextset():
                pass

    def rows(self, query: str, *values: object, database: str | None = None) -> Sequence[tuple[Any, ...]]:
        """Read as root; values stand in the query as ``%s``."""
        with self.connected(database) as connection, connection.cursor() as cursor:
            cursor.execute(query, values or None)
            return list(cursor.fetchall())

    @contextmanager
    def database(self) -> Iterator[str]:
        """Make a database for the length of a block, and give its name."""
        name = f"app_{secrets.token_hex(4)}"
        self.run(f"CREATE DATABASE {name} CHARACTER SET utf8mb4")
        yield name
        self.run(f"DROP DATABASE {name}")

    def _answers(self) -> bool:
        if not (self.folder / "pid").exists():  # PyMySQL leaves its socket open where nobody answers yet
            return False
        try:
            return list(self.rows("SELECT 1")) == [(1,)]
        except pymysql.OperationalError:
            return False


@contextmanager
def running_mariadb() -> Iterator[MariaDB]:
    """Run a fresh server for the length of a block."""
    folder = Path(tempfile.mkdtemp(prefix="lab-mariadb-"))
    try:
        shutil.copytree(_template(), folder, dirs_exist_ok=True)
        server = MariaDB(folder)
        server.start()
        try:
            yield server
        finally:
            server.stop()
    finally:
        shutil.rmtree(folder)


def _template() -> Path:
    """Find the provisioned folder that every server is a copy of, or make it: once for each change of it."""
    version = subprocess.run([_SERVER, "--version"], capture_output=True, check=True, timeout=60).stdout
    mark = hashlib.sha256(version + Path(__file__).read_bytes()).hexdigest()[:12]
    ready = ROOT / ".cache" / f"mariadb-{mark}"
    if not ready.exists():
        ready.parent.mkdir(exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix="mariadb-", dir=ready.parent))
        _provision(fresh)
        try:
            fresh.rename(ready)
        except OSError:  # another process was faster, and its copy is as good
            shutil.rmtree(fresh)
    return ready


def _provision(folder: Path) -> None:
    command = [
        _INSTALL,
        "--no-defaults",
        f"--datadir={folder / 'data'}",
        "--auth-root-authentication-method=normal",
    ]
    more = ["--skip-test-db", "--skip-name-resolve", "--innodb-log-file-size=8M", *_as_whom()]
    subprocess.run([*command, *more], check=True, timeout=60, stdout=subprocess.DEVNULL)
    authority = Authority("lab")
    authority.write(folder / "ca.pem")
    Authority("stranger").write(folder / "stranger-ca.pem")
    authority.issue(folder / "server.pem", folder / "server-key.pem")


def _as_whom() -> list[str]:
    """MariaDB runs as root only when that is said."""
    return ["--user=root"] if os.geteuid() == 0 else []
