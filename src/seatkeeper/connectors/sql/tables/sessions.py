"""A session has the methods its settings allow, so that its protocols say the same as its abilities."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import cast

from seatkeeper.connectors.sql.databases import Database
from seatkeeper.connectors.sql.tables.accounts import Accounts, Deleting, Switching
from seatkeeper.connectors.sql.tables.entitlements import Granting
from seatkeeper.connectors.sql.tables.groups import Grouping
from seatkeeper.connectors.sql.tables.home import Home
from seatkeeper.connectors.sql.tables.settings import TableSettings
from seatkeeper.spi.connector import Session
from seatkeeper.spi.errors import ConnectorError


@asynccontextmanager
async def connect(settings: TableSettings) -> AsyncIterator[Session]:
    """Open a session and look at the tables; where that fails, its stages tell why."""
    database = Database(settings)
    home = Home(database, settings)
    try:
        with suppress(ConnectorError):
            await home.layout()
        yield _session_class(settings)(home)
    finally:
        await database.close()


def _session_class(settings: TableSettings) -> type[Accounts]:
    parts = {
        Switching: settings.disables,
        Deleting: settings.delete_rows,
        Granting: settings.role_join_table is not None,
        Grouping: settings.group_table is not None,
    }
    bases = tuple(part for part, is_there in parts.items() if is_there)
    return cast("type[Accounts]", type("TableSession", bases or (Accounts,), {}))
