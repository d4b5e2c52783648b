"""Statement mode keeps every promise of the SPI with real databases."""

import pytest

from lab.processes import free_port
from seatkeeper.connectors.sql import connector
from seatkeeper.connectors.sql.settings import DatabaseSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.spi.documents import load_document
from seatkeeper.spi.settings import validate_settings
from seatkeeper.spi.testing import Check, Harness, Witnessed, each_check, run_check
from tests.connectors.sql.behaviours import behaviour
from tests.connectors.sql.company import ROLES
from tests.connectors.sql.servers import Company, MariaDBCompany, PostgresCompany, SQLiteCompany
from tests.connectors.sql.test_tables_conformance import WITHOUT_CREDENTIALS

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("sql")]


def person(stem: str) -> Attributes:
    """Make somebody whose name means something to SQL."""
    return {
        "userName": f"{stem}'o\"brien\\@example.org",
        "email": f"{stem}@example.org",
        "fullName": f"Zoë {stem}'); DROP TABLE people; --",
        "hobby": f"%s :login {stem} %(x)s",
        "department": "R&D 😀",
        "level": 7,
        "admin": True,
        "starts": "2026-09-01",
        "password": f"$2b$12${stem}",
        "country": "GB",
    }


CHANGES: Attributes = {"fullName": "Zo'ë", "level": 8, "admin": False, "department": "`Ops`", "country": "DE"}


class StatementWitness:
    """Reads people by a driver alone."""

    def __init__(self, company: Company) -> None:
        self._company = company

    async def find_accounts(self, name: str) -> list[Witnessed]:
        query = "SELECT id, status, email, department, level, country FROM people WHERE login = %s"
        return [
            Witnessed(
                Uid(str(own)),
                status == "active",
                {"userName": name, "email": email, "department": department, "level": level, "country": country},
            )
            for own, status, email, department, level, country in self._company.rows(query, name)
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:  # noqa: ARG002 - it has none
        return None


def harness(company: Company) -> Harness:
    """Put the suite's harness together."""
    assert connector.adapt is not None

    def settings(**other: object) -> DatabaseSettings:
        return validate_settings(DatabaseSettings, {**company.connection, **other})

    return Harness(
        connector=connector.adapt(load_document(behaviour(company.dialect))),
        settings=settings(),
        wrong_credentials=settings(**company.wrong),
        away=settings(url=company.away(free_port())),
        witness=StatementWitness(company),
        person=person,
        changes=CHANGES,
        emptied="department",
        entitlements=tuple(Entitlement("role", name) for name in ROLES),
    )


@each_check()
async def test_postgresql(check: Check, in_postgres: PostgresCompany) -> None:
    await run_check(check, harness(in_postgres))


@each_check()
async def test_mariadb(check: Check, in_mariadb: MariaDBCompany) -> None:
    await run_check(check, harness(in_mariadb))


@pytest.mark.parametrize("check", WITHOUT_CREDENTIALS, ids=lambda check: check.name)
async def test_sqlite(check: Check, in_sqlite: SQLiteCompany) -> None:
    await run_check(check, harness(in_sqlite))
