"""Identity providers that were recognised by how they speak, and what is remembered of it."""

from dataclasses import replace

from seatkeeper.core.dialects import NAMES, Dialect
from seatkeeper.core.events import ActorKind, EventKind, Origin
from seatkeeper.core.integrations import Integration
from seatkeeper.store.database import Database
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.integrations import put_recognised


async def set_preset(database: Database, origin: Origin, integration: Integration, dialect: Dialect) -> bool:
    """Set the preset of whoever was recognised, and tell of it in Activity, in one transaction.

    False, and nothing is told, where an Owner chose a dialect, and where that one was recognised before.
    """
    ours = replace(origin, actor=ActorKind.SEATKEEPER, name="Seatkeeper")
    async with database.transaction(ours) as tx:
        is_news = await put_recognised(tx, integration.id, dialect)
        if is_news:
            happening = Happening(integration.id, EventKind.INTEGRATION_RECOGNISED, NAMES[dialect])
            await record_event(tx, happening)
    return is_news
