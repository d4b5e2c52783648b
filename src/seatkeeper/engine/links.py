"""Which account of the app belongs to which account row, as far as this run has come.

What a run finds out is recorded a moment later, and in the meantime somebody else's attempt may meet the same
account: the person who comes back while the old account is being disabled. So the run remembers, and attempts
at one account of the app wait for one another.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from seatkeeper.core.ids import AccountId, AppGroupId, IntegrationId, Uid
from seatkeeper.store.database import Database
from seatkeeper.store.queries.accounts import Holder, list_holders


class Lease:
    """The one account of the app an attempt has to itself."""

    def __init__(self, locks: dict[Uid, asyncio.Lock]) -> None:
        self._locks = locks
        self._held: asyncio.Lock | None = None

    async def take(self, uid: Uid) -> bool:
        """Have this account to oneself, and let go of the one before; True when others had it until now."""
        lock = self._locks.setdefault(uid, asyncio.Lock())
        if lock is self._held:
            return False
        self.let_go()
        was_busy = lock.locked()
        await lock.acquire()
        self._held = lock
        return was_busy

    def let_go(self) -> None:
        """Let others have it."""
        if self._held is not None:
            self._held.release()
            self._held = None


class Links:
    """Who holds which account of the app: the store, and on top of it what this run has found out."""

    def __init__(self, database: Database, integration_id: IntegrationId) -> None:
        self._database = database
        self._integration_id = integration_id
        self._held_by: dict[Uid, AccountId] = {}
        self._locks: dict[Uid, asyncio.Lock] = {}
        self._group_locks: dict[Uid | AppGroupId, asyncio.Lock] = {}

    def lock_group(self, group: Uid | AppGroupId) -> asyncio.Lock:
        """Give the lock of a group of the app: some apps can only have their list of members written anew."""
        return self._group_locks.setdefault(group, asyncio.Lock())

    @asynccontextmanager
    async def lease(self) -> AsyncIterator[Lease]:
        """Open a lease that lets go of everything at the end."""
        lease = Lease(self._locks)
        try:
            yield lease
        finally:
            lease.let_go()

    def put(self, uid: Uid, account_id: AccountId) -> None:
        """Remember that this account row now holds this account of the app."""
        self._held_by[uid] = account_id

    def is_lost(self, uid: Uid, account_id: AccountId) -> bool:
        """Say whether this run gave the account of the app to another account row."""
        return self._held_by.get(uid, account_id) != account_id

    async def find_holders(self, uids: Iterable[Uid]) -> dict[Uid, Holder]:
        """Find who holds these accounts of the app."""
        asked = list(uids)
        lately = {uid: self._held_by[uid] for uid in asked if uid in self._held_by}
        async with self._database.read() as reader:
            rows = await list_holders(reader, self._integration_id, asked, list(lately.values()))
        by_id = {row.account_id: row for row in rows}
        recorded = {row.uid: row for row in rows if row.uid is not None}
        found = {uid: by_id[lately[uid]] if uid in lately else recorded.get(uid) for uid in asked}
        return {uid: holder for uid, holder in found.items() if holder is not None}
