"""How long a passing problem is waited out."""

from datetime import datetime, timedelta

from seatkeeper.core.integrations import RetryRule

_DOUBLINGS = 64
"""Beyond this every rule has met its ceiling, and a float would still hold the figure."""


def next_delay(rule: RetryRule, attempt: int, jitter: float) -> timedelta:
    """Wait ``rule.first``, doubled for each attempt after the first, never more than the ceiling.

    ``attempt`` counts the failures so far, from 1. ``jitter`` in [0, 1) takes up to half of the wait away,
    so that jobs which failed together do not come back together.
    """
    doublings = min(max(attempt, 1) - 1, _DOUBLINGS)
    seconds = min(rule.first.total_seconds() * 2.0**doublings, rule.ceiling.total_seconds())
    return timedelta(seconds=seconds * (1 - jitter / 2))


def is_spent(rule: RetryRule, first_failed_at: datetime | None, now: datetime) -> bool:
    """Say whether the problem has lasted so long that the job is given up."""
    return first_failed_at is not None and now - first_failed_at >= rule.give_up_after
