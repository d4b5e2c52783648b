"""Settings that cannot work are refused when they are entered, in words for a person."""

from typing import Any

import pytest

from seatkeeper.connectors.sql import connector
from seatkeeper.connectors.sql.addresses import parse_address
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.connectors.sql.users import connector as database_users
from seatkeeper.connectors.sql.users.settings import UserSettings
from seatkeeper.core.mapping import compile_mapping
from seatkeeper.spi.connector import check
from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.settings import SettingsInvalidError, describe_settings, secret_names, validate_settings

GOOD = {
    "url": "postgresql://db.example.org/crm",
    "username": "seatkeeper",
    "password": "very-secret",
    "table": "users",
    "name_column": "login",
}


def settings(**other: Any) -> TableSettings:
    return validate_settings(TableSettings, {**GOOD, **other})


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"url": "db.example.org"}, "write it like postgresql://"),
        ({"url": "postgresql://me:very-secret@db.example.org/crm"}, "leave user and password out"),
        ({"url": "postgresql://db.example.org"}, "name the database"),
        ({"url": "mariadb:///crm"}, "name the host"),
        ({"url": "postgresql://db.example.org/crm?sslmode=disable"}, "nothing may follow"),
        ({"url": "sqlite:///crm.db"}, "a file has no service account"),
        ({"username": None}, "a service account is needed"),
        ({"active_column": "a", "deleted_column": "b"}, "name one of them"),
        ({"disabled_value": "true"}, "must differ"),
        ({"role_table": "roles"}, "role_join_table: name the table"),
        ({"group_table": "teams"}, "belong together"),
        ({"write_only_columns": ["hash"]}, "columns: name hash here"),
        ({"create_only_columns": ["login"]}, "the name is read, and may change"),
        ({"tabel": "x"}, "not permitted"),
    ],
)
def test_what_cannot_work_is_refused(wrong: dict[str, Any], words: str) -> None:
    with pytest.raises(SettingsInvalidError, match=words) as caught:
        settings(**wrong)
    assert "very-secret" not in str(caught.value)


def test_users_are_administered_on_servers_only() -> None:
    with pytest.raises(SettingsInvalidError, match="in PostgreSQL and MariaDB"):
        validate_settings(UserSettings, {"url": "sqlite:///crm.db"})


def test_every_setting_is_explained_and_the_password_is_a_secret() -> None:
    for model in (TableSettings, UserSettings):
        assert all(row.title and row.description for row in describe_settings(model))
        assert secret_names(model) == {"password"}
    assert "very-secret" not in repr(settings())
    for mapping in (connector.mapping, database_users.mapping):
        assert set(compile_mapping(mapping).required) <= set(mapping.attributes)


def test_an_address_is_shown_without_what_might_be_secret() -> None:
    assert (
        str(parse_address("oracle+oracledb://db.example.org?service_name=crm"))
        == "oracle+oracledb://db.example.org"
    )


async def test_a_driver_that_is_not_there_is_told() -> None:
    async with connector.connect(settings(url="oracle+oracledb://127.0.0.1/crm")) as session:
        with pytest.raises(RejectedError, match=r"There is no driver for oracle\+oracledb"):
            await session.stages()[-1].prove()


async def test_files_are_only_opened_where_the_installation_allows_it() -> None:
    given = settings(url="sqlite:////etc/passwd", username=None, password=None)
    async with connector.connect(given) as session:
        with pytest.raises(RejectedError, match="This installation"):
            await check(session)
