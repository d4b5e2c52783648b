"""``seatkeeper doctor``: a look at all an installation stands on. Makes neither a database nor a key."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import psycopg

from seatkeeper.bootstrap.errors import NotReadyError, StartError
from seatkeeper.bootstrap.findings import look_at_key
from seatkeeper.bootstrap.parts import find_installed, now
from seatkeeper.bootstrap.preparing import database_directory, start_database
from seatkeeper.bootstrap.settings import Settings
from seatkeeper.operations.findings import (
    Finding,
    look_at_clock,
    look_at_connectors,
    look_at_disk,
    look_at_queue,
    look_at_tables,
    look_at_workers,
)
from seatkeeper.store.database import Database, Reader
from seatkeeper.store.queries.installation import find_revision, read_clock, read_queue_standing
from seatkeeper.store.queries.integrations import find_sealed_secrets, list_integrations


async def examine(settings: Settings) -> Sequence[Finding]:
    """Look at everything; what only a migrated database can tell is left out when there is none."""
    try:
        url = await asyncio.to_thread(_start, settings)
    except StartError as error:
        remedy = "Start PostgreSQL, or correct DATABASE_URL or SEATKEEPER_DATA_DIR."
        return [Finding("database", str(error), remedy), *_without_database(settings)]
    async with _reading(url) as reader:
        found = [_answering(settings, reader), look_at_tables(await _find_revision(reader))]
        if not found[-1].is_fine:
            return [*found, *_without_database(settings)]
        return [*found, *await _with_database(settings, reader)]


def _start(settings: Settings) -> str:
    if settings.is_embedded and not (database_directory(settings) / "PG_VERSION").exists():
        raise NotReadyError(f"There is no database in {settings.data_dir} yet; seatkeeper serve makes one.")
    return start_database(settings)


@asynccontextmanager
async def _reading(url: str) -> AsyncIterator[Reader]:
    database = Database(url, size=2, clock=now)
    await database.open()
    try:
        async with database.read() as reader:
            yield reader
    finally:
        await database.close()


def _answering(settings: Settings, reader: Reader) -> Finding:
    version = reader.connection.info.server_version
    where = f"in {settings.data_dir}" if settings.is_embedded else f"at {reader.connection.info.host}"
    return Finding("database", f"PostgreSQL {version // 10_000}.{version % 10_000} {where} answers")


async def _find_revision(reader: Reader) -> str | None:
    try:
        return await find_revision(reader)
    except psycopg.errors.UndefinedTable:
        return None


def _without_database(settings: Settings) -> list[Finding]:
    return [
        look_at_key(settings, [], {}),
        look_at_connectors([], find_installed(settings)),
        look_at_disk(_place(settings)),
    ]


async def _with_database(settings: Settings, reader: Reader) -> list[Finding]:
    integrations = await list_integrations(reader)
    secrets = {each.id: await find_sealed_secrets(reader, each.id) for each in integrations}
    sealed = {integration_id: blob for integration_id, blob in secrets.items() if blob is not None}
    before, theirs, after = now(), await read_clock(reader), now()
    standing = await read_queue_standing(reader, after, settings.heard_within)
    return [
        look_at_key(settings, integrations, sealed),
        look_at_clock(before + (after - before) / 2, theirs),
        look_at_connectors(integrations, find_installed(settings)),
        look_at_disk(_place(settings)),
        look_at_workers(standing),
        look_at_queue(standing, after),
    ]


def _place(settings: Settings) -> Path | None:
    return settings.data_dir if settings.is_embedded else None
