"""How often one caller may ask: a bucket for each token, filled steadily."""

import math
from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime

_REMEMBERED = 10_000


@dataclass(frozen=True, slots=True)
class Standing:
    """How a caller stands after a request. ``seconds`` is the time until the bucket is full, or has one again."""

    allowed: bool
    limit: int
    remaining: int
    seconds: int

    def headers(self) -> dict[str, str]:
        """Tell it in the headers scripts look for, and how long to wait where it was too much."""
        told = {
            "RateLimit-Limit": str(self.limit),
            "RateLimit-Remaining": str(self.remaining),
            "RateLimit-Reset": str(self.seconds),
        }
        return told if self.allowed else {**told, "Retry-After": str(self.seconds)}


class Limiter:
    """Counts in this process. ``per_minute`` requests at once, and as many again each minute."""

    def __init__(self, per_minute: int, clock: Callable[[], datetime]) -> None:
        self._limit = per_minute
        self._clock = clock
        self._buckets: OrderedDict[Hashable, tuple[float, datetime]] = OrderedDict()

    def take(self, caller: Hashable) -> Standing:
        """Count one request of a caller."""
        now = self._clock()
        left, at = self._buckets.pop(caller, (float(self._limit), now))
        rate = self._limit / 60
        left = min(self._limit, left + max((now - at).total_seconds(), 0) * rate)
        allowed = left >= 1
        left -= allowed
        self._buckets[caller] = (left, now)
        if len(self._buckets) > _REMEMBERED:
            self._buckets.popitem(last=False)
        wait = (self._limit - left) / rate if allowed else (1 - left) / rate
        return Standing(allowed, self._limit, int(left), math.ceil(wait))
