"""Addresses of databases: which dialect, which driver, and where."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import ArgumentError


@dataclass(frozen=True, slots=True)
class Driver:
    """How a dialect is spoken."""

    name: str
    """As SQLAlchemy calls dialect and driver, such as ``postgresql+psycopg``."""
    port: int | None = None
    is_async: bool = True


POSTGRESQL, MARIADB, SQLITE = "postgresql", "mariadb", "sqlite"

_DRIVERS: Mapping[str, tuple[str, Driver]] = {
    "postgresql": (POSTGRESQL, Driver("postgresql+psycopg", 5432)),
    "postgres": (POSTGRESQL, Driver("postgresql+psycopg", 5432)),
    "mariadb": (MARIADB, Driver("mariadb+pymysql", 3306, is_async=False)),
    "mysql": (MARIADB, Driver("mysql+pymysql", 3306, is_async=False)),
    "sqlite": (SQLITE, Driver("sqlite+pysqlite", is_async=False)),
}


@dataclass(frozen=True, slots=True)
class Address:
    """One database. ``dialect`` is the family: MySQL counts as MariaDB here."""

    url: URL
    dialect: str
    driver: Driver

    @property
    def is_file(self) -> bool:
        """There is no server, and nobody to sign in as."""
        return self.dialect == SQLITE

    @property
    def host(self) -> str | None:
        """The server, where there is one."""
        return self.url.host

    @property
    def port(self) -> int | None:
        """The port, where one is known."""
        return self.url.port or self.driver.port

    def __str__(self) -> str:
        return self.url.set(username=None, password=None, query={}).render_as_string(hide_password=True)


@lru_cache(maxsize=256)
def parse_address(text: str) -> Address:
    """Read an address. Raises ``ValueError``, which never repeats it: it may hold a password."""
    try:
        url = make_url(text)
    except (ArgumentError, ValueError):
        raise ValueError("write it like postgresql://host/database") from None
    if url.username or url.password:
        raise ValueError("leave user and password out: they have settings of their own")
    known = _DRIVERS.get(url.drivername)
    if known is None:
        # Any dialect SQLAlchemy has a driver for, in threads; docs/connectors/sql.md says what that means.
        return Address(url, url.get_backend_name(), Driver(url.drivername, is_async=False))
    dialect, driver = known
    if url.query:
        raise ValueError("nothing may follow the name of the database")
    if not url.database:
        raise ValueError("name the database, as in postgresql://host/database")
    if dialect != SQLITE and not url.host:
        raise ValueError("name the host, as in postgresql://host/database")
    return Address(url, dialect, driver)
