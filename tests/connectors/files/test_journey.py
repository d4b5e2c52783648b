"""A person joins, moves, leaves and returns; jobs wait for the app's own list, or say that nothing proves them."""

import os
import random
from collections.abc import AsyncIterator
from typing import Any

import pytest

from seatkeeper.connectors.files import connector
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration, IntegrationState, MappingRules, Policy
from seatkeeper.engine.context import Engine
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.integrations import insert_integration
from seatkeeper.store.sealing import Keyring, make_key
from tests.connectors.files.conftest import Drop
from tests.engine.ledger import Ledger
from tests.engine.world import OWNER, Clock, World

COLUMNS = ["userName", "title", "@active"]


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
async def store(database_url: str, clock: Clock) -> AsyncIterator[Database]:
    database = Database(database_url, size=6, clock=clock)
    await database.open()
    yield database
    await database.close()


async def open_world(store: Database, clock: Clock, slug: str, **settings: Any) -> World:
    """Make an integration whose app takes files."""
    expressions = {"userName": "user.userName", "title": "user.title"}
    integration = Integration(
        id=IntegrationId(new_id()),
        slug=slug,
        name=slug,
        connector="files",
        settings={"columns": COLUMNS, "gather": 0.01, **settings},
        schema=(),
        mapping=MappingRules(expressions, join=("userName",), required=("userName",)),
        policy=Policy(),
        state=IntegrationState.LIVE,
    )
    async with store.transaction(OWNER) as tx:
        await insert_integration(tx, integration, None)
    engine = Engine(store, {"files": connector}, Keyring.parse(make_key()), clock, random.Random(7))
    return World(store, clock, Ledger(), engine, integration)


def export(drop: Drop, clock: Clock, text: str) -> None:
    """Let the app drop its list, now."""
    drop.write("export.csv", f"userName,title,active\n{text}")
    os.utime(drop.folder / "export.csv", (clock().timestamp(),) * 2)


async def later(world: World) -> tuple[str, str | None]:
    """Let the engine look again, and say how far the newest job about ada is."""
    world.clock.advance(minutes=16)
    await world.run()
    [*_, job] = await world.jobs()
    return job["state"], job["problem_code"]


async def test_jobs_wait_until_the_app_shows_what_it_made_of_them(
    store: Database, clock: Clock, drop: Drop
) -> None:
    world = await open_world(store, clock, "bank", folder="hr", return_file="export.csv")
    await world.hire("ada", title="Countess")
    assert await later(world) == ("retrying", "not_shown")
    assert drop.read() == "userName,title,active\nada,Countess,true\n"
    export(drop, clock, "bob,,true\n")
    assert await later(world) == ("retrying", "not_shown")
    export(drop, clock, "ada,Countess,true\n")
    assert await later(world) == ("succeeded", None)

    await world.change("ada", title="Analyst")
    assert await later(world) == ("retrying", "not_shown")
    export(drop, clock, "ada,Analyst,true\n")
    assert await later(world) == ("succeeded", None)

    await world.leave("ada")
    assert await later(world) == ("retrying", "not_shown")
    export(drop, clock, "ada,Analyst,false\n")
    assert await later(world) == ("succeeded", None)

    await world.come_back("ada")
    assert await later(world) == ("retrying", "not_shown")
    clock.advance(hours=25)
    assert await later(world) == ("unverified", None)
    export(drop, clock, "ada,Clerk,true\n")
    await world.change("ada", nickName="Addie")
    assert await later(world) == ("retrying", "not_as_wanted")


async def test_what_nothing_proves_is_never_called_done(store: Database, clock: Clock, drop: Drop) -> None:
    world = await open_world(store, clock, "letters", folder="hr")
    await world.hire("ada", title="Countess")
    assert await later(world) == ("unverified", None)
    await world.change("ada", nickName="Addie")
    assert await later(world) == ("unverified", None)
    await world.leave("ada")
    assert await later(world) == ("unverified", None)
    assert drop.read() == "userName,title,active\nada,Countess,false\n"


async def test_a_rush_rewrites_the_file_a_few_times(store: Database, clock: Clock, drop: Drop) -> None:
    world = await open_world(store, clock, "letters", folder="hr", gather=0.2)
    await world.hire(*(f"p{number}" for number in range(150)))
    await world.run()
    assert set(await world.states()) == {"unverified"}
    assert len(drop.read().splitlines()) == 151
    [*_, newest] = sorted((drop.folder / ".seatkeeper").glob("ledger-*"))
    assert int(newest.name.removeprefix("ledger-")) < 15
