"""Whatever a value holds, it is a value: nothing is found, changed or dropped by it but the one meant."""

import asyncio
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from seatkeeper.connectors.sql import connector
from seatkeeper.connectors.sql.settings import DatabaseSettings
from seatkeeper.connectors.sql.tables.sessions import connect
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.spi.connector import (
    CreatesAccounts,
    DeletesAccounts,
    GrantsEntitlements,
    ReadsAccounts,
    Session,
    UpdatesAccounts,
)
from seatkeeper.spi.documents import load_document
from seatkeeper.spi.errors import AccountNotFoundError, RejectedError
from seatkeeper.spi.places import allow_files_below
from seatkeeper.spi.settings import validate_settings
from tests.connectors.sql.behaviours import behaviour
from tests.connectors.sql.servers import SQLiteCompany, settings_of, sqlite_company
from tests.strategies import tried

_SYNTAX = [
    "'",
    '"',
    "`",
    "\\",
    ";",
    "--",
    "/*",
    "*/",
    "%",
    "_",
    "%s",
    ":login",
    "?",
    "\0",
    "\n",
    " or 1=1",
    ")",
    "$1",
]
hostile = st.lists(st.sampled_from(_SYNTAX) | st.text(min_size=1, max_size=4), min_size=1, max_size=6).map("".join)


@pytest.fixture(scope="module")
def company(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SQLiteCompany]:
    folder: Path = tmp_path_factory.mktemp("injection")
    allow_files_below(folder)
    with sqlite_company(folder) as company:
        company.run("INSERT INTO people (id, login, country) VALUES (1000, 'bystander', 'GB')")
        yield company
    allow_files_below(None)


async def live_a_life(session: object, name: str, value: str, attribute: str) -> None:
    """Create, find, change, grant and delete somebody of that name, and look at every turn."""
    assert isinstance(session, ReadsAccounts)
    assert isinstance(session, CreatesAccounts)
    assert isinstance(session, UpdatesAccounts)
    assert isinstance(session, GrantsEntitlements)
    assert isinstance(session, DeletesAccounts)
    assert isinstance(session, Session)
    login = session.abilities.name_attribute
    assert await session.find_accounts(login, name) == []
    assert await session.read_account(Uid(name)) is None
    uid = await session.create_account({login: name, attribute: value, "admin": False, "country": "GB"})
    [seen] = await session.find_accounts(login, name)
    assert (seen.uid, seen.name, seen.attributes[attribute]) == (uid, name, value)
    assert [each.uid for each in await session.find_accounts(attribute, value)] == [uid]
    with pytest.raises(RejectedError):
        await session.grant(uid, [Entitlement("role", value)])
    await session.revoke(uid, [Entitlement("role", value)])
    with pytest.raises(AccountNotFoundError):
        await session.delete_account(Uid(name))
    with pytest.raises(AccountNotFoundError):
        await session.update_account(Uid(f"{uid}{name}"), {attribute: "taken over"})
    await session.update_account(uid, {login: f"{name}{name}"})
    await session.delete_account(uid)


def is_untouched(company: SQLiteCompany) -> bool:
    """Say whether the bystander is as before and alone, and all tables are there."""
    people = company.rows("SELECT id, login, country, department FROM people")
    return people == [(1000, "bystander", "GB", None)] and len(company.rows("SELECT * FROM roles")) == 4


@given(name=hostile, value=hostile)
@tried(25)
def test_in_table_mode(company: SQLiteCompany, name: str, value: str) -> None:
    async def story() -> None:
        async with connect(validate_settings(TableSettings, settings_of(company))) as session:
            await live_a_life(session, name, value, "order")

    asyncio.run(story())
    assert is_untouched(company)


@given(name=hostile, value=hostile)
@tried(25)
def test_in_statement_mode(company: SQLiteCompany, name: str, value: str) -> None:
    assert connector.adapt is not None
    adapted = connector.adapt(load_document(behaviour("sqlite")))

    async def story() -> None:
        async with adapted.connect(validate_settings(DatabaseSettings, company.connection)) as session:
            await live_a_life(session, name, value, "hobby")

    asyncio.run(story())
    assert is_untouched(company)


async def test_half_a_character_is_refused_in_words(company: SQLiteCompany) -> None:
    async with connect(validate_settings(TableSettings, settings_of(company))) as session:
        assert isinstance(session, CreatesAccounts)
        assert isinstance(session, ReadsAccounts)
        assert await session.find_accounts("login", "\ud800x") == []
        with pytest.raises(RejectedError, match="order holds a character that cannot be written"):
            await session.create_account({"login": "x", "order": "\ud800x", "country": "GB"})
    assert is_untouched(company)
