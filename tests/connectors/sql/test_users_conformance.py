"""Users of real database servers are administered by every promise of the SPI, with no superuser."""

from collections.abc import Iterator
from typing import Any

import pytest

from lab.mariadb import MariaDB
from lab.postgres import WHEEL, Postgres, running_postgres
from lab.processes import free_port
from seatkeeper.connectors.sql.users import connector
from seatkeeper.connectors.sql.users.settings import UserSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.values import Attributes
from seatkeeper.spi.settings import validate_settings
from seatkeeper.spi.testing import Check, Harness, Witness, each_check, run_check
from tests.connectors.sql.keepers import (
    MARIADB_KEEPER,
    POSTGRES_KEEPER,
    ROLES,
    MariaDBWitness,
    PostgresWitness,
    keeper_of_mariadb,
    keeper_of_postgres,
)

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("database-users")]


@pytest.fixture(scope="module")
def old_postgres(postgres_server: Postgres) -> Postgres:
    postgres_server.run(POSTGRES_KEEPER)
    return postgres_server


@pytest.fixture(scope="module")
def new_postgres() -> Iterator[Postgres]:
    with running_postgres(WHEEL) as server:
        server.run(POSTGRES_KEEPER)
        yield server


@pytest.fixture(scope="module")
def mariadb(mariadb_server: MariaDB) -> MariaDB:
    mariadb_server.run(MARIADB_KEEPER)
    return mariadb_server


def person_of_postgres(stem: str) -> Attributes:
    return {
        "username": f"{stem}'o\"brien%s; --\\ Zoë",
        "comment": f"Zoë {stem}'); DROP ROLE postgres; -- %(x)s :y \\",
    }


def person_of_mariadb(stem: str) -> Attributes:
    return {"username": f"{stem}'o\"brien%s; --\\ Zoë"}


def harness(given: dict[str, Any], witness: Witness) -> Harness:
    """Put the suite's harness together."""
    scheme = str(given["url"]).partition(":")[0]

    def settings(**other: object) -> UserSettings:
        return validate_settings(UserSettings, {**given, **other})

    return Harness(
        connector=connector,
        settings=settings(),
        wrong_credentials=settings(password="wrong"),
        away=settings(url=f"{scheme}://127.0.0.1:{free_port()}/mysql"),
        witness=witness,
        person=person_of_postgres if scheme == "postgresql" else person_of_mariadb,
        changes={"comment": "it's `new`\n%"},
        emptied="comment",
        entitlements=tuple(Entitlement("role", each) for each in ROLES),
    )


@each_check()
async def test_postgresql_15(check: Check, old_postgres: Postgres) -> None:
    await run_check(check, harness(keeper_of_postgres(old_postgres), PostgresWitness(old_postgres)))


@each_check()
async def test_postgresql_18(check: Check, new_postgres: Postgres) -> None:
    await run_check(check, harness(keeper_of_postgres(new_postgres), PostgresWitness(new_postgres)))


@each_check()
async def test_mariadb(check: Check, mariadb: MariaDB) -> None:
    await run_check(check, harness(keeper_of_mariadb(mariadb), MariaDBWitness(mariadb)))
