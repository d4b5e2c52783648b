"""What a worker does beside its runs: tell people and programs of what happened.

A loop beside the sweep rather than a run: a receiver that is slow or gone takes no slot from the jobs.
"""

from typing import Final

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.bootstrap.sweeping import regularly
from seatkeeper.engine.telling import TellingRules, tell

_PAUSE: Final = 2.0


async def tell_regularly(parts: Parts) -> None:
    """Give every notification rule its turn, at once and then every two seconds."""
    rules = TellingRules(parts.settings.public_url)

    async def tell_all() -> None:
        while await tell(parts.engine, rules):
            pass

    await regularly(tell_all, _PAUSE, "notifications")
