"""Whatever is cut off in the middle is put right by the next run: nobody is lost, doubled or left behind."""

import asyncio
import contextlib
import random
from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest

from seatkeeper.core.integrations import Policy, RemovalLimit, RetryRule
from seatkeeper.spi.errors import ThrottledError, TransientError
from seatkeeper.store.database import Row
from tests.engine.world import World, with_roles

MakeWorld = Callable[..., Awaitable[World]]

PEOPLE = [f"person{number:02}" for number in range(40)]
QUICK = Policy(
    removals=RemovalLimit(count=1000),
    retries=RetryRule(first=timedelta(milliseconds=1), ceiling=timedelta(milliseconds=5)),
)


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(3))
async def test_every_account_is_right_after_runs_were_killed_at_random(make_world: MakeWorld, seed: int) -> None:
    chance = random.Random(seed)
    world = await make_world(policy=QUICK, mapping=with_roles())
    world.ledger.delay = 0.001
    await world.hire(*PEOPLE, roles=[{"value": "reader"}])
    await world.form("ops", *PEOPLE[:20])
    for _ in range(20):
        _stumble(world, chance)
        run = asyncio.create_task(world.run())
        await _company_life(world, chance)
        await asyncio.sleep(chance.random() * 0.05)
        run.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await run
    await _settle(world)
    await _check(world)


def _stumble(world: World, chance: random.Random) -> None:
    for call in ("create", "update", "read", "disable", "enable", "grant", "revoke", "change_members"):
        if chance.random() < 0.4:
            world.ledger.fail(call, TransientError("away"), late=chance.random() < 0.5)
    if chance.random() < 0.1:
        world.ledger.fail("find", ThrottledError("slowly", timedelta(milliseconds=5)))


async def _company_life(world: World, chance: random.Random) -> None:
    """Half a dozen things happen in the identity provider while the run is under way."""
    for _ in range(6):
        name = chance.choice(sorted(world.users))
        match chance.randrange(7):
            case 0 | 1:
                await world.leave(name)
            case 2:
                await world.come_back(name)
            case 3:
                await world.change(name, title=str(chance.randrange(3)))
            case 4:
                roles = chance.sample(["reader", "author", "admin"], 2)
                await world.change(name, roles=[{"value": role} for role in roles])
            case 5:
                await world.remove(name)
                await world.hire(name, roles=[{"value": "reader"}])
            case _:
                await world.regroup("ops", add=[name])


async def _settle(world: World) -> None:
    world.ledger.heal()
    for _ in range(10):
        world.clock.advance(minutes=5)
        await world.run()
    states = set(await world.states())
    assert states <= {"succeeded", "unchanged", "superseded"}, states


async def _check(world: World) -> None:
    users = await world.rows("SELECT user_name, active, document FROM users ORDER BY user_name")
    names = world.ledger.names()
    assert len(names) == len(set(names))
    assert {name for name in names if world.ledger.named(name).active} == _names(users, active=True)
    assert set(names) <= _names(users, active=True) | _names(users, active=False)
    for row in users:
        if row["active"]:
            account = world.ledger.named(row["user_name"])
            roles = {role["value"] for role in row["document"].get("roles", [])}
            assert {each.value for each in account.entitlements} == roles
            assert account.attributes.get("title") == row["document"].get("title")
    members = await world.rows("SELECT user_name FROM memberships JOIN users ON users.id = user_id")
    assert world.ledger.group("ops") == {row["user_name"] for row in members} & set(names)
    assert len(world.ledger.groups) == 1


def _names(users: list[Row], *, active: bool) -> set[str]:
    return {row["user_name"] for row in users if row["active"] is active}
