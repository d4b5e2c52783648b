"""Outcomes lock accounts in order of id, whatever order they are given in: two of them never deadlock."""

import asyncio

from seatkeeper.core.ids import AccountId
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.records.accounts import Intent, lock_accounts, remember_intents
from tests.operations.integrations_at_hand import ADMIN, account_in, stored


async def _accounts(database: Database) -> list[AccountId]:
    async with database.transaction(ADMIN) as tx:
        integration = await stored(tx)
        return sorted([await account_in(tx, integration.id) for _ in range(20)])


async def _free(database: Database, ids: list[AccountId]) -> set[AccountId]:
    """List those that nobody has locked."""
    async with database.transaction(ADMIN) as tx:
        query = "SELECT id FROM accounts WHERE id = ANY(%s) FOR UPDATE SKIP LOCKED"
        cursor = await tx.connection.execute(query, [ids])
        return {row["id"] for row in await cursor.fetchall()}


async def _blocked(database: Database, holder: Transaction) -> None:
    """Wait until some transaction waits for the one of ``holder``."""
    query = "SELECT count(*) AS waiting FROM pg_stat_activity WHERE %s = ANY(pg_blocking_pids(pid))"
    pid = holder.connection.info.backend_pid
    for _ in range(500):
        async with database.read() as reader:
            row = await (await reader.connection.execute(query, [pid])).fetchone()
        if row is not None and row["waiting"]:
            return
        await asyncio.sleep(0.01)
    raise AssertionError("nobody waits")


async def test_whoever_waits_for_an_account_has_locked_those_before_it_and_none_behind(database: Database) -> None:
    ids = await _accounts(database)

    async def write() -> None:
        async with database.transaction(ADMIN) as tx:
            await remember_intents(tx, [Intent(each, "ada", {}) for each in reversed(ids)])

    async with database.transaction(ADMIN) as holder:
        await lock_accounts(holder, [ids[10]])
        writing = asyncio.create_task(write())
        await _blocked(database, holder)
        assert await _free(database, ids) == set(ids[11:])
    await writing
