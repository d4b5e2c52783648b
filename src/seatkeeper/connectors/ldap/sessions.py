"""A session has the methods its settings allow, so that its protocols say the same as its abilities."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager

from seatkeeper.connectors.ldap.accounts import Accounts, Switching
from seatkeeper.connectors.ldap.directory import Directory
from seatkeeper.connectors.ldap.domains import ADSettings
from seatkeeper.connectors.ldap.groups import Grouping, SwitchingAndGrouping
from seatkeeper.connectors.ldap.settings import LDAPSettings
from seatkeeper.spi.connector import Session

_CLASSES: Mapping[tuple[bool, bool], type[Accounts]] = {
    (False, False): Accounts,
    (True, False): Switching,
    (False, True): Grouping,
    (True, True): SwitchingAndGrouping,
}
"""By whether accounts can be disabled, and whether there are groups."""


@asynccontextmanager
async def connect(settings: LDAPSettings | ADSettings) -> AsyncIterator[Session]:
    """Open a session; the first call opens the first connection."""
    directory = Directory(settings.profile())
    profile = directory.profile
    kind = _CLASSES[profile.people.disabling is not None, profile.groups is not None]
    try:
        yield kind(directory)
    finally:
        await directory.close()
