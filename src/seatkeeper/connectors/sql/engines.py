"""Engines: what SQLAlchemy needs to be told of each dialect and its driver."""

import importlib.util
import socket
import sqlite3
import ssl
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError, NoSuchModuleError

from seatkeeper.connectors.sql.addresses import MARIADB, SQLITE, Address
from seatkeeper.connectors.sql.settings import DatabaseSettings
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.places import files_root

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncEngine

READS = "seatkeeper_reads"
"""The execution option of a transaction that changes nothing."""

_STRICT = "SET SESSION sql_mode = CONCAT(@@sql_mode, ',STRICT_ALL_TABLES')"
"""MariaDB would otherwise cut a value that is too long, and say nothing."""
_TRUSTED = Path(ssl.get_default_verify_paths().cafile or ssl.get_default_verify_paths().openssl_cafile)


def open_async_engine(settings: DatabaseSettings, at: str | None = None) -> "AsyncEngine":
    """Make an engine for PostgreSQL, whose driver runs on the event loop; ``at`` is the host's checked address."""
    from sqlalchemy.ext.asyncio import create_async_engine  # noqa: PLC0415 - only who has a database loads it

    tls = {"sslmode": "disable"}
    if not settings.allow_plaintext:
        # Not the one "system" means to libpq, which is where the libpq of the wheel was built.
        trusted = settings.ca_file or (str(_TRUSTED) if _TRUSTED.exists() else "system")
        tls = {"sslmode": "verify-full", "sslrootcert": trusted}
    arguments = {"connect_timeout": _patience(settings), "application_name": "seatkeeper", **tls}
    if at is not None:
        arguments["hostaddr"] = at
    return create_async_engine(_url(settings), connect_args=arguments, **_options(settings))


def open_engine(settings: DatabaseSettings, at: str | None = None) -> sa.Engine:
    """Make an engine for threads. Raises ``RejectedError`` where the driver, or the file, is not to be had.

    Only with MariaDB and MySQL is ``at`` where it connects to; other drivers look the host up by themselves.
    """
    if settings.address.dialect == SQLITE:
        return _open_sqlite(settings)
    if settings.address.dialect == MARIADB:
        return _open_mariadb(settings, at)
    try:
        return sa.create_engine(_url(settings), **_options(settings))
    except (ModuleNotFoundError, NoSuchModuleError, ArgumentError) as error:
        told = f"There is no driver for {settings.address.driver.name}: {error}."
        remedy = "Install a SQLAlchemy driver for it beside Seatkeeper."
        raise RejectedError(told, ProblemCode.SETTINGS_INVALID, remedy=remedy) from None


def find_file(address: Address) -> Path:
    """Give the file of a SQLite address. Raises ``RejectedError`` where this installation does not allow it."""
    root = files_root().resolve()
    path = (root / str(address.url.database)).resolve()
    if not path.is_relative_to(root):
        told = "The file is outside the directory this installation allows."
        remedy = "Name it relative to SEATKEEPER_FILES_DIR."
        raise RejectedError(told, ProblemCode.SETTINGS_INVALID, remedy=remedy)
    return path


def _open_sqlite(settings: DatabaseSettings) -> sa.Engine:
    path = find_file(settings.address)

    def open_file() -> sqlite3.Connection:
        uri = f"file:{quote(str(path))}?mode=rw"  # a file that is not there is not made
        connection = sqlite3.connect(
            uri, uri=True, timeout=settings.timeout, isolation_level=None, check_same_thread=False
        )
        connection.execute("PRAGMA foreign_keys = ON")
        return connection

    engine = sa.create_engine("sqlite://", creator=open_file, poolclass=sa.QueuePool, **_options(settings))
    sa.event.listen(engine, "begin", _begin)
    return engine


def _begin(connection: sa.Connection) -> None:
    # One that reads first and writes then would be refused while another writes, without being waited for.
    reads = connection.get_execution_options().get(READS)
    connection.exec_driver_sql("BEGIN" if reads else "BEGIN IMMEDIATE")


def _open_mariadb(settings: DatabaseSettings, at: str | None) -> sa.Engine:
    if importlib.util.find_spec("pymysql") is None:
        told = "MariaDB and MySQL need the package PyMySQL, which is not installed."
        remedy = "Install it: pip install 'seatkeeper[sql]'."
        raise RejectedError(told, ProblemCode.SETTINGS_INVALID, remedy=remedy)
    import pymysql  # noqa: PLC0415 - an extra

    patience, host, port = _patience(settings), settings.address.host, settings.address.port or 0
    options: dict[str, Any] = {
        "host": host,
        "port": port,
        "user": settings.username,
        "password": "" if settings.password is None else settings.password.get_secret_value(),
        "database": settings.address.url.database,
        "charset": "utf8mb4",
        "client_flag": pymysql.constants.CLIENT.FOUND_ROWS,
        "connect_timeout": patience,
        "read_timeout": patience,
        "write_timeout": patience,
        "init_command": _STRICT,
        "ssl": None if settings.allow_plaintext else _trust(settings),
        "ssl_disabled": settings.allow_plaintext,
        "defer_connect": True,
    }

    def connect() -> Any:
        connection = pymysql.connect(**options)
        try:
            opened = socket.create_connection((at or host, port), patience)
        except OSError as error:
            raise pymysql.OperationalError(2003, error.strerror or "no answer") from None
        opened.settimeout(None)
        connection.connect(opened)  # to the address that was checked, whatever the name points to by now
        return connection

    return sa.create_engine(f"{settings.address.driver.name}://", creator=connect, **_options(settings))


def _trust(settings: DatabaseSettings) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError) as error:
        told = f"The CA file {settings.ca_file} cannot be used: {error.strerror or error}."
        raise RejectedError(told, ProblemCode.SETTINGS_INVALID) from None


def _patience(settings: DatabaseSettings) -> int:
    return max(1, round(settings.timeout))


def _options(settings: DatabaseSettings) -> dict[str, Any]:
    # What SQLAlchemy says of an error would otherwise repeat every value.
    return {"hide_parameters": True, "pool_size": settings.connections, "max_overflow": 0}


def _url(settings: DatabaseSettings) -> sa.URL:
    password = None if settings.password is None else settings.password.get_secret_value()
    name = settings.address.driver.name
    return settings.address.url.set(drivername=name, username=settings.username, password=password)
