"""Opening sessions as tests need them: with everything a file can tell."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from seatkeeper.connectors.files import connector
from seatkeeper.connectors.files.accounts import Deleting, Granting, Switching
from seatkeeper.connectors.files.settings import FilesSettings


class Whole(Switching, Deleting, Granting):
    """What a session can do whose file tells everything."""


@asynccontextmanager
async def opened(settings: FilesSettings) -> AsyncIterator[Whole]:
    async with connector.connect(settings) as session:
        yield cast("Whole", session)
