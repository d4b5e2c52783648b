"""The connectors keep their promises while a database, or the way to it, goes wrong."""

import pytest

from lab.mariadb import MariaDB
from lab.postgres import Postgres
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.connectors.sql.users.settings import UserSettings
from seatkeeper.spi.settings import validate_settings
from seatkeeper.spi.testing import FaultCheck, FaultHarness, each_fault_check, run_fault_check
from tests.connectors.sql import test_tables_conformance as tables
from tests.connectors.sql import test_users_conformance as users
from tests.connectors.sql.keepers import MARIADB_KEEPER, MariaDBWitness, keeper_of_mariadb
from tests.connectors.sql.servers import PostgresCompany, settings_of

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("database-users")]


@each_fault_check()
async def test_tables_in_postgresql(
    check: FaultCheck, in_postgres: PostgresCompany, postgres_server: Postgres
) -> None:
    given = FaultHarness(
        tables.harness(in_postgres),
        "127.0.0.1",
        postgres_server.port,
        lambda port: validate_settings(
            TableSettings, settings_of(in_postgres, url=in_postgres.away(port), timeout=1, connections=1)
        ),
    )
    await run_fault_check(check, given)


@each_fault_check()
async def test_users_of_mariadb(check: FaultCheck, mariadb_server: MariaDB) -> None:
    mariadb_server.run(MARIADB_KEEPER)
    keeper = keeper_of_mariadb(mariadb_server)
    given = FaultHarness(
        users.harness(keeper, MariaDBWitness(mariadb_server)),
        "127.0.0.1",
        mariadb_server.port,
        lambda port: validate_settings(
            UserSettings, {**keeper, "url": f"mariadb://127.0.0.1:{port}/mysql", "timeout": 1}
        ),
    )
    await run_fault_check(check, given)
