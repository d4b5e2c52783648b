"""Getting outcomes into the store while the next attempts are under way.

Attempts that end within a moment of one another share a transaction, so that a fast app does not pay for a
commit with each. A crash in that moment costs nothing: their jobs run again and find everything done.
"""

import asyncio
import contextlib

import structlog
from psycopg.errors import UniqueViolation

from seatkeeper.core.jobs import JobKind
from seatkeeper.engine.changes import change
from seatkeeper.engine.record import Entry, write_entries
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.queries.accounts import list_holders
from seatkeeper.store.records.accounts import let_go, lock_accounts
from seatkeeper.store.records.jobs import ask_for_accounts
from seatkeeper.store.records.runs import Turn

_GATHERING = 0.1
"""Seconds to wait for company before a transaction, unless somebody waits for it to be written."""

_PLENTY = 100
"""With so many entries there is company enough."""

_log = structlog.get_logger(__name__)


class Recorder:
    """Writes entries in the order in which they were put. ``is_overtaken`` once a newer run has the jobs."""

    def __init__(self, database: Database, turn: Turn) -> None:
        self.is_overtaken = False
        self._database = database
        self._turn = turn
        self._entries: list[Entry] = []
        self._arrived = asyncio.Event()
        self._written = asyncio.Event()
        self._written.set()
        self._is_awaited = asyncio.Event()
        self._is_closed = False

    def put(self, entry: Entry) -> None:
        """Take an entry; it is written within moments."""
        self._entries.append(entry)
        self._written.clear()
        self._arrived.set()

    async def flush(self) -> None:
        """Wait until everything that was put is written."""
        self._is_awaited.set()
        await self._written.wait()

    def close(self) -> None:
        """Let ``write`` end once everything is written."""
        self._is_closed = True
        self._is_awaited.set()
        self._arrived.set()

    async def write(self) -> None:
        """Write what is put until closed. Raises ``StoreUnavailableError``; then what is left is not written."""
        while True:
            await self._arrived.wait()
            self._arrived.clear()
            if len(self._entries) < _PLENTY:
                await self._gather()
            while self._entries:
                entries, self._entries = self._entries, []
                await self._write(entries)
            self._written.set()
            self._is_awaited.clear()
            if self._is_closed:
                return

    async def _gather(self) -> None:
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(_GATHERING):
                await self._is_awaited.wait()

    async def _write(self, entries: list[Entry]) -> None:
        """Write a batch; what stands in the way of one entry must not keep the others from being written."""
        if await self._try(entries):
            return
        for entry in entries:
            if not await self._try([entry]):
                await self._write_over(entry)

    async def _try(self, entries: list[Entry]) -> bool:
        try:
            is_ours = await change(self._database, lambda tx: write_entries(tx, self._turn, entries))
        except UniqueViolation:
            return False
        self._note(entries, is_ours=is_ours)
        return True

    async def _write_over(self, entry: Entry) -> None:
        """Write an entry whose Uid another row claims: the app gave it out anew, and that row is out of date."""

        async def write(tx: Transaction) -> bool:
            await self._part_holder(tx, entry)
            return await write_entries(tx, self._turn, [entry])

        self._note([entry], is_ours=await change(self._database, write))

    async def _part_holder(self, tx: Transaction, entry: Entry) -> None:
        if entry.sighting is None or entry.sighting.uid is None:
            return
        holders = await list_holders(tx, self._turn.integration.id, [entry.sighting.uid])
        stale = [holder for holder in holders if holder.account_id != entry.sighting.account_id]
        await ask_for_accounts(
            tx, JobKind.UPDATE, [holder.account_id for holder in stale if holder.user_id is not None]
        )
        await lock_accounts(tx, [entry.sighting.account_id, *(holder.account_id for holder in stale)])
        await let_go(tx, [holder.account_id for holder in stale])

    def _note(self, entries: list[Entry], *, is_ours: bool) -> None:
        if not is_ours:
            self.is_overtaken = True
            _log.warning("outcomes.refused", integration=str(self._turn.integration.id), count=len(entries))
