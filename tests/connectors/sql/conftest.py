"""One server of each kind for this package, and a database with the company's tables for each module."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.mariadb import MariaDB, running_mariadb
from lab.postgres import Postgres, running_postgres
from seatkeeper.spi.places import allow_files_below
from tests.connectors.sql.servers import (
    MAKE_SERVICE_ACCOUNT,
    MariaDBCompany,
    PostgresCompany,
    SQLiteCompany,
    mariadb_company,
    postgres_company,
    sqlite_company,
)


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[Postgres]:
    with running_postgres() as server:
        server.run(MAKE_SERVICE_ACCOUNT["postgresql"])
        yield server


@pytest.fixture(scope="session")
def mariadb_server() -> Iterator[MariaDB]:
    with running_mariadb() as server:
        server.run(MAKE_SERVICE_ACCOUNT["mariadb"])
        yield server


@pytest.fixture(scope="module")
def in_postgres(postgres_server: Postgres) -> Iterator[PostgresCompany]:
    with postgres_company(postgres_server) as company:
        yield company


@pytest.fixture(scope="module")
def in_mariadb(mariadb_server: MariaDB) -> Iterator[MariaDBCompany]:
    with mariadb_company(mariadb_server) as company:
        yield company


@pytest.fixture(scope="module")
def in_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SQLiteCompany]:
    folder: Path = tmp_path_factory.mktemp("sqlite")
    allow_files_below(folder)
    with sqlite_company(folder) as company:
        yield company
    allow_files_below(None)
