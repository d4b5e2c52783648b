"""Users of a database server: who is never touched, what leavers own, and who gets in."""

from collections.abc import AsyncIterator
from typing import Any

import psycopg
import pymysql
import pytest

from lab.mariadb import MariaDB
from lab.postgres import Postgres, running_postgres
from seatkeeper.connectors.sql.users import connect
from seatkeeper.connectors.sql.users.settings import UserSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.spi.errors import AccountExistsError, RejectedError
from seatkeeper.spi.settings import validate_settings
from tests.connectors.sql.keepers import (
    KEEPER,
    MARIADB_KEEPER,
    POSTGRES_KEEPER,
    keeper_of_mariadb,
    keeper_of_postgres,
)

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("database-users")]

READER, WRITER = Entitlement("role", "reader"), Entitlement("role", 'the "writer" %s')


@pytest.fixture(scope="module")
def postgres() -> Any:
    with running_postgres() as server:
        server.run(POSTGRES_KEEPER)
        yield server


@pytest.fixture
async def in_postgres(postgres: Postgres) -> AsyncIterator[Any]:
    async with connect(validate_settings(UserSettings, keeper_of_postgres(postgres))) as session:
        yield session


async def test_roles_that_are_nobody_are_neither_listed_nor_touched(postgres: Postgres, in_postgres: Any) -> None:
    postgres.run("CREATE ROLE boss LOGIN SUPERUSER; CREATE ROLE copier LOGIN REPLICATION; CREATE ROLE ada LOGIN")
    assert {each.name async for each in in_postgres.list_accounts()} == {"ada"}
    for name, why in (
        ("boss", "powers of its own"),
        ("copier", "powers of its own"),
        ("reader", "without sign-in"),
        ("pg_monitor", "PostgreSQL's own"),
        ("postgres", "powers of its own"),
        (KEEPER, "powers of its own"),
    ):
        assert await in_postgres.find_accounts("username", name) == []
        with pytest.raises(RejectedError, match=why):
            await in_postgres.create_account({"username": name})
        [(oid,)] = postgres.rows("SELECT oid::text FROM pg_roles WHERE rolname = %s", name)
        assert await in_postgres.read_account(oid) is None
    with pytest.raises(RejectedError, match="offers no role boss"):
        await in_postgres.grant(
            (await in_postgres.find_accounts("username", "ada"))[0].uid, [Entitlement("role", "boss")]
        )
    offered = {each.value for each in await in_postgres.list_entitlements()}
    assert {"reader", "heir"} <= offered
    assert not any(each.startswith("pg_") for each in offered)
    with pytest.raises(RejectedError, match="at most 63 bytes"):
        await in_postgres.create_account({"username": "ä" * 32})
    with pytest.raises(AccountExistsError):
        await in_postgres.create_account({"username": "ada"})
    postgres.run("DROP ROLE boss, copier, ada")


async def test_a_leaver_who_owns_things_goes_once_an_heir_has_them(postgres: Postgres, in_postgres: Any) -> None:
    uid = await in_postgres.create_account({"username": 'o"wner%s'})
    await in_postgres.grant(uid, [READER])
    with postgres.database() as first, postgres.database() as second:
        for database in (first, second):
            postgres.run('CREATE TABLE mine (id int); ALTER TABLE mine OWNER TO "o""wner%s"', database)
        owned = rf"owns something, .* in {min(first, second)}, {max(first, second)}"
        with pytest.raises(RejectedError, match=owned) as caught:
            await in_postgres.delete_account(uid)
        assert "heir" in caught.value.remedy
        postgres.run('CREATE TABLE shared (id int); GRANT SELECT ON shared TO "o""wner%s"', second)
        given = {**keeper_of_postgres(postgres), "reassign_to": "heir"}
        async with connect(validate_settings(UserSettings, given)) as session:
            opened: Any = session
            with pytest.raises(RejectedError, match=f"in {second}") as caught:
                await opened.delete_account(uid)
            assert 'DROP OWNED BY "o""wner%s"' in caught.value.remedy  # only who owns the table can take it back
            postgres.run('DROP OWNED BY "o""wner%s"', second)
            await opened.delete_account(uid)
            assert await opened.read_account(uid) is None
        for database in (first, second):
            assert postgres.rows(
                "SELECT tableowner FROM pg_tables WHERE tablename = 'mine'", database=database
            ) == [("heir",)]


async def test_a_random_password_is_kept_as_a_verifier_and_a_lock_keeps_out(postgres: Postgres) -> None:
    given = {**keeper_of_postgres(postgres), "passwords": "random"}
    async with connect(validate_settings(UserSettings, given)) as session:
        assert isinstance(session, object)
        opened: Any = session
        uid = await opened.create_account({"username": "ada"})
        [(kept,)] = postgres.rows("SELECT rolpassword FROM pg_authid WHERE rolname = 'ada'")
        assert kept.startswith("SCRAM-SHA-256$4096:")
        postgres.run("ALTER ROLE ada PASSWORD 'x'")
        assert lets_in(postgres)
        await opened.set_active(uid, active=False)
        assert not lets_in(postgres)
        [seen] = await opened.find_accounts("username", "ada")
        assert (seen.uid, seen.active) == (uid, False)
        await opened.set_active(uid, active=True)
        assert lets_in(postgres)
        await opened.delete_account(uid)


def lets_in(server: Postgres) -> bool:
    try:
        psycopg.connect(f"host=127.0.0.1 port={server.port} dbname=postgres user=ada password=x").close()
    except psycopg.OperationalError:
        return False
    return True


async def test_mariadb_lets_nobody_in_without_a_password_and_sets_the_role(mariadb_server: MariaDB) -> None:
    mariadb_server.run(MARIADB_KEEPER)
    async with connect(validate_settings(UserSettings, keeper_of_mariadb(mariadb_server))) as session:
        opened: Any = session
        uid = await opened.create_account({"username": "ada"})
        assert uid == "ada@%"
        for password in ("", "invalid"):
            assert role_of(mariadb_server, password) == 1045
        mariadb_server.run("ALTER USER ada@'%' IDENTIFIED BY 'x'")
        await opened.grant(uid, [READER])
        await opened.grant(uid, [WRITER])
        assert role_of(mariadb_server, "x") == "reader"
        await opened.revoke(uid, [READER])
        assert role_of(mariadb_server, "x") == 'the "writer" %s'
        await opened.revoke(uid, [WRITER])
        assert role_of(mariadb_server, "x") is None
        mariadb_server.run("CREATE ROLE auditor")
        with pytest.raises(RejectedError) as caught:
            await opened.grant(uid, [Entitlement("role", "auditor")])
        assert (
            caught.value.remedy == f"Let the service account do it: GRANT auditor TO {KEEPER} WITH ADMIN OPTION."
        )
        mariadb_server.run("DROP ROLE auditor")
        await opened.set_active(uid, active=False)
        assert role_of(mariadb_server, "x") == 4151
        assert not opened.abilities.renames
        await opened.delete_account(uid)


async def test_users_of_mariadb_with_powers_are_neither_listed_nor_touched(mariadb_server: MariaDB) -> None:
    mariadb_server.run(MARIADB_KEEPER)
    mariadb_server.run(
        "CREATE USER boss@'%' IDENTIFIED BY 'x'; GRANT ALL ON *.* TO boss@'%'; CREATE USER ada@'10.%'"
    )
    async with connect(validate_settings(UserSettings, keeper_of_mariadb(mariadb_server))) as session:
        opened: Any = session
        assert [each.name async for each in opened.list_accounts()] == []
        for name, why in (
            ("boss", "powers"),
            ("root", "own users"),
            ("reader", "a role"),
            ("mariadb.sys", "own users"),
        ):
            assert await opened.find_accounts("username", name) == []
            with pytest.raises(RejectedError, match=why):
                await opened.create_account({"username": name})
        with pytest.raises(RejectedError, match="have no comment; they have username"):
            await opened.create_account({"username": "ada", "comment": "x"})
    mariadb_server.run("DROP USER boss@'%'; DROP USER ada@'10.%'")


def role_of(server: MariaDB, password: str) -> Any:
    """Sign in as ada and give the role that counts, or the number of the refusal."""
    try:
        connection = pymysql.connect(
            host="127.0.0.1", port=server.port, user="ada", password=password, ssl_ca=str(server.ca_file)
        )
    except pymysql.OperationalError as error:
        return error.args[0]
    with connection, connection.cursor() as cursor:
        cursor.execute("SELECT CURRENT_ROLE()")
        [role] = cursor.fetchone() or [None]
        return role
