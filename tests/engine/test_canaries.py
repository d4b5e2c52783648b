"""Frail apps are tried before much work and once a day; what was seen is kept with the job, for some days."""

from dataclasses import replace
from datetime import timedelta

from seatkeeper.engine.evidence import forget_old_evidence
from seatkeeper.engine.sweep import sweep
from seatkeeper.spi.errors import AppChangedError
from seatkeeper.spi.evidence import Exhibit, hand_over
from seatkeeper.store.database import Row
from tests.engine.world import World


async def _picture(call: str) -> None:
    hand_over(Exhibit(f"Seen at {call}", "image/jpeg", call.encode()))


def _make_frail(world: World) -> None:
    connector = replace(world.ledger.connector(), is_frail=True)
    world.engine = replace(world.engine, connectors={"ledger": connector})
    world.ledger.before_call = _picture


async def _evidence(world: World) -> list[Row]:
    return await world.rows("SELECT job_id, attempt, label, content FROM evidence ORDER BY taken_at, number")


async def test_a_frail_app_that_changed_is_left_alone_until_a_trial_succeeds(world: World) -> None:
    _make_frail(world)
    world.ledger.fail("check", AppChangedError("In “find”, step 2: no button Search."))
    await world.hire("ada")
    ended = await world.run()
    assert (await world.standing())["quarantine"]["code"] == "app_changed"
    assert (await world.events()).count("integration.quarantined") == 1
    assert world.ledger.names() == []
    assert [(row["job_id"], row["label"]) for row in await _evidence(world)] == [(None, "Seen at check")]
    world.clock.advance(seconds=((ended.next_due_at or world.clock()) - world.clock()).total_seconds() + 1)
    await world.run()
    assert await world.states() == ["succeeded"]
    assert world.ledger.names() == ["ada"]
    job = await world.job("ada")
    of_job = [row for row in await _evidence(world) if row["job_id"] is not None]
    assert {row["job_id"] for row in of_job} == {job["id"]}
    assert {row["attempt"] for row in of_job} == {1}
    assert "Seen at create" in {row["label"] for row in of_job}
    await forget_old_evidence(world.engine, timedelta(days=14))
    assert len(await _evidence(world)) == len(of_job) + 1
    world.clock.advance(days=14, hours=1)
    await forget_old_evidence(world.engine, timedelta(days=14))
    assert await _evidence(world) == []


async def test_a_frail_app_is_tried_once_a_day_and_before_much_work(world: World) -> None:
    _make_frail(world)
    assert await sweep(world.engine) == [world.integration.id]
    await world.run()
    assert world.ledger.calls == ["check", "count"]
    assert await sweep(world.engine) == []
    world.clock.advance(hours=1)
    await world.hire("ada")
    await world.run()
    assert world.ledger.calls.count("check") == 1
    await world.hire(*(f"person{number}" for number in range(20)))
    await world.run()
    assert world.ledger.calls.count("check") == 2
    world.clock.advance(hours=25)
    assert await sweep(world.engine) == [world.integration.id]
    world.engine = replace(world.engine, connectors={"ledger": world.ledger.connector()})
    assert await sweep(world.engine) == []
