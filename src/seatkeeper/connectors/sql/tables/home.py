"""What all parts of a session share: the database, the settings, and the layout."""

import asyncio
from collections import OrderedDict
from functools import partial

from seatkeeper.connectors.sql.databases import Database
from seatkeeper.connectors.sql.tables.layout import Layout, read_layout
from seatkeeper.connectors.sql.tables.settings import TableSettings

_MOST_REMEMBERED = 64
_remembered: OrderedDict[str, Layout] = OrderedDict()
"""Layouts by their settings. Describing tables costs more than all a short run does otherwise, and they hardly
ever change: they are read anew when a connection is tested, and when the database does not know a name in them."""


class Home:
    """Reads the layout by the first call that needs it, and keeps it for later sessions, too."""

    def __init__(self, database: Database, settings: TableSettings) -> None:
        self.database, self.settings = database, settings
        self._key = settings.model_dump_json(exclude={"password"})
        self._lock = asyncio.Lock()
        database.when_names_are_unknown = self.forget

    @property
    def known(self) -> Layout | None:
        """The layout, where it was read already."""
        return _remembered.get(self._key)

    async def layout(self, *, anew: bool = False) -> Layout:
        """Give the tables and columns that the settings name. Raises ``RejectedError`` where one is not there."""
        async with self._lock:
            found = None if anew else self.known
            if found is None:
                read = partial(read_layout, settings=self.settings)
                found = await self.database.read(read, "describe its tables", f"SELECT ON {self.settings.table}")
                _remembered[self._key] = found
                if len(_remembered) > _MOST_REMEMBERED:
                    _remembered.popitem(last=False)
            return found

    def forget(self) -> None:
        """Have the layout read anew."""
        _remembered.pop(self._key, None)
