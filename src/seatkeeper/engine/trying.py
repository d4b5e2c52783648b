"""Trying a connection before anything depends on it."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from typing import Any, assert_never

from seatkeeper.core.outcomes import Failed, Quarantined, Retrying, Succeeded, Unchanged, Unverified, Waiting
from seatkeeper.core.problems import Problem, ProblemCode
from seatkeeper.core.trials import Trial
from seatkeeper.engine.app import guarded
from seatkeeper.engine.attempt import interpret
from seatkeeper.engine.connections import connect
from seatkeeper.engine.context import Engine

PATIENCE = 20.0
"""Seconds: somebody sits in front of it."""


async def try_connection(
    engine: Engine, connector_name: str, values: Mapping[str, Any], *, patience: float = PATIENCE
) -> Trial:
    """Open a session with these settings and secrets, and ask the app once. Changes nothing and never raises."""
    told = await interpret(_try(engine, connector_name, values), at_most=patience)
    match told:
        case Trial():
            return told
        case Retrying(problem, _) | Waiting(problem, _) | Failed(problem, _) | Quarantined(problem):
            return Trial(problem=_in_plain_words(problem, patience))
        case Succeeded() | Unverified() | Unchanged():
            raise AssertionError("trying a connection is no attempt at a job")
        case _:
            assert_never(told)


async def _try(engine: Engine, connector_name: str, values: Mapping[str, Any]) -> Trial:
    async with AsyncExitStack() as stack:
        session = await guarded(stack.enter_async_context(connect(engine, connector_name, values)))
        answered = await guarded(session.check())
        return Trial(answered, session.abilities)


def _in_plain_words(problem: Problem, patience: float) -> Problem:
    if problem.code is ProblemCode.APP_UNREACHABLE and "did not come to an end" in problem.detail:
        return Problem(problem.code, f"It did not answer within {patience:.0f} seconds.")
    return problem
