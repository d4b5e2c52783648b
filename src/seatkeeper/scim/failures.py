"""How often wrong credentials may come from one address: a limit that holds nobody up whose credentials are good.

It is asked only once credentials turned out wrong. Secrets are of 256 bits, so it need not stop guessing: it tells
an identity provider that was set up wrongly to wait. Each web process counts by itself.
"""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import ceil
from typing import Final

from seatkeeper.core.networks import source_of

WINDOW: Final = timedelta(minutes=5)
AT_MOST: Final = 20
"""Failures of one address at one integration within the window; more are answered with 429."""
REMEMBERED: Final = 10_000
"""Addresses, the latest; what comes from others is counted anew."""


@dataclass(slots=True)
class _Count:
    until: datetime
    failures: int = 0


class Failures:
    """Counts failures by integration and address, in bounded memory."""

    def __init__(self, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._counts: OrderedDict[tuple[str, str], _Count] = OrderedDict()

    def note(self, slug: str, address: str, now: datetime) -> int | None:
        """Count a failure. Gives the whole seconds to wait once there are too many, and None before that."""
        key = (slug, source_of(address))
        count = self._counts.get(key)
        if count is None or count.until <= now:
            count = self._counts[key] = _Count(now + WINDOW)
        self._counts.move_to_end(key)
        if len(self._counts) > self._remembered:
            self._counts.popitem(last=False)
        count.failures += 1
        return None if count.failures <= AT_MOST else max(ceil((count.until - now).total_seconds()), 1)

    def __len__(self) -> int:
        return len(self._counts)
