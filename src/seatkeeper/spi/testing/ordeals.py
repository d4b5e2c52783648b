"""What the checks of the fault kit are made of: an app that can be reached past a doorway and through it."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    ConnectorError,
    TransientError,
)
from seatkeeper.spi.settings import ConnectorSettings
from seatkeeper.spi.testing.doorways import ANY_PROTOCOL, OVER_HTTP, Doorway, Fault, open_doorway
from seatkeeper.spi.testing.harness import Harness, PromiseBrokenError, Trial, expect, trial_of

MOST_TURNS = 12
"""Exchanges of one call that are tried."""
_MOST_LOOKS = 5


@dataclass(frozen=True, slots=True)
class FaultHarness:
    """A harness, and how to lead its connector through a doorway."""

    harness: Harness
    host: str
    port: int
    """Where the app listens."""
    through: Callable[[int], ConnectorSettings]
    """Make settings that reach the app through this port of 127.0.0.1. With short timeouts, the kit is quicker."""
    speaks_http: bool = False
    """Plain HTTP, so that answers can be made up."""

    @property
    def faults(self) -> Iterable[Fault]:
        """What can go wrong here."""
        return (*ANY_PROTOCOL, *(OVER_HTTP if self.speaks_http else ()))


@dataclass(frozen=True, slots=True)
class Ordeal:
    """What a check of the kit works with. ``straight`` reaches the app past the doorway."""

    given: FaultHarness
    doorway: Doorway
    straight: Trial

    @asynccontextmanager
    async def session(self) -> AsyncIterator[Trial]:
        """Open a new session through the doorway, as a worker does after a crash."""
        led = replace(self.given.harness, settings=self.given.through(self.doorway.port))
        async with trial_of(led) as trial:
            yield trial

    async def each_fault(self, attempt: "Attempt") -> None:
        """Carry the attempt out with each fault at each turn of its call."""
        for fault in self.given.faults:
            for turn in range(1, MOST_TURNS + 1):
                if not await self._once(fault, turn, attempt):
                    break

    async def _once(self, fault: Fault, turn: int, attempt: "Attempt") -> bool:
        """Give whether the fault happened."""
        prepared = await attempt.prepare(self)
        async with self.session() as trial:
            await warm(trial)
            self.doorway.arm(fault, turn)
            told = await told_by(attempt.call(trial, prepared))
            self.doorway.disarm()
        where = f"{fault.value} (exchange {turn})"
        happened = self.doorway.fired > 0
        expect(happened or told is None, f"without a fault the call failed: {told!r}")
        if told is None:
            expect(
                await attempt.is_done(self, prepared), f"{where}: success is told, and the app does not show it"
            )
        async with self.session() as trial:
            await _settle(attempt, trial, prepared, where)
        expect(await attempt.is_done(self, prepared), f"{where}: it is not done after another try")
        return happened


@dataclass(frozen=True, slots=True)
class Prepared:
    """Whom an attempt is about."""

    person: Attributes
    uid: Uid | None = None
    group: Uid | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """A change: what is there before, the call, how the app shows that it is done, and the next try."""

    prepare: Callable[[Ordeal], Awaitable[Prepared]]
    call: Callable[[Trial, Prepared], Awaitable[None]]
    is_done: Callable[[Ordeal, Prepared], Awaitable[bool]]


async def told_by(call: Awaitable[None]) -> ConnectorError | None:
    """Give what a call raised, or None for success."""
    try:
        await call
    except ConnectorError as error:
        return error
    return None


async def _settle(attempt: Attempt, trial: Trial, prepared: Prepared, where: str) -> None:
    """Try again as the engine does: what it meets half done counts as done by us."""
    for _ in range(_MOST_LOOKS):
        try:
            await attempt.call(trial, prepared)
        except (AccountExistsError, AccountNotFoundError):
            return
        except TransientError:
            await asyncio.sleep(0.1)
        else:
            return
    raise PromiseBrokenError(f"{where}: the app is well again, and the call still fails")


async def warm(trial: Trial) -> None:
    """Make the session open its connection, so that exchanges of the call under test alone are counted."""
    await trial.reads.find_accounts(trial.name, "nobody")


@asynccontextmanager
async def ordeal_of(given: FaultHarness) -> AsyncIterator[Ordeal]:
    """Open a doorway and a session past it; what is made is undone."""
    async with open_doorway(given.host, given.port) as doorway, trial_of(given.harness) as straight:
        yield Ordeal(given, doorway, straight)
