"""Starting no more jobs a minute than the policy says."""

import asyncio
from collections.abc import Callable
from datetime import datetime, timedelta


class Pace:
    """Gives every job its own instant to start at, evenly spread. Without a rate, that is at once.

    What a run has started faster than the rate is the next run's to wait for: see ``next_at``.
    """

    def __init__(self, rate_per_minute: int | None, clock: Callable[[], datetime]) -> None:
        self._interval = timedelta(minutes=1) / rate_per_minute if rate_per_minute else timedelta()
        self._clock = clock
        self.next_at = clock()
        """When the next job may start."""

    async def wait(self, until: datetime, stop: asyncio.Event) -> bool:
        """Wait for one's turn; False when it does not come before ``until``, or ``stop`` is set meanwhile."""
        if not self._interval:
            return True
        now = self._clock()
        at = max(self.next_at, now)
        if at >= until:
            return False
        self.next_at = at + self._interval
        if at == now:
            return True
        try:
            await asyncio.wait_for(stop.wait(), (at - now).total_seconds())
        except TimeoutError:
            return True
        return False
