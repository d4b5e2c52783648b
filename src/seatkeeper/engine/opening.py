"""Opening an app for a run: the mapping, the session, and the probe that lifts a quarantine.

Whatever keeps the app from being opened at all stops the integration rather than its jobs, one after another:
nothing is lost, the Owner is told once, and the next probe may find it put right.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from typing import assert_never

import structlog

from seatkeeper.core.events import EventKind
from seatkeeper.core.outcomes import (
    Failed,
    Outcome,
    Pending,
    Quarantined,
    Retrying,
    Succeeded,
    Unchanged,
    Unverified,
    Waiting,
)
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.engine.app import DownApp
from seatkeeper.engine.attempt import interpret
from seatkeeper.engine.canary import is_canary_due, note
from seatkeeper.engine.changes import change
from seatkeeper.engine.context import Engine
from seatkeeper.engine.evidence import keep
from seatkeeper.engine.links import Links
from seatkeeper.engine.mappings import get_mapping
from seatkeeper.engine.verdicts import Court
from seatkeeper.engine.workplace import Workplace, enter_workplace
from seatkeeper.spi.errors import TransientError
from seatkeeper.spi.evidence import Exhibit, collecting
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.evidence import Occasion
from seatkeeper.store.records.runs import Quarantine, Turn, pause_until, probe_later, quarantine, release

_log = structlog.get_logger(__name__)


@asynccontextmanager
async def open_workplace(engine: Engine, turn: Turn) -> AsyncIterator[Workplace | None]:
    """Open the app of an integration; None when that is not possible, which is recorded.

    An integration in quarantine is probed, and released when the probe succeeds. An app that cannot be reached
    gives a workplace all the same, where every attempt ends in that.
    """
    stack = AsyncExitStack()
    try:
        with collecting() as exhibits:
            opened = await interpret(_open(engine, turn, stack))
        if isinstance(opened, Workplace) and turn.quarantine is not None:
            await change(engine.database, lambda tx: _release(tx, turn))
        yield opened if isinstance(opened, Workplace) else await _settle(engine, turn, opened, exhibits)
    finally:
        await _close(turn, stack)


async def _open(engine: Engine, turn: Turn, stack: AsyncExitStack) -> Workplace | Outcome:
    place = await enter_workplace(engine, turn.integration, stack)
    if turn.quarantine is not None or await is_canary_due(engine, turn):
        await place.app.check()
        await change(engine.database, lambda tx: note(tx, turn))
    return place


async def _settle(engine: Engine, turn: Turn, outcome: Outcome, exhibits: Sequence[Exhibit]) -> Workplace | None:
    """Record what opening came to; an app that cannot be reached is left to the attempts."""
    match outcome:
        case Retrying(problem, after) if problem.code is ProblemCode.APP_THROTTLED:
            court = Court(turn.integration.policy.retries, engine.clock(), engine.random)
            until = court.now + (after or court.delay(1))
            await change(engine.database, lambda tx: pause_until(tx, turn.integration.id, turn.epoch, until))
        case Retrying(problem, _) if turn.quarantine is None:
            down, links = DownApp(TransientError(problem.detail)), Links(engine.database, turn.integration.id)
            return Workplace(engine, turn.integration, down, get_mapping(turn.integration), links)
        case Pending(problem) | Retrying(problem, _) | Waiting(problem) | Failed(problem) | Quarantined(problem):
            _log.warning("app.not_opened", integration=turn.integration.slug, problem=problem.code)
            await change(engine.database, lambda tx: _stop(tx, engine, turn, problem))
            await change(engine.database, lambda tx: keep(tx, Occasion(turn.integration.id), exhibits))
        case Succeeded() | Unverified() | Unchanged():
            raise AssertionError("opening an app is no attempt at a job")
        case _:
            assert_never(outcome)
    return None


async def _stop(tx: Transaction, engine: Engine, turn: Turn, problem: Problem) -> None:
    integration, before = turn.integration, turn.quarantine
    court = Court(integration.policy.retries, tx.now, engine.random)
    if before is not None:
        why = Quarantine(problem, before.probes + 1)
        await probe_later(tx, integration.id, turn.epoch, why, tx.now + court.delay(why.probes + 1))
        return
    if await quarantine(tx, integration.id, turn.epoch, Quarantine(problem), tx.now + court.delay(1)):
        details = {"problem": problem.code, "detail": problem.detail}
        kind = EventKind.INTEGRATION_QUARANTINED
        await record_event(tx, Happening(integration.id, kind, integration.name, details=details))


async def _release(tx: Transaction, turn: Turn) -> None:
    integration = turn.integration
    if await release(tx, integration.id, turn.epoch):
        await record_event(tx, Happening(integration.id, EventKind.INTEGRATION_RELEASED, integration.name))


async def _close(turn: Turn, stack: AsyncExitStack) -> None:
    try:
        await stack.aclose()
    except Exception as error:  # noqa: BLE001 - the work is done and recorded; a bad goodbye changes nothing
        _log.warning("session.close_failed", integration=turn.integration.slug, error=type(error).__name__)
