"""A PostgreSQL that is restarted: no request pays for the connections it closed."""

import asyncio
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import pytest

from seatkeeper.store.database import Database
from seatkeeper.store.migrating import migrate
from tests.scim.conftest import an_integration, client_of, opened
from tests.scim.idp import IdP

pytestmark = pytest.mark.slow

_SERVE = (
    "import sys; from pathlib import Path; from seatkeeper.store.embedded import start_embedded;"
    " print(start_embedded(Path(sys.argv[1])), flush=True); sys.stdin.read()"
)
CONNECTIONS = 8


@dataclass
class _PostgreSQL:
    """A server that runs for the length of a block, as often as wanted."""

    directory: Path

    @contextmanager
    def running(self) -> Iterator[str]:
        """Run it and give its URL; its last user is gone when the block ends, and so is the server."""
        arguments = [sys.executable, "-c", _SERVE, str(self.directory)]
        with subprocess.Popen(arguments, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as user:
            assert user.stdout is not None
            yield user.stdout.readline().strip()
        assert not (self.directory / "postmaster.pid").exists()


@pytest.fixture
def postgresql(directory: Path) -> _PostgreSQL:
    """A server of the test's own."""
    return _PostgreSQL(directory)


async def _opened(url: str, *, patience: float) -> tuple[Database, IdP]:
    await asyncio.to_thread(migrate, url)
    database = Database(url, size=CONNECTIONS, clock=lambda: datetime.now(UTC), patience=patience)
    await database.open()
    integration = an_integration()
    return database, IdP(client_of(database, integration.slug, await opened(database, integration)))


async def _ask(idp: IdP, name: str, count: int) -> set[int]:
    """Send requests of every kind at once, more than there are connections; tell the statuses."""
    user = await idp.send("POST", "/Users", {"userName": name})
    if user.status_code != 201:
        return {user.status_code}
    change = {"op": "add", "path": "title", "value": name}
    answers = await asyncio.gather(
        *(idp.send("POST", "/Users", {"userName": f"{name}-{n}"}) for n in range(count)),
        *(idp.patch(user.json(), change) for _ in range(count)),
        *(idp.get("/Users") for _ in range(count)),
    )
    return {answer.status_code for answer in answers}


async def test_no_request_notices_that_postgresql_was_restarted(postgresql: _PostgreSQL) -> None:
    with postgresql.running() as url:
        database, idp = await _opened(url, patience=30)
        assert await _ask(idp, "before", 30) == {200, 201}
    for time in ("once", "twice"):
        with postgresql.running():
            assert await _ask(idp, time, 30) == {200, 201}
    await idp.client.aclose()
    await database.close()


async def test_the_first_request_after_an_outage_is_answered(postgresql: _PostgreSQL) -> None:
    with postgresql.running() as url:
        database, idp = await _opened(url, patience=4)
        assert await _ask(idp, "before", 10) == {200, 201}
    assert await _ask(idp, "meanwhile", 10) == {503}
    with postgresql.running():
        assert await _ask(idp, "after", 10) == {200, 201}
    await idp.client.aclose()
    await database.close()
