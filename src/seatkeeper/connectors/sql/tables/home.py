"""What all parts of a session share: the database, the settings, and the layout once it was read."""

import asyncio
from functools import partial

from seatkeeper.connectors.sql.databases import Database
from seatkeeper.connectors.sql.tables.layout import Layout, read_layout
from seatkeeper.connectors.sql.tables.settings import TableSettings


class Home:
    """Reads the layout by the first call that needs it, and keeps it."""

    def __init__(self, database: Database, settings: TableSettings) -> None:
        self.database, self.settings = database, settings
        self.known: Layout | None = None
        self._lock = asyncio.Lock()

    async def layout(self) -> Layout:
        """Give the tables and columns that the settings name. Raises ``RejectedError`` where one is not there."""
        async with self._lock:
            if self.known is None:
                read = partial(read_layout, settings=self.settings)
                self.known = await self.database.read(
                    read, "describe its tables", f"SELECT ON {self.settings.table}"
                )
            return self.known
