"""Trying a connection before anything depends on it, and telling how far that comes while it goes on."""

import asyncio
from collections.abc import Callable, Mapping
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass, field
from typing import Any, assert_never

from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.ids import TrialId
from seatkeeper.core.integrations import Integration
from seatkeeper.core.outcomes import (
    Failed,
    Pending,
    Quarantined,
    Retrying,
    Succeeded,
    Unchanged,
    Unverified,
    Waiting,
)
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.trials import Trial
from seatkeeper.engine.app import as_bug, guarded
from seatkeeper.engine.attempt import interpret
from seatkeeper.engine.connections import NoSessionError, connect, read_secrets
from seatkeeper.engine.context import ORIGIN, Engine
from seatkeeper.spi.connector import Session, Stage
from seatkeeper.spi.errors import ConnectorError
from seatkeeper.store.records.trials import note_trial

PATIENCE = 20.0
"""Seconds: somebody sits in front of it."""
_HEARD_EVERY = 1.0
"""Seconds after which it is noted that a trial is still under way, and looked whether it is still wanted."""

Tell = Callable[[Trial], None]


async def try_connection(
    engine: Engine,
    connector_name: str,
    values: Mapping[str, Any],
    *,
    tell: Tell = lambda _: None,
    patience: float = PATIENCE,
) -> Trial:
    """Open a session with these settings and secrets, and prove its stages one after another. Changes nothing.

    ``tell`` is called with each step forward, the last included. Never raises for the app.
    """
    trying = _Trying(engine, tell)
    told = await interpret(trying.go_through(connector_name, values), at_most=patience)
    match told:
        case None:
            pass
        case Pending(problem) | Retrying(problem, _) | Waiting(problem) | Failed(problem) | Quarantined(problem):
            trying.fail(_in_plain_words(problem, patience))
        case Succeeded() | Unverified() | Unchanged():
            raise AssertionError("trying a connection is no attempt at a job")
        case _:
            assert_never(told)
    return trying.trial


async def try_integration(engine: Engine, integration: Integration, *, tell: Tell = lambda _: None) -> Trial:
    """Try the connection an integration has. Changes nothing, and never raises for the app."""
    try:
        secrets = await read_secrets(engine, integration)
    except NoSessionError as error:
        failed = Trial().failed(error.problem)
        tell(failed)
        return failed
    return await try_connection(engine, integration.connector, {**integration.settings, **secrets}, tell=tell)


async def carry_out_trial(
    engine: Engine, trial_id: TrialId, connector_name: str, values: Mapping[str, Any]
) -> Trial:
    """Try a connection, and keep in the store how far it comes. Stops when another trial has taken its place."""
    latest, news = Trial(), asyncio.Event()

    def tell(trial: Trial) -> None:
        nonlocal latest
        latest = trial
        news.set()

    trying = asyncio.create_task(try_connection(engine, connector_name, values, tell=tell))
    trying.add_done_callback(lambda _: news.set())
    try:
        while True:
            with suppress(TimeoutError):
                await asyncio.wait_for(news.wait(), _HEARD_EVERY)
            news.clear()
            is_over = trying.done()
            if not await _note(engine, trial_id, latest):
                return latest
            if is_over:
                return await trying
    finally:
        trying.cancel()


async def _note(engine: Engine, trial_id: TrialId, trial: Trial) -> bool:
    try:
        async with engine.database.transaction(ORIGIN) as tx:
            return await note_trial(tx, trial_id, trial)
    except StoreUnavailableError:
        return True  # whoever looks could not read it now, either


@dataclass(slots=True)
class _Trying:
    engine: Engine
    tell: Tell
    trial: Trial = field(default_factory=Trial)
    remedy: str = ""

    async def go_through(self, connector_name: str, values: Mapping[str, Any]) -> None:
        try:
            async with AsyncExitStack() as stack:
                opening = connect(self.engine, connector_name, values)
                self._go_on(self.trial.passed())
                session = await guarded(stack.enter_async_context(opening))
                await self._prove(session)
        except ConnectorError as error:
            if self.trial.has_ended:
                return  # everything holds, and a bad goodbye changes nothing
            self.remedy = error.remedy
            raise

    def fail(self, problem: Problem) -> None:
        self._go_on(self.trial.failed(problem, self.remedy))

    async def _prove(self, session: Session) -> None:
        stages = _stages_of(session)
        self._go_on(self.trial.opened([stage.name for stage in stages]))
        for stage in stages:
            self._go_on(self.trial.passed(await guarded(stage.prove())))
        self._go_on(self.trial.completed(session.abilities))

    def _go_on(self, trial: Trial) -> None:
        self.trial = trial
        self.tell(trial)


def _stages_of(session: Session) -> list[Stage]:
    try:
        return list(session.stages())
    except Exception as error:
        raise as_bug(error) from error


def _in_plain_words(problem: Problem, patience: float) -> Problem:
    if problem.code is ProblemCode.APP_UNREACHABLE and "did not come to an end" in problem.detail:
        return Problem(problem.code, f"It did not answer within {patience:.0f} seconds.")
    return problem
