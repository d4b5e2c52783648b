"""A session is put together from what the app can do, so that its protocols say the same as its abilities."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import cast

from seatkeeper.connectors.scim.accounts import Accounts, Switching
from seatkeeper.connectors.scim.discovery import discover
from seatkeeper.connectors.scim.groups import Grouping
from seatkeeper.connectors.scim.profile import Profile
from seatkeeper.connectors.scim.roles import Granting
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.spi.connector import Session
from seatkeeper.spi.http import AppClient, Call

_MEDIA_TYPE = "application/scim+json"
_PROBE = Call("GET", "/Users", params={"startIndex": 1})


@asynccontextmanager
async def connect(settings: SCIMSettings) -> AsyncIterator[Session]:
    """Open a session: three reads of discovery at the same time, then nothing until it is used."""
    client = AppClient(
        settings, settings.service_account(), probe=_PROBE, secrets=settings.secrets(), media_type=_MEDIA_TYPE
    )
    async with client:
        profile = await discover(client, settings)
        yield _session_class(profile)(client, profile, settings)


def _session_class(profile: Profile) -> type[Accounts]:
    parts = {
        Switching: profile.has_part("active"),
        Grouping: profile.has_groups,
        Granting: profile.has_roles,
    }
    bases = tuple(part for part, is_there in parts.items() if is_there)
    return cast("type[Accounts]", type("SCIMSession", bases or (Accounts,), {}))
