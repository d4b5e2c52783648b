"""Tables come in many shapes: soft deletion, flags, roles by name, keys the app makes, names that are wrong."""

import uuid
from collections.abc import Iterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path
from typing import Any

import pytest

from seatkeeper.connectors.sql.tables.sessions import connect
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.spi.connector import check
from seatkeeper.spi.errors import AccountNotFoundError, ConnectorError, RejectedError
from seatkeeper.spi.places import allow_files_below
from seatkeeper.spi.settings import validate_settings
from tests.connectors.sql.servers import (
    MariaDBCompany,
    PostgresCompany,
    SQLiteCompany,
    settings_of,
)

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("sql")]

_OTHER = """
CREATE TABLE members (
    "key" TEXT PRIMARY KEY, "user" TEXT UNIQUE COLLATE NOCASE, enabled INTEGER NOT NULL DEFAULT 1, gone TIMESTAMP,
    score REAL, born DATE);
CREATE TABLE rights (who TEXT REFERENCES members ("key"), what TEXT, UNIQUE (who, what));
CREATE TABLE teams (id INTEGER PRIMARY KEY, name TEXT);
CREATE TABLE pairs (one TEXT REFERENCES members ("key"), other TEXT REFERENCES members ("key"), team INTEGER);
INSERT INTO members ("key", "user", enabled) VALUES ('k1', 'Old Hand', 7);
"""


@pytest.fixture
def other(tmp_path: Path) -> Iterator[SQLiteCompany]:
    allow_files_below(tmp_path)
    company = SQLiteCompany(tmp_path / "other.db")
    company.run(_OTHER)
    yield company
    allow_files_below(None)


def opened(company: SQLiteCompany, **given: Any) -> AbstractAsyncContextManager[Any]:
    usual = {"table": "members", "id_column": "key", "name_column": "user", **company.connection}
    return connect(validate_settings(TableSettings, {**usual, **given}))


async def test_a_marked_row_is_a_disabled_account_and_stays_so_from_then_on(other: SQLiteCompany) -> None:
    async with opened(other, deleted_column="gone", new_ids="uuid") as session:
        uid = await session.create_account({"user": "ada"})
        assert str(uuid.UUID(uid)) == uid
        assert (await session.read_account(uid)).active is True
        await session.set_active(uid, active=False)
        other.run("UPDATE members SET gone = '2020-01-01 00:00:00' WHERE gone IS NOT NULL")
        await session.set_active(uid, active=False)
        assert other.rows('SELECT gone FROM members WHERE "key" = %s', uid) == [("2020-01-01 00:00:00",)]
        assert [(each.name, each.active) async for each in session.list_accounts() if each.uid == uid] == [
            ("ada", False)
        ]
        await session.set_active(uid, active=True)
        assert other.rows('SELECT gone FROM members WHERE "key" = %s', uid) == [(None,)]
        assert not session.abilities.deletes


async def test_a_flag_may_be_a_number_and_whatever_is_not_active_is_disabled(other: SQLiteCompany) -> None:
    flag = {"active_column": "enabled", "active_value": "1", "disabled_value": "0"}
    async with opened(other, **flag) as session:
        assert (await session.read_account(Uid("k1"))).active is False
        await session.set_active(Uid("k1"), active=True)
        assert other.rows("SELECT enabled FROM members") == [(1,)]
    async with opened(other, deleted_column="enabled") as session:
        assert (await session.read_account(Uid("k1"))).active is False


async def test_the_join_table_may_hold_the_names_of_roles(other: SQLiteCompany) -> None:
    roles = {"role_join_table": "rights", "role_join_role_column": "what", "entitlement_type": "right"}
    async with opened(other, delete_rows=True, **roles) as session:
        await session.grant(Uid("k1"), [Entitlement("right", "it's"), Entitlement("right", "read")])
        await session.revoke(Uid("k1"), [Entitlement("right", "read"), Entitlement("right", "never held")])
        assert (await session.read_account(Uid("k1"))).entitlements == {Entitlement("right", "it's")}
        assert await session.list_entitlements() == [Entitlement("right", "it's")]
        with pytest.raises(AccountNotFoundError):
            await session.grant(Uid("k2"), [Entitlement("right", "read")])
        await session.delete_account(Uid("k1"))
    assert other.rows("SELECT * FROM rights") == []


async def test_a_name_without_case_is_found_in_any(other: SQLiteCompany) -> None:
    async with opened(other, case_insensitive_columns=["user"]) as session:
        assert session.abilities.ignores_case == {"user"}
        [found] = await session.find_accounts("user", "OLD hand")
        assert found.name == "Old Hand"


async def test_a_name_that_is_the_key_is_never_changed(other: SQLiteCompany) -> None:
    async with opened(other, name_column="key") as session:
        assert not session.abilities.renames


async def test_values_read_in_their_plainest_form(other: SQLiteCompany) -> None:
    async with opened(other, columns=["score", "born"]) as session:
        await session.update_account(Uid("k1"), {"score": "1.50", "born": "1815-12-10"})
        seen = await session.read_account(Uid("k1"))
        assert seen.attributes == {"user": "Old Hand", "score": "1.5", "born": "1815-12-10"}


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"table": "member"}, "no table member, .* The nearest: members"),
        ({"name_column": "usr"}, "The table members has no column usr. The nearest: user"),
        ({"columns": ["scores"]}, "no column scores. The nearest: score"),
        ({"active_column": "enable"}, "no column enable. The nearest: enabled"),
        ({"role_join_table": "rights"}, "role_join_role_column: without a table of roles"),
        (
            {"role_join_table": "pairs", "role_join_role_column": "team"},
            "role_join_user_column: foreign keys do not",
        ),
        (
            {"group_table": "teams", "group_join_table": "pairs", "group_join_user_column": "one"},
            "group_join_group",
        ),
    ],
)
async def test_a_wrong_name_is_told_with_the_nearest(
    other: SQLiteCompany, wrong: dict[str, Any], words: str
) -> None:
    async with opened(other, **wrong) as session:
        with pytest.raises(RejectedError, match=words):
            await check(session)
        with pytest.raises(RejectedError, match=words):
            await session.find_accounts("user", "ada")


async def test_stages_tell_how_far_a_connection_to_postgresql_comes(in_postgres: PostgresCompany) -> None:
    async with connect(validate_settings(TableSettings, settings_of(in_postgres))) as session:
        found = await check(session)
        assert [stage.name for stage in session.stages()] == [
            "The database can be reached",
            "It is encrypted, and the certificate is trusted",
            "The service account can sign in",
            "The tables and columns are there",
            "Accounts can be read",
            "Accounts may be changed",
        ]
    assert (found[2], found[4]) == ("as seatkeeper", "people holds none yet")
    stranger = str(in_postgres.server.stranger_ca_file)
    assert await _failing(in_postgres, ca_file=stranger) == (1, "certificate verify failed")
    assert await _failing(in_postgres, password="wrong") == (2, "password authentication failed")
    in_postgres.run("REVOKE DELETE ON people_roles FROM seatkeeper")
    assert await _failing(in_postgres) == (5, "permission denied for table people_roles")
    in_postgres.run("GRANT DELETE ON people_roles TO seatkeeper")


async def test_stages_tell_how_far_a_connection_to_mariadb_comes(in_mariadb: MariaDBCompany) -> None:
    stranger = str(in_mariadb.server.stranger_ca_file)
    assert await _failing(in_mariadb, ca_file=stranger) == (1, "certificate verify failed")
    assert await _failing(in_mariadb, password="wrong") == (2, "Access denied")
    assert await _failing(in_mariadb, allow_plaintext=True) == (1, "Access denied")  # it asks for TLS itself
    assert await _failing(in_mariadb, url=in_mariadb.away(1)) == (0, "Connection refused")


_TOLD = (
    "certificate verify failed",
    "password authentication failed",
    "Access denied",
    "Connection refused",
    "permission denied for table people_roles",
)


async def _failing(company: PostgresCompany | MariaDBCompany, **wrong: Any) -> tuple[int, str]:
    """Give the number of the stage that does not hold, and what is told of it."""
    async with connect(validate_settings(TableSettings, settings_of(company, **wrong))) as session:
        for number, stage in enumerate(session.stages()):
            try:
                await stage.prove()
            except ConnectorError as error:
                return number, next((each for each in _TOLD if each in str(error)), str(error))
    return -1, ""
