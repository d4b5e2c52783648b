"""A behaviour in SQL is refused with the line and the reason, and its statements touch only whom they are for."""

from typing import Any

import pytest

from seatkeeper.connectors.sql import connector
from seatkeeper.connectors.sql.settings import DatabaseSettings
from seatkeeper.connectors.sql.statements.behaviour import read_behaviour
from seatkeeper.core.ids import Uid
from seatkeeper.spi.documents import DocumentInvalidError, load_document
from seatkeeper.spi.errors import AccountNotFoundError, RejectedError
from seatkeeper.spi.settings import validate_settings
from tests.connectors.sql.behaviours import behaviour
from tests.connectors.sql.servers import MariaDBCompany, SQLiteCompany

LEAST = """
name: login
attributes: [mail, password]
read: SELECT id AS uid, login, mail FROM people WHERE id = :uid
find:
    login: SELECT id AS uid, login, mail FROM people WHERE login = :value
list: SELECT id AS uid, login, mail FROM people
"""


def test_what_is_not_said_cannot_be_done() -> None:
    abilities = read_behaviour(load_document(LEAST)).abilities()
    assert not any(
        (abilities.creates, abilities.updates, abilities.renames, abilities.disables, abilities.deletes)
    )
    assert abilities.grants == frozenset()
    assert abilities.create_only == {"mail", "password"}


@pytest.mark.parametrize(
    ("wrong", "told"),
    [
        (
            "create: INSERT INTO people VALUES (:logn)",
            "line 8: create.0: the value :logn is not known here; login is",
        ),
        ("delete: DELETE FROM people", "line 8: delet: is not known here"),
        ("disable: UPDATE people SET x = 1", "line 8: disable: disable and enable belong together"),
        ("grant: INSERT INTO r VALUES (:uid, :value)", "line 8: grant: entitlements, list_entitlements, revoke"),
        ("booleans: [admin]", "line 8: booleans: admin is not among the attributes"),
        ("write_only: [login]", "line 6: find.login: is not an attribute that can be read"),
        ("update: UPDATE people SET active = 1", "line 8: update.0: changes no attribute"),
        (
            "write_only: [password]\nupdate: UPDATE people SET mail = :mail, p = :password WHERE id = :uid",
            "line 9: update: password cannot be read, so it needs a statement of its own",
        ),
    ],
)
def test_a_fault_names_its_line(wrong: str, told: str) -> None:
    text = (LEAST + wrong).replace("delete:", "delet:").lstrip("\n")
    with pytest.raises(DocumentInvalidError) as caught:
        read_behaviour(load_document("\n" + text))
    assert told in str(caught.value)


def opened(company: MariaDBCompany | SQLiteCompany, text: str) -> Any:
    assert connector.adapt is not None
    adapted = connector.adapt(load_document(text))
    return adapted.connect(validate_settings(DatabaseSettings, company.connection))


@pytest.mark.live
@pytest.mark.xdist_group("sql")
async def test_an_id_that_the_database_only_takes_for_the_one_meant_changes_nobody(
    in_mariadb: MariaDBCompany,
) -> None:
    async with opened(in_mariadb, behaviour("mariadb")) as session:
        uid = await session.create_account({"userName": "ada", "admin": False, "country": "GB"})
        for other in (f"{uid}x", f"{uid} ", f"0{uid}"):
            assert await session.read_account(Uid(other)) is None
            with pytest.raises(AccountNotFoundError):
                await session.delete_account(Uid(other))
        assert in_mariadb.rows("SELECT login FROM people") == [("ada",)]
        await session.delete_account(uid)


async def test_statements_of_one_ability_are_kept_together_or_not_at_all(in_sqlite: SQLiteCompany) -> None:
    text = behaviour("sqlite").replace(
        "delete:",
        "delete:\n    - UPDATE people SET login = 'half gone' WHERE id = :uid\n    - DELETE FROM nowhere",
    )
    async with opened(in_sqlite, text) as session:
        uid = await session.create_account({"userName": "ada", "admin": False, "country": "GB"})
        with pytest.raises(RejectedError, match="no such table: nowhere"):
            await session.delete_account(uid)
        assert in_sqlite.rows("SELECT login FROM people") == [("ada",)]
    in_sqlite.run("DELETE FROM people")


async def test_a_column_that_a_statement_does_not_give_is_told(in_sqlite: SQLiteCompany) -> None:
    in_sqlite.run("INSERT INTO people (login, country) VALUES ('ada', 'GB')")
    async with opened(in_sqlite, LEAST.replace("login, mail FROM", "login FROM")) as session:
        with pytest.raises(RejectedError, match="gives no column mail; it gives uid, login"):
            await session.find_accounts("login", "ada")
    in_sqlite.run("DELETE FROM people")
