"""What a database refuses is told by its kind, names the column or the permission, and gives no value away."""

from typing import Any

import pytest

from seatkeeper.connectors.sql.tables.sessions import connect
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.values import AttributeValue
from seatkeeper.spi.errors import AccountExistsError, ConnectorError, RejectedError, TransientError
from seatkeeper.spi.settings import validate_settings
from tests.connectors.sql.servers import (
    SERVICE_ACCOUNT,
    Company,
    MariaDBCompany,
    PostgresCompany,
    SQLiteCompany,
    settings_of,
)

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("sql")]


def ada(**other: AttributeValue | None) -> dict[str, AttributeValue | None]:
    return {"login": "ada", "email": "ada@example.org", "country": "GB", **other}


async def refused(call: Any) -> ConnectorError:
    with pytest.raises(ConnectorError) as caught:
        await call
    return caught.value


async def go_wrong(company: Company) -> None:
    """Run into everything a table can refuse, with the same words from every database."""
    async with connect(validate_settings(TableSettings, settings_of(company))) as opened:
        session: Any = opened
        uid = await session.create_account(ada())
        for wrong, names in (
            ({"login": "grace"}, "email"),
            ({"login": "grace", "email": "g@example.org", "country": None}, "country"),
            ({"login": "grace", "email": "g@example.org", "level": "seven"}, "level holds a whole number"),
            ({"login": "grace", "email": "g@example.org", "level": 2**70}, "level holds a whole number"),
            ({"login": "grace", "email": "g@example.org", "admin": "perhaps"}, "admin holds true or false"),
            ({"login": "grace", "email": "g@example.org", "nickname": "G"}, "nickname is not among the columns"),
            ({"login": "grace", "email": "g@example.org", "order": ("a", "b")}, "order holds one value"),
        ):
            told = await refused(session.create_account(ada(**wrong)))
            assert isinstance(told, RejectedError)
            assert names in str(told)
            assert "ada@example.org" not in str(told)
        assert isinstance(await refused(session.create_account(ada())), AccountExistsError)
        other = await session.create_account(ada(login="grace", email="g@example.org"))
        assert isinstance(await refused(session.update_account(other, {"login": "ada"})), AccountExistsError)
        told = await refused(session.update_account(other, {"admin": None}))
        assert "admin cannot be empty" in str(told)
        told = await refused(session.grant(uid, [Entitlement("role", "no such role")]))
        assert "roles has no no such role" in str(told)
        company.run(
            f"CREATE TABLE orders (person INTEGER REFERENCES people (id)); INSERT INTO orders VALUES ({uid})"
        )
        told = await refused(session.delete_account(uid))
        assert "disabled instead" in told.remedy
        company.run("DROP TABLE orders")
        await session.delete_account(uid)
        await session.delete_account(other)
        company.run("INSERT INTO roles (name) VALUES ('new role')")
        assert Entitlement("role", "new role") in await session.list_entitlements()


async def test_by_postgresql(in_postgres: PostgresCompany) -> None:
    await go_wrong(in_postgres)
    async with connect(validate_settings(TableSettings, settings_of(in_postgres))) as opened:
        session: Any = opened
        for wrong, names in (
            ({"department": "x" * 41}, "department holds at most 40 characters"),
            ({"full name": "x" * 10_000}, "full name holds at most 400 characters"),
            ({"order": "a\0b"}, "order cannot hold the character NUL"),
            ({"starts": "someday"}, "type date"),
        ):
            assert names in str(await refused(session.create_account(ada(**wrong))))
        assert await session.find_accounts("starts", "someday") == []
        assert await session.find_accounts("login", "a\0b") == []


async def test_by_mariadb(in_mariadb: MariaDBCompany) -> None:
    await go_wrong(in_mariadb)
    async with connect(validate_settings(TableSettings, settings_of(in_mariadb))) as opened:
        session: Any = opened
        for wrong, names in (
            ({"department": "x" * 41}, "department holds at most 40 characters"),
            ({"starts": "someday"}, "the value for column"),
        ):
            assert names in str(await refused(session.create_account(ada(**wrong))))
        uid = await session.create_account(ada(order="a\0b"))
        [seen] = await session.find_accounts("order", "a\0b")
        assert seen.uid == uid
        assert await session.find_accounts("level", "7; DROP TABLE people") == []
        await session.delete_account(uid)


async def test_by_sqlite(in_sqlite: SQLiteCompany) -> None:
    await go_wrong(in_sqlite)


async def test_a_missing_permission_is_named_with_the_grant_that_gives_it(in_postgres: PostgresCompany) -> None:
    async with connect(validate_settings(TableSettings, settings_of(in_postgres))) as opened:
        session: Any = opened
        uid = await session.create_account(ada())
        in_postgres.run(f"REVOKE UPDATE ON people FROM {SERVICE_ACCOUNT}")
        told = await refused(session.update_account(uid, {"level": 1}))
        assert isinstance(told, RejectedError)
        assert told.code is ProblemCode.PERMISSION_MISSING
        assert told.remedy == "Let the service account do it: GRANT UPDATE, SELECT ON people TO seatkeeper."
        in_postgres.run(f"GRANT UPDATE ON people TO {SERVICE_ACCOUNT}")
        await session.update_account(uid, {"level": 1})
        await session.delete_account(uid)


async def test_a_row_that_somebody_has_locked_is_tried_again_later(in_postgres: PostgresCompany) -> None:
    in_postgres.run(f"ALTER ROLE {SERVICE_ACCOUNT} SET lock_timeout = '50ms'")
    async with connect(validate_settings(TableSettings, settings_of(in_postgres))) as opened:
        session: Any = opened
        uid = await session.create_account(ada())
        with in_postgres.server.connected(in_postgres.database) as other:
            other.execute("BEGIN")
            other.execute("SELECT 1 FROM people FOR UPDATE")
            assert isinstance(await refused(session.update_account(uid, {"level": 1})), TransientError)
        await session.delete_account(uid)
    in_postgres.run(f"ALTER ROLE {SERVICE_ACCOUNT} RESET lock_timeout")


async def test_a_wait_for_a_lock_that_is_too_long_is_tried_again_later(in_mariadb: MariaDBCompany) -> None:
    in_mariadb.server.run("SET GLOBAL innodb_lock_wait_timeout = 1")
    async with connect(validate_settings(TableSettings, settings_of(in_mariadb))) as opened:
        session: Any = opened
        uid = await session.create_account(ada())
        with in_mariadb.server.connected(in_mariadb.database) as other, other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SELECT 1 FROM people FOR UPDATE")
            assert isinstance(await refused(session.update_account(uid, {"level": 1})), TransientError)
        await session.delete_account(uid)


async def test_a_server_that_says_nothing_is_given_up_and_works_when_it_is_back(
    in_mariadb: MariaDBCompany,
) -> None:
    async with connect(validate_settings(TableSettings, settings_of(in_mariadb, timeout=1))) as opened:
        session: Any = opened
        uid = await session.create_account(ada())
        in_mariadb.server.freeze()
        told = await refused(session.update_account(uid, {"level": 1}))
        in_mariadb.server.thaw()
        assert isinstance(told, TransientError)
        await session.delete_account(uid)


async def test_a_file_that_another_writes_to_is_tried_again_later(in_sqlite: SQLiteCompany) -> None:
    async with connect(validate_settings(TableSettings, settings_of(in_sqlite, timeout=0.2))) as opened:
        session: Any = opened
        uid = await session.create_account(ada())
        with in_sqlite.writing():
            assert isinstance(await refused(session.update_account(uid, {"level": 1})), TransientError)
            assert (await session.read_account(uid)) is not None
        await session.delete_account(uid)


async def test_a_renamed_column_is_told_and_looked_for_anew(in_sqlite: SQLiteCompany) -> None:
    settings = validate_settings(TableSettings, settings_of(in_sqlite))
    async with connect(settings) as opened:
        session: Any = opened
        assert await session.find_accounts("login", "nobody") == []
        in_sqlite.run("ALTER TABLE people RENAME COLUMN department TO dept")
        told = await refused(session.find_accounts("login", "nobody"))
        assert "no such column" in str(told)
        told = await refused(session.find_accounts("login", "nobody"))
        assert "The table people has no column department. The nearest: dept" in str(told)
        in_sqlite.run("ALTER TABLE people RENAME COLUMN dept TO department")
        assert await session.find_accounts("login", "nobody") == []
