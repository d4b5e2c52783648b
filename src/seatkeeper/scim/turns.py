"""Turns: changes of one resource follow one another here, before they take a connection to the database.

The lock of the row would make them follow one another all the same, each holding a connection while it waits; a
crowd at one group would then keep everybody else from the database, and in the end itself.
"""

import asyncio
from uuid import UUID
from weakref import WeakValueDictionary

from seatkeeper.core.ids import IntegrationId


class Turns:
    """The turns of one process, first come, first served."""

    def __init__(self) -> None:
        self._locks: WeakValueDictionary[tuple[IntegrationId, UUID], asyncio.Lock] = WeakValueDictionary()

    def at(self, integration_id: IntegrationId, resource_id: UUID) -> asyncio.Lock:
        """Give what whoever changes a resource holds; it is forgotten once nobody holds it or waits for it."""
        key = (integration_id, resource_id)
        lock = self._locks.get(key)
        if lock is None:
            lock = self._locks[key] = asyncio.Lock()
        return lock
