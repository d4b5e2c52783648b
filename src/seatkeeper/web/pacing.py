"""How the work under way gets on, in the words and figures people read: never more than is known."""

from dataclasses import dataclass
from datetime import datetime

from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.store.queries.bursts import MOST_COUNTED, Burst
from seatkeeper.store.queries.integrations import Hindrance

_NEAR_THE_LIMIT = 0.8


@dataclass(frozen=True, slots=True)
class Pace:
    """``rate``, ``limit`` and ``done_at`` are None where nobody can tell; ``halt`` says why nothing runs."""

    done: int
    total: int
    is_more: bool
    """There are more jobs than are counted."""
    running: int
    later: int
    rate: str | None
    limit: str | None
    done_at: datetime | None
    halt: str | None


def tell_pace(integration: Integration, burst: Burst, hindrance: Hindrance, now: datetime) -> Pace:
    """Work out what may be told of a burst."""
    total = burst.done + burst.left
    halt = _halt(integration, hindrance, now)
    pace = None if halt else burst.per_second
    remaining = None if halt else burst.remaining
    return Pace(
        done=burst.done,
        total=total,
        is_more=max(burst.done, burst.left) >= MOST_COUNTED,
        running=burst.running,
        later=burst.later,
        rate=None if pace is None else _rate(pace),
        limit=None if pace is None else _limit(integration, pace),
        done_at=None if remaining is None or not burst.left else now + remaining,
        halt=halt,
    )


def _halt(integration: Integration, hindrance: Hindrance, now: datetime) -> str | None:
    match integration.state:
        case IntegrationState.DRAFT:
            return "This integration is a draft: its jobs start when it goes live."
        case IntegrationState.PAUSED:
            return "This integration is paused: its jobs go on when somebody resumes it."
        case IntegrationState.LIVE if hindrance.quarantine is not None:
            return "All jobs wait until the app accepts the service account."
        case IntegrationState.LIVE if hindrance.throttled_until is not None and hindrance.throttled_until > now:
            return "All jobs wait for as long as the app asked."
        case IntegrationState.LIVE:
            return None


def _rate(per_second: float) -> str:
    return f"{per_second:.1f}/s" if per_second >= 1 else f"{per_second * 60:.0f}/min"


def _limit(integration: Integration, per_second: float) -> str | None:
    at_most = integration.policy.rate_per_minute
    if at_most is None or per_second * 60 < _NEAR_THE_LIMIT * at_most:
        return None
    return f"limited by the policy's {at_most:,}/min"
