"""A session is put together from what the file can tell, so that its protocols say the same as its abilities."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from seatkeeper.connectors.files.accounts import Accounts, Deleting, Granting, Switching, abilities_of
from seatkeeper.connectors.files.cabinets import Cabinet
from seatkeeper.connectors.files.clerks import Clerk
from seatkeeper.connectors.files.places import find_place
from seatkeeper.connectors.files.settings import FilesSettings
from seatkeeper.connectors.files.stages import Stages
from seatkeeper.core.accounts import Abilities
from seatkeeper.spi.connector import Session


@asynccontextmanager
async def connect(settings: FilesSettings) -> AsyncIterator[Session]:
    """Open a session; folders and servers are opened for the first call."""
    place = find_place(settings)

    async def open_cabinet() -> Cabinet:
        return Cabinet(await place.folders(), settings)

    clerk = Clerk(open_cabinet, settings.gather)
    try:
        yield _session_class(abilities_of(settings))(clerk, settings, Stages(place, clerk, settings).list())
    finally:
        await clerk.close()
        await place.close()


def _session_class(abilities: Abilities) -> type[Accounts]:
    parts = {
        Switching: abilities.disables,
        Deleting: abilities.deletes,
        Granting: bool(abilities.grants),
    }
    bases = tuple(part for part, is_there in parts.items() if is_there)
    return cast("type[Accounts]", type("FilesSession", bases or (Accounts,), {}))
