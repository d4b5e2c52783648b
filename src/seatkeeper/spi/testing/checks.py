"""The list of checks, and running one."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import TypeAlias

from seatkeeper.spi.errors import ConnectorError
from seatkeeper.spi.testing import accounts, entitlements, groups, sessions
from seatkeeper.spi.testing.harness import Harness, PromiseBrokenError, Trial, trial_of

Body: TypeAlias = Callable[[Trial], Awaitable[None]]


@dataclass(frozen=True, slots=True)
class Check:
    """One promise. ``title`` is a true sentence about a connector that keeps it."""

    name: str
    title: str
    body: Body


def _check(body: Body) -> Check:
    name = getattr(body, "__name__", "")
    return Check(name, (body.__doc__ or name).splitlines()[0].rstrip("."), body)


CHECKS: tuple[Check, ...] = tuple(
    _check(body) for body in (*sessions.BODIES, *accounts.BODIES, *entitlements.BODIES, *groups.BODIES)
)
"""Every check. One whose ability the app lacks checks that the session does not pretend to have it."""


async def run_check(check: Check, harness: Harness) -> None:
    """Run one check in a session of its own. Raises ``PromiseBrokenError``, and nothing else."""
    try:
        async with trial_of(harness) as trial:
            await check.body(trial)
    except PromiseBrokenError:
        raise
    except ConnectorError as error:
        raise PromiseBrokenError(f"{check.title}: {type(error).__name__}: {error}") from error
    except Exception as error:
        name = type(error).__name__
        raise PromiseBrokenError(f"{check.title}: {name} is none of the errors of spi.errors: {error}") from error
