"""A run: a worker's turn at one integration. Claims due jobs, carries them out, stops after a time slice.

One run at a time is promised from outside. Should two overlap all the same, the epoch tells them apart: the
newer takes over the older one's jobs, and nothing the older one still says is believed.
"""

import asyncio
from dataclasses import dataclass
from datetime import datetime, timedelta

from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import IntegrationState
from seatkeeper.engine.changes import change
from seatkeeper.engine.context import Engine
from seatkeeper.engine.opening import open_workplace
from seatkeeper.engine.shift import Shift
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.due_jobs import find_next_due
from seatkeeper.store.records.claims import take_back
from seatkeeper.store.records.runs import Turn, find_turn, start_run
from seatkeeper.store.records.tasks import close_hold_without_jobs


@dataclass(frozen=True, slots=True)
class RunEnded:
    """``again``: jobs are due at once. Otherwise ``next_due_at`` says when there will be something to do."""

    again: bool
    next_due_at: datetime | None = None


async def run_integration(
    engine: Engine, integration_id: IntegrationId, *, time_slice: timedelta, stop: asyncio.Event
) -> RunEnded:
    """Take one turn at an integration.

    Takes over what an earlier run left running. Claims no more once the time slice is over, ``stop`` is set, or
    the integration is paused, changed, throttled or quarantined; attempts under way come to their end. Raises
    ``StoreUnavailableError``: then what is not recorded yet will be found out anew by the next run.
    """
    ends_at = engine.clock() + time_slice
    turn = await change(engine.database, lambda tx: _start(tx, integration_id))
    if turn is None or stop.is_set() or not _may_start(turn, engine.clock()):
        return await _end(engine, integration_id)
    async with open_workplace(engine, turn) as place:
        if place is not None:
            await Shift(place, turn, ends_at=ends_at, stop=stop).work()
    return await _end(engine, integration_id)


async def _start(tx: Transaction, integration_id: IntegrationId) -> Turn | None:
    turn = await start_run(tx, integration_id)
    if turn is not None:
        await take_back(tx, integration_id)
        await close_hold_without_jobs(tx, integration_id)
    return turn


def _may_start(turn: Turn, now: datetime) -> bool:
    if turn.integration.state is not IntegrationState.LIVE:
        return False
    if turn.quarantine is not None:
        return turn.probe_at is None or turn.probe_at <= now
    return turn.throttled_until is None or turn.throttled_until <= now


async def _end(engine: Engine, integration_id: IntegrationId) -> RunEnded:
    """Say when there is something to do next."""
    async with engine.database.read() as reader:
        turn = await find_turn(reader, integration_id)
        due_at = await find_next_due(reader, integration_id)
    if turn is None or turn.integration.state is not IntegrationState.LIVE:
        return RunEnded(again=False)
    if turn.quarantine is not None:
        return RunEnded(again=False, next_due_at=turn.probe_at)
    if due_at is None:
        return RunEnded(again=False)
    at = max(due_at, turn.throttled_until or due_at)
    return RunEnded(again=True) if at <= engine.clock() else RunEnded(again=False, next_due_at=at)
