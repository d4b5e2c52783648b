"""A running Seatkeeper for tests of pages, and integrations of it that real apps stand behind."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import yaml

from lab.company import Company
from lab.scim2_server import SCIM2Server
from lab.seatkeeper import QUICK, Seatkeeper
from lab.targets import SCIMTarget
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.core.ids import IntegrationId
from seatkeeper.engine.registry import find_connectors
from seatkeeper.idps.okta import Okta
from seatkeeper.operations.declarations import apply_declarations, plan_declarations
from seatkeeper.operations.parsing import Source
from seatkeeper.operations.tokens import create_token
from seatkeeper.store.database import Database
from seatkeeper.store.queries.integrations import find_integration
from seatkeeper.store.sealing import Keyring
from tests.web.people import SETUP, sign_in


@dataclass(frozen=True, slots=True)
class Installation:
    """Seatkeeper's processes, and a way into their database."""

    seatkeeper: Seatkeeper
    store: Database

    @property
    def keyring(self) -> Keyring:
        """What secrets are sealed with."""
        return Keyring.parse(self.seatkeeper.env["SEATKEEPER_SECRET_KEY"])

    def url(self, path: str) -> str:
        """Give the address of a page."""
        return self.seatkeeper.url + path

    async def find(self, slug: str) -> IntegrationId:
        """Find an integration that is there."""
        async with self.store.read() as reader:
            found = await find_integration(reader, slug)
        assert found is not None
        return found.id

    async def session_of(self, role: WorkspaceRole, on: Mapping[str, IntegrationRole]) -> str:
        """Make a member with these roles on integrations, by slug, and give the secret of their session."""
        roles = {await self.find(slug): role_there for slug, role_there in on.items()}
        _, secret = await sign_in(self.store, role, on=roles)
        return secret


@asynccontextmanager
async def running_installation(folder: Path, database_url: str, *, workers: int) -> AsyncIterator[Installation]:
    """Run a web process and workers until the block ends."""
    seatkeeper = Seatkeeper(folder, database_url, env=QUICK)
    store = Database(database_url, size=4, clock=lambda: datetime.now(UTC))
    await store.open()
    try:
        await asyncio.to_thread(seatkeeper.start, workers)
        yield Installation(seatkeeper, store)
    finally:
        await asyncio.to_thread(seatkeeper.close)
        await store.close()


@asynccontextmanager
async def company_at(
    installation: Installation, app: SCIM2Server, slug: str, mapping: Mapping[str, Any]
) -> AsyncIterator[Company]:
    """Set an integration with this mapping live, and give a company whose Okta pushes to it."""
    target = SCIMTarget(app, slug, tenant=slug)
    declaration = {**target.declaration(leavers="disable"), "mapping": mapping, "state": "live"}
    text = yaml.safe_dump({"integrations": [declaration]})
    source = Source(slug, text, lambda reference: target.environment[reference.name])
    async with installation.store.transaction(SETUP) as tx:
        planned = await plan_declarations(tx, [source], find_connectors(), installation.keyring)
        await apply_declarations(tx, planned, installation.keyring)
        found = await find_integration(tx, slug)
        assert found is not None
        token = await create_token(tx, found.id, "okta")
    idp = Okta(installation.url(f"/scim/v2/{slug}"), token.secret)
    yield Company(idp, leavers_vanish=False)
    idp.endpoint.close()
