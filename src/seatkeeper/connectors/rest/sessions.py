"""A session is put together from what the behaviour says, so that its protocols say the same as its abilities."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import cast

from seatkeeper.connectors.rest.accounts import Accounts, Creating, Deleting, ListingAll, Switching, Updating
from seatkeeper.connectors.rest.app import App, abilities_of, account_lookups
from seatkeeper.connectors.rest.calls import Caller, NoLookups
from seatkeeper.connectors.rest.entitlements import Granting
from seatkeeper.connectors.rest.exchanging import Exchanging
from seatkeeper.connectors.rest.groups import Grouping
from seatkeeper.connectors.rest.listing import Lists
from seatkeeper.connectors.rest.programs import Program
from seatkeeper.connectors.rest.settings import RESTSettings
from seatkeeper.connectors.rest.signing_in import SigningIn, auth_of
from seatkeeper.connectors.rest.tables import Tables
from seatkeeper.core.accounts import Abilities
from seatkeeper.spi.connector import Session
from seatkeeper.spi.http import AppClient

Connect = Callable[[RESTSettings], AbstractAsyncContextManager[Session]]


def connect_with(program: Program) -> Connect:
    """Make what opens sessions of one app. All that does not depend on settings is worked out here, once."""
    abilities, lookups = abilities_of(program), account_lookups(program)
    session_class = _session_class(abilities)

    @asynccontextmanager
    async def connect(settings: RESTSettings) -> AsyncIterator[Session]:
        known = {"settings": settings.values()}
        client = AppClient(
            settings,
            auth_of(program.authentication, known),
            secrets=settings.secrets(),
            media_type=program.media_type,
            takes_pages=True,  # a call may say that it wants one
        )
        async with client:
            exchanging = Exchanging(client, program)
            signing_in = SigningIn(exchanging, program, known)
            bare = Caller(exchanging, signing_in, known, NoLookups())
            tables = Tables(Lists(bare, settings.page_size), program.tables, known)
            caller = Caller(exchanging, signing_in, known, tables)
            lists = Lists(caller, settings.page_size)
            yield session_class(App(program, settings, caller, lists, abilities, lookups))

    return connect


def _session_class(abilities: Abilities) -> type[Accounts]:
    parts: dict[type[Accounts], bool] = {
        ListingAll: abilities.lists,
        Creating: abilities.creates,
        Updating: abilities.updates,
        Switching: abilities.disables,
        Deleting: abilities.deletes,
        Granting: bool(abilities.grants),
        Grouping: abilities.groups,
    }
    bases = tuple(part for part, is_there in parts.items() if is_there)
    return cast("type[Accounts]", type("RESTSession", bases or (Accounts,), {}))
