"""Which account of the app belongs to which account row, as far as this run has come.

What a run finds out is recorded a moment later, and in the meantime somebody else's attempt may meet the same
account: the person who comes back while the old account is being disabled. So the run remembers, and attempts
at one account of the app wait for one another.
"""

import asyncio
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager

from seatkeeper.core.ids import AccountId, IntegrationId, Uid
from seatkeeper.store.database import Database
from seatkeeper.store.queries.accounts import Holder, KnownAccount, find_holders


class Hold:
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
        self._holders: dict[Uid, Holder] = {}
        self._locks: dict[Uid, asyncio.Lock] = {}

    @asynccontextmanager
    async def hold(self) -> AsyncIterator[Hold]:
        """Open a hold that lets go of everything at the end."""
        hold = Hold(self._locks)
        try:
            yield hold
        finally:
            hold.let_go()

    def put(self, uid: Uid, account: KnownAccount) -> None:
        """Remember that this account row now holds this account of the app."""
        self._holders[uid] = Holder(account.id, account.user_id, account.name, is_settled=True)

    def is_lost(self, uid: Uid, account_id: AccountId) -> bool:
        """Say whether this run gave the account of the app to another account row."""
        return uid in self._holders and self._holders[uid].account_id != account_id

    async def find_holders(self, uids: Iterable[Uid]) -> dict[Uid, Holder]:
        """Find who holds these accounts of the app."""
        asked = list(uids)
        found = {uid: self._holders[uid] for uid in asked if uid in self._holders}
        unknown = [uid for uid in asked if uid not in found]
        if unknown:
            async with self._database.read() as reader:
                found |= await find_holders(reader, self._integration_id, unknown)
        return found
