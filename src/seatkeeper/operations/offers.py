"""Asking an app what it offers, and keeping the answer."""

from seatkeeper.core.integrations import Integration
from seatkeeper.core.problems import Problem
from seatkeeper.engine.context import ORIGIN, Engine
from seatkeeper.engine.offers import ask_for_offer
from seatkeeper.store.records.offers import put_offer

MOST_KEPT = 10_000
"""Of an app that offers more, the first ones in order."""


async def read_offer(engine: Engine, integration: Integration) -> Problem | None:
    """Ask the app what it offers and write it down; give the problem where it does not tell.

    The app is called before the transaction begins, so that no connection to the database waits for it.
    """
    offered = await ask_for_offer(engine, integration)
    if isinstance(offered, Problem):
        return offered
    async with engine.database.transaction(ORIGIN) as tx:
        await put_offer(tx, integration.id, offered.entitlements[:MOST_KEPT])
    return None
