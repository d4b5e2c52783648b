"""Keeping what a session showed: with its attempt, or with the integration where it could not be opened."""

from collections.abc import Sequence
from datetime import timedelta

from seatkeeper.engine.changes import change
from seatkeeper.engine.context import Engine
from seatkeeper.spi.evidence import Exhibit
from seatkeeper.store.database import Transaction
from seatkeeper.store.records.evidence import KeptExhibit, Occasion, forget_evidence, keep_evidence


async def keep(tx: Transaction, occasion: Occasion, exhibits: Sequence[Exhibit]) -> None:
    """Keep exhibits in the order in which they were handed over."""
    kept = [
        KeptExhibit(number, each.label, each.media_type, each.content, each.is_of_failure)
        for number, each in enumerate(exhibits)
    ]
    await keep_evidence(tx, occasion, kept)


async def forget_old_evidence(engine: Engine, kept_for: timedelta) -> None:
    """Let go what is older than people want it kept."""
    await change(engine.database, lambda tx: forget_evidence(tx, kept_for))
