"""One real web process, and for each test an integration of its own that runs no jobs."""

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from lab.seatkeeper import Seatkeeper
from seatkeeper.core.dialects import Dialect
from seatkeeper.core.integrations import IntegrationState, Policy
from seatkeeper.store.database import Database
from tests.databases import Databases
from tests.scim.conftest import an_integration, opened


@pytest.fixture(scope="session")
def seatkeeper(tmp_path_factory: pytest.TempPathFactory, databases: Databases) -> Iterator[Seatkeeper]:
    with databases.fresh() as url:
        installed = Seatkeeper(tmp_path_factory.mktemp("seatkeeper"), url)
        try:
            installed.start(workers=0)
            yield installed
        finally:
            installed.close()


@pytest.fixture
def address(seatkeeper: Seatkeeper, request: pytest.FixtureRequest) -> tuple[str, str]:
    """The base URL and the token of a new integration's endpoint, which tolerates what its caller needs."""
    integration = replace(an_integration(IntegrationState.DRAFT), policy=Policy(dialect=_preset(request)))

    async def make() -> str:
        database = Database(seatkeeper.env["DATABASE_URL"], size=1, clock=lambda: datetime.now(UTC))
        await database.open()
        try:
            return await opened(database, integration)
        finally:
            await database.close()

    return f"{seatkeeper.url}/scim/v2/{integration.slug}", asyncio.run(make())


def _preset(request: pytest.FixtureRequest) -> Dialect | None:
    """Take the preset of the identity provider a test is parametrized with; Entra's two ways share one."""
    played = getattr(request.node, "callspec", None)
    dialect = None if played is None else played.params.get("dialect")
    return None if dialect is None else Dialect(dialect.partition("-")[0])
