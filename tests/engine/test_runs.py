"""A worker's turn: it stops in time, leaves nothing behind, and is not believed once another has taken over."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import timedelta

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Policy
from seatkeeper.engine.run import run_integration
from seatkeeper.engine.sweep import sweep
from seatkeeper.store.identifiers import new_id
from tests.engine.world import World

MakeWorld = Callable[..., Awaitable[World]]

PEOPLE = [f"person{number:02}" for number in range(30)]


async def test_the_outcome_of_an_overtaken_run_is_refused(world: World) -> None:
    await world.hire("ada")
    create, taken_over = asyncio.Event(), asyncio.Event()

    async def linger(call: str) -> None:
        if call == "create":
            world.ledger.before_call = None
            create.set()
            await taken_over.wait()

    world.ledger.before_call = linger
    old = asyncio.create_task(world.run())
    await create.wait()
    await world.run()
    assert (await world.job("ada"))["state"] == "succeeded"
    seen = await world.account("ada")
    taken_over.set()
    await old
    assert len(await world.attempts("ada")) == 1
    assert await world.account("ada") == seen
    assert world.ledger.names() == ["ada"]


async def test_an_overtaken_run_claims_no_more(make_world: MakeWorld) -> None:
    world = await make_world(policy=Policy(concurrency=1))
    await world.hire(*PEOPLE)

    async def overtake(call: str) -> None:
        if call == "create":
            world.ledger.before_call = None
            await world.set_integration("run_epoch = run_epoch + 1")

    world.ledger.before_call = overtake
    await world.run()
    assert len(world.ledger.names()) < len(PEOPLE)
    assert set(await world.states()) == {"succeeded", "queued"}


async def test_jobs_of_a_dead_run_are_taken_back(world: World) -> None:
    await world.hire("ada", "bob")
    await world.rows("UPDATE jobs SET state = 'running', epoch = 0 RETURNING id")
    assert await sweep(world.engine) == [world.integration.id]
    await world.run()
    assert await world.states() == ["succeeded", "succeeded"]
    assert world.ledger.names() == ["ada", "bob"]


async def test_a_dead_runs_job_that_a_newer_wish_follows_is_void(world: World) -> None:
    await world.hire("ada")
    await world.rows("UPDATE jobs SET state = 'running', epoch = 0 RETURNING id")
    await world.change("ada", title="Countess")
    await world.run()
    assert await world.states() == ["superseded", "succeeded"]
    assert world.ledger.named("ada").attributes["title"] == "Countess"


async def test_a_retry_that_a_newer_wish_follows_is_void(world: World) -> None:
    await world.hire("ada")

    async def change_meanwhile(call: str) -> None:
        world.ledger.before_call = None
        await world.change("ada", title="Countess")

    world.ledger.before_call = change_meanwhile
    world.ledger.fail("find", TimeoutError())
    await world.run()
    assert (await world.jobs())[0]["state"] in {"superseded", "failed"}
    assert world.ledger.named("ada").attributes["title"] == "Countess"


async def test_a_run_ends_with_its_time_slice_and_says_there_is_more(world: World) -> None:
    await world.hire(*PEOPLE)
    assert (await world.run(time_slice=0)).again
    assert 0 < len(world.ledger.names()) < len(PEOPLE)
    assert set(await world.states()) == {"succeeded", "queued"}
    while (await world.run(time_slice=0)).again:
        pass
    assert set(await world.states()) == {"succeeded"}


async def test_a_stop_lets_attempts_end_and_gives_the_rest_back(world: World) -> None:
    await world.hire(*PEOPLE)
    stop = asyncio.Event()

    async def ask_to_stop(call: str) -> None:
        if call == "create":
            stop.set()

    world.ledger.before_call = ask_to_stop
    ended = await world.run(stop=stop)
    assert ended.again
    done = [job for job in await world.jobs() if job["state"] == "succeeded"]
    assert 0 < len(done) <= world.integration.policy.concurrency
    assert len(world.ledger.names()) == len(done)
    assert {job["state"] for job in await world.jobs()} == {"succeeded", "queued"}


async def test_a_pause_in_the_middle_stops_the_run_and_loses_nothing(make_world: MakeWorld) -> None:
    world = await make_world(policy=Policy(concurrency=1))
    await world.hire(*PEOPLE)

    async def pause(call: str) -> None:
        if call == "create":
            world.ledger.before_call = None
            await world.set_integration("state = 'paused', updated_at = now()")

    world.ledger.before_call = pause
    ended = await world.run()
    assert (ended.again, ended.next_due_at) == (False, None)
    assert set(await world.states()) == {"succeeded", "queued"}
    assert await sweep(world.engine) == []
    calls = len(world.ledger.calls)
    await world.run()
    assert len(world.ledger.calls) == calls
    await world.set_integration("state = 'live', updated_at = now()")
    assert await sweep(world.engine) == [world.integration.id]
    await world.run()
    assert world.ledger.names() == PEOPLE


async def test_a_changed_mapping_holds_for_everybody_not_started_yet(make_world: MakeWorld) -> None:
    world = await make_world(policy=Policy(concurrency=1))
    await world.hire(*PEOPLE)

    async def change_mapping(call: str) -> None:
        if call == "create":
            world.ledger.before_call = None
            change = (
                "mapping = jsonb_set(mapping, '{attributes,display}', '\"user.userName\"'), updated_at = now()"
            )
            await world.set_integration(change)

    world.ledger.before_call = change_mapping
    ended = await world.run()
    assert ended.again
    await world.run()
    assert world.ledger.named(PEOPLE[-1]).attributes["display"] == PEOPLE[-1]


async def test_a_run_of_an_integration_that_is_gone_does_nothing(world: World) -> None:
    ended = await run_integration(
        world.engine,
        IntegrationId(new_id()),
        time_slice=timedelta(seconds=1),
        stop=asyncio.Event(),
    )
    assert (ended.again, ended.next_due_at) == (False, None)


async def test_jobs_are_started_no_faster_than_the_policy_says(make_world: MakeWorld) -> None:
    world = await make_world(policy=Policy(rate_per_minute=60))
    await world.hire("ada", "bob", "carl")
    ended = await world.run(time_slice=0.5)
    assert len(world.ledger.names()) == 1
    assert not ended.again
    assert ended.next_due_at == (await world.standing())["throttled_until"]
    world.clock.advance(seconds=1)
    await world.run(time_slice=0.5)
    assert len(world.ledger.names()) == 2


async def test_the_queue_keeps_its_order_for_one_pair_of_hands(make_world: MakeWorld) -> None:
    world = await make_world(policy=Policy(concurrency=1))
    await world.hire(*PEOPLE)
    await world.run()
    assert [call for call in world.ledger.calls if call.startswith("create")] == [
        f"create {name}" for name in PEOPLE
    ]


async def test_the_sweep_leaves_out_who_must_wait(world: World) -> None:
    assert await sweep(world.engine) == []
    await world.hire("ada")
    assert await sweep(world.engine) == [world.integration.id]
    await world.set_integration("throttled_until = now() + interval '1 hour'")
    assert await sweep(world.engine) == []
    await world.set_integration("throttled_until = NULL, quarantine = '{}', probe_at = now() + interval '1 hour'")
    assert await sweep(world.engine) == []
    world.clock.advance(hours=2)
    assert await sweep(world.engine) == [world.integration.id]
