"""*Test connection*: stages are seen while it goes on; it outlives leaving; another press begins anew."""

import asyncio

import httpx
import pytest

from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.operations.trials import begin_trial
from seatkeeper.spi.errors import CredentialsRefusedError
from seatkeeper.store.database import Database
from seatkeeper.web.app import web_app
from seatkeeper.web.house import House
from seatkeeper.web.security import csrf_token
from tests.engine.world import Clock, World, open_world
from tests.waiting import until
from tests.web.people import SETUP, Person, client_with, sign_in
from tests.web.reading import text_of
from tests.web.worlds import house_of

PAGE = "/integrations/ledger/settings"
FORM = {"name": "Ledger", "settings.shelf": "C"}


@pytest.fixture
async def world(database: Database) -> World:
    return await open_world(database, Clock())


@pytest.fixture
def house(world: World, database: Database) -> House:
    return house_of(world, database)


@pytest.fixture
async def owner(house: House, world: World, database: Database) -> Person:
    roles = {world.integration.id: IntegrationRole.OWNER}
    member, secret = await sign_in(database, WorkspaceRole.MEMBER, on=roles)
    transport = httpx.ASGITransport(web_app(house), client=("127.0.0.1", 4711))
    return Person(member, secret, client_with(transport, secret))


async def press(owner: Person) -> str:
    """Press the button as htmx does, which does not wait."""
    headers = {"HX-Request": "true", "X-CSRF-Token": csrf_token(owner.secret)}
    answer = await owner.client.post(f"{PAGE}/test", data=FORM, headers=headers)
    assert answer.status_code == 200
    return answer.text


async def seen(owner: Person) -> str:
    return (await owner.get(f"{PAGE}/test", fragment=True)).text


async def test_stages_are_seen_while_it_goes_on_and_after_coming_back(
    world: World, owner: Person, house: House
) -> None:
    calls: list[str] = []
    may_go_on = asyncio.Event()

    async def hold(call: str) -> None:
        calls.append(call)
        if call == "count":
            await may_go_on.wait()

    world.ledger.before_call = hold
    begun = await press(owner)
    assert 'hx-trigger="every' in begun
    assert "The settings are complete : being tried" in text_of(begun)

    async def is_at_the_second() -> bool:
        return "The books can be read : being tried" in text_of(await seen(owner))

    await until(is_at_the_second)
    page = (await owner.get(PAGE)).text  # left, and come back to
    assert 'hx-trigger="every' in page
    assert "The ledger is open . Yes." in text_of(page)
    await press(owner)  # the first one is given up
    await until(lambda: _is(calls.count("count") == 2))
    may_go_on.set()
    await house.work.idle()
    done = await seen(owner)
    assert "hx-get" not in done, "nothing is asked for any more"
    assert "The books can be read: 0 accounts" in text_of(done)
    assert "It works." in done
    assert (await owner.get(f"{PAGE}/test")).headers["location"] == PAGE


async def test_without_javascript_the_end_is_shown(world: World, owner: Person) -> None:
    world.ledger.fail("check", CredentialsRefusedError("The token has expired."))
    told = text_of((await owner.post(f"{PAGE}/test", FORM)).text)
    assert "The ledger is open : no" in told
    assert "The books can be read : not come to" in told
    assert "The app refused the service account: The token has expired. Enter the service account" in told


async def test_a_test_whose_process_ended_is_told_as_interrupted_and_then_forgotten(
    world: World, owner: Person, database: Database
) -> None:
    async with database.transaction(SETUP) as tx:
        await begin_trial(tx, owner.member.id, world.integration.id)
    assert "being tried" in await seen(owner)
    world.clock.advance(seconds=16)
    assert "The test was interrupted" in await seen(owner)
    world.clock.advance(minutes=15)
    assert "sk-trial" not in await seen(owner)


async def _is(holds: bool) -> bool:
    return holds
