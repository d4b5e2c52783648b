"""A session with its type, for tests of apps that have groups."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from seatkeeper.connectors.scim import connector
from seatkeeper.connectors.scim.accounts import Switching
from seatkeeper.connectors.scim.groups import Grouping
from seatkeeper.connectors.scim.settings import SCIMSettings


class GroupingSession(Switching, Grouping):
    """What every session of these tests fulfils."""


@asynccontextmanager
async def opened(settings: SCIMSettings) -> AsyncIterator[GroupingSession]:
    """Open a session of an app that has accounts to switch off, and groups."""
    async with connector.connect(settings) as session:
        assert isinstance(session, Switching)
        assert isinstance(session, Grouping)
        yield cast("GroupingSession", session)
