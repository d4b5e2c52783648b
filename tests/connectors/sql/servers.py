"""The company's tables in each kind of database, with a service account that may do just what it needs."""

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Protocol

from lab.mariadb import MariaDB
from lab.postgres import Postgres
from tests.connectors.sql.company import SETTINGS, tables

SERVICE_ACCOUNT, PASSWORD = "seatkeeper", "service-password"


class Company(Protocol):
    """One database with the company's tables."""

    dialect: str

    @property
    def connection(self) -> dict[str, Any]:
        """The settings that reach it."""
        ...

    @property
    def wrong(self) -> dict[str, Any]:
        """The settings that differ where the service account is refused."""
        ...

    def away(self, port: int) -> str:
        """The address of the same where nothing listens."""
        ...

    def run(self, script: str) -> None:
        """Change it behind our back."""
        ...

    def rows(self, query: str, *values: object) -> Sequence[tuple[Any, ...]]:
        """Read it by other means than the connector. Values stand in the query as %s."""
        ...


def settings_of(company: Company, **other: Any) -> dict[str, Any]:
    """Give settings for table mode."""
    return {**SETTINGS, **company.connection, **other}


class PostgresCompany:
    dialect = "postgresql"

    def __init__(self, server: Postgres, database: str) -> None:
        self.server, self.database = server, database
        self.connection: dict[str, Any] = {
            "url": server.url(database),
            "username": SERVICE_ACCOUNT,
            "password": PASSWORD,
            "ca_file": str(server.ca_file),
        }
        self.wrong: dict[str, Any] = {"password": "wrong"}

    def away(self, port: int) -> str:
        return f"postgresql://127.0.0.1:{port}/{self.database}"

    def run(self, script: str) -> None:
        self.server.run(script, self.database)

    def rows(self, query: str, *values: object) -> Sequence[tuple[Any, ...]]:
        return self.server.rows(query, *values, database=self.database)


class MariaDBCompany:
    dialect = "mariadb"

    def __init__(self, server: MariaDB, database: str) -> None:
        self.server, self.database = server, database
        self.connection: dict[str, Any] = {
            "url": server.url(database),
            "username": SERVICE_ACCOUNT,
            "password": PASSWORD,
            "ca_file": str(server.ca_file),
        }
        self.wrong: dict[str, Any] = {"password": "wrong"}

    def away(self, port: int) -> str:
        return f"mariadb://127.0.0.1:{port}/{self.database}"

    def run(self, script: str) -> None:
        self.server.run(f"SET sql_mode = CONCAT(@@sql_mode, ',ANSI_QUOTES'); {script}", self.database)

    def rows(self, query: str, *values: object) -> Sequence[tuple[Any, ...]]:
        return self.server.rows(query.replace('"', "`"), *values, database=self.database)


class SQLiteCompany:
    dialect = "sqlite"

    def __init__(self, path: Path) -> None:
        self.path = path
        self.connection: dict[str, Any] = {"url": f"sqlite:///{path.name}"}
        self.wrong: dict[str, Any] = {}

    def away(self, port: int) -> str:
        return f"sqlite:///nowhere-{port}.db"

    def run(self, script: str) -> None:
        with closing(sqlite3.connect(self.path)) as connection, connection:
            connection.executescript(script)

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Be about to write, for the length of a block."""
        with closing(sqlite3.connect(self.path, isolation_level=None)) as connection:
            connection.execute("BEGIN IMMEDIATE")
            yield

    def rows(self, query: str, *values: object) -> Sequence[tuple[Any, ...]]:
        with closing(sqlite3.connect(self.path)) as connection:
            return connection.execute(query.replace("%s", "?"), values).fetchall()


@contextmanager
def postgres_company(server: Postgres) -> Iterator[PostgresCompany]:
    with server.database() as database:
        company = PostgresCompany(server, database)
        company.run(tables("postgresql") + _POSTGRES_GRANTS)
        yield company
        company.run(f"DROP OWNED BY {SERVICE_ACCOUNT}")


@contextmanager
def mariadb_company(server: MariaDB) -> Iterator[MariaDBCompany]:
    with server.database() as database:
        company = MariaDBCompany(server, database)
        company.run(tables("mariadb") + _MARIADB_GRANTS)
        yield company


@contextmanager
def sqlite_company(folder: Path) -> Iterator[SQLiteCompany]:
    company = SQLiteCompany(folder / "company.db")
    company.run(tables("sqlite"))
    yield company


MAKE_SERVICE_ACCOUNT = {
    "postgresql": f"CREATE ROLE {SERVICE_ACCOUNT} LOGIN PASSWORD '{PASSWORD}'",
    "mariadb": f"CREATE USER {SERVICE_ACCOUNT}@'127.0.0.1' IDENTIFIED BY '{PASSWORD}' REQUIRE SSL",
}

# What docs/connectors/sql.md tells administrators to grant.
_POSTGRES_GRANTS = f"""
GRANT SELECT, INSERT, UPDATE, DELETE ON people, teams TO {SERVICE_ACCOUNT};
GRANT SELECT ON roles TO {SERVICE_ACCOUNT};
GRANT SELECT, INSERT, DELETE ON people_roles, team_members TO {SERVICE_ACCOUNT};
GRANT USAGE ON SEQUENCE people_id_seq, teams_id_seq TO {SERVICE_ACCOUNT};
"""
_MARIADB_GRANTS = f"""
GRANT SELECT, INSERT, UPDATE, DELETE ON people TO {SERVICE_ACCOUNT}@'127.0.0.1';
GRANT SELECT, INSERT, UPDATE, DELETE ON teams TO {SERVICE_ACCOUNT}@'127.0.0.1';
GRANT SELECT ON roles TO {SERVICE_ACCOUNT}@'127.0.0.1';
GRANT SELECT, INSERT, DELETE ON people_roles TO {SERVICE_ACCOUNT}@'127.0.0.1';
GRANT SELECT, INSERT, DELETE ON team_members TO {SERVICE_ACCOUNT}@'127.0.0.1';
"""
