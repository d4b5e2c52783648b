"""Table mode keeps every promise of the SPI with real databases."""

import pytest

from lab.processes import free_port
from seatkeeper.connectors.sql import connector
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.values import Attributes
from seatkeeper.spi.settings import validate_settings
from seatkeeper.spi.testing import CHECKS, Check, Harness, each_check, run_check
from tests.connectors.sql.company import ROLES
from tests.connectors.sql.servers import Company, MariaDBCompany, PostgresCompany, SQLiteCompany, settings_of
from tests.connectors.sql.witnesses import TableWitness

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("sql")]


def person(stem: str) -> Attributes:
    """Make somebody whose name means something to SQL."""
    return {
        "login": f"{stem}'o\"brien\\@example.org",
        "email": f"{stem}@example.org",
        "full name": f"Zoë {stem}'); DROP TABLE people; --",
        "order": f"%s :login {stem} %(x)s ${{x}}",
        "department": "R&D 😀",
        "level": 7,
        "admin": True,
        "starts": "2026-09-01",
        "password_hash": f"$2b$12${stem}",
        "country": "GB",
    }


CHANGES: Attributes = {
    "full name": "Zo'ë",
    "level": 8,
    "admin": False,
    "department": "`Ops`",
    "country": "DE",
}


def harness(company: Company, **other: object) -> Harness:
    """Put the suite's harness together."""

    def settings(**more: object) -> TableSettings:
        return validate_settings(TableSettings, settings_of(company, **other, **more))

    return Harness(
        connector=connector,
        settings=settings(),
        wrong_credentials=settings(**company.wrong),
        away=settings(url=company.away(free_port())),
        witness=TableWitness(company),
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


WITHOUT_CREDENTIALS = [check for check in CHECKS if check.name != "wrong_credentials_are_refused"]


@pytest.mark.parametrize("check", WITHOUT_CREDENTIALS, ids=lambda check: check.name)
async def test_sqlite(check: Check, in_sqlite: SQLiteCompany) -> None:
    await run_check(check, harness(in_sqlite))
