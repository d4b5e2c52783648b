"""What an app offers: the entitlements it lists, asked for once and with a limit of time."""

from collections.abc import Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from typing import assert_never

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.integrations import Integration
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
from seatkeeper.core.problems import Problem
from seatkeeper.engine.app import guarded
from seatkeeper.engine.attempt import interpret
from seatkeeper.engine.connections import open_session
from seatkeeper.engine.context import Engine
from seatkeeper.spi.connector import GrantsEntitlements

PATIENCE = 10.0
"""Seconds for everything that is asked of the app."""


@dataclass(frozen=True, slots=True)
class Offered:
    """What the app offers; empty where it has nothing to give."""

    entitlements: Sequence[Entitlement]


async def ask_for_offer(engine: Engine, integration: Integration) -> Offered | Problem:
    """Ask the app what it offers, changing nothing. What keeps it from telling is a problem, never an error."""
    told = await interpret(_ask(engine, integration), at_most=PATIENCE)
    return told if isinstance(told, Offered) else _problem(told)


async def _ask(engine: Engine, integration: Integration) -> Offered:
    async with AsyncExitStack() as stack:
        session = await guarded(stack.enter_async_context(await open_session(engine, integration)))
        can = session.abilities
        if not (isinstance(session, GrantsEntitlements) and can.grants and can.lists_entitlements):
            return Offered(())
        return Offered(sorted(await guarded(session.list_entitlements())))


def _problem(outcome: Outcome) -> Problem:
    match outcome:
        case Pending(problem) | Retrying(problem, _) | Waiting(problem) | Failed(problem) | Quarantined(problem):
            return problem
        case Succeeded() | Unverified() | Unchanged():
            raise AssertionError("an app that was only asked something has done nothing")
        case _:
            assert_never(outcome)
