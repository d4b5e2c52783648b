"""The plan for one person can be looked at, and nothing is carried out."""

import pytest

from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.ids import UserId
from seatkeeper.core.steps import CreateAccount, DisableAccount, UpdateAccount
from seatkeeper.engine.preview import preview
from seatkeeper.spi.errors import TransientError
from seatkeeper.store.identifiers import new_id
from tests.engine.world import World


async def test_the_plan_for_a_joiner_is_told_and_not_carried_out(world: World) -> None:
    await world.hire("ada")
    told = await preview(world.engine, world.integration.id, world.users["ada"])
    assert told.plan is not None
    [step] = told.plan.steps
    assert isinstance(step, CreateAccount)
    assert step.attributes["mail"] == "ada@example.org"
    assert (told.seen, told.problem) == (None, None)
    assert world.ledger.names() == []
    assert await world.states() == ["queued"]


async def test_the_plan_is_worked_out_against_what_the_app_holds_now(world: World) -> None:
    await world.hire("ada")
    await world.run()
    await world.change("ada", title="Countess")
    told = await preview(world.engine, world.integration.id, world.users["ada"])
    assert told.plan is not None
    assert [type(step) for step in told.plan.steps] == [UpdateAccount]
    assert told.seen is not None
    await world.leave("ada")
    told = await preview(world.engine, world.integration.id, world.users["ada"])
    assert told.plan is not None
    assert [type(step) for step in told.plan.steps] == [DisableAccount]


async def test_what_stands_in_the_way_is_told(world: World) -> None:
    await world.hire("ada")
    world.ledger.add("one", mail="ada@example.org")
    world.ledger.add("two", mail="ada@example.org")
    told = await preview(world.engine, world.integration.id, world.users["ada"])
    assert told.problem is not None
    assert told.problem.code == "ambiguous_match"
    world.ledger.opening = TransientError("The app does not answer.")
    told = await preview(world.engine, world.integration.id, world.users["ada"])
    assert told.problem is not None
    assert told.problem.code == "app_unreachable"


async def test_nobody_by_that_id_is_said_so(world: World) -> None:
    with pytest.raises(NotFoundError):
        await preview(world.engine, world.integration.id, UserId(new_id()))
