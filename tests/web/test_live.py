"""Streams: who watches is told to look, for as long as they may, also after the listening was interrupted."""

import asyncio
import contextlib
from collections.abc import AsyncGenerator, AsyncIterator

import psycopg
import pytest

from seatkeeper.core.errors import NotAllowedError, StoreUnavailableError
from seatkeeper.core.health import Health
from seatkeeper.core.ids import IntegrationId
from seatkeeper.store.changes import Changes, Watched
from seatkeeper.store.database import Database
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.wakeups import notify_changed
from seatkeeper.web.live import LiveResponse, Pulse
from tests.waiting import until

HERE, THERE = IntegrationId(new_id()), IntegrationId(new_id())


@pytest.fixture
async def changes(database: Database) -> AsyncIterator[Changes]:
    """Changes that are listened to."""
    changes = Changes(database.url)
    listening = asyncio.create_task(changes.listen())
    yield changes
    changes.close()
    await listening


@contextlib.asynccontextmanager
async def watching(
    changes: Changes, watched: Watched, allowed: Watched = frozenset({HERE})
) -> AsyncGenerator[AsyncGenerator[str]]:
    """A stream, as the words that come out of it."""

    async def look() -> Watched:
        if allowed == frozenset():
            raise NotAllowedError("No longer.")
        return allowed

    stream = LiveResponse(changes, watched, look).body_iterator

    async def words() -> AsyncGenerator[str]:
        async for chunk in stream:
            assert isinstance(chunk, bytes)
            yield chunk.decode().strip()

    made = words()
    yield made
    await made.aclose()
    assert isinstance(stream, AsyncGenerator)
    await stream.aclose()


async def _next_look(words: AsyncIterator[str]) -> None:
    async with asyncio.timeout(20):
        while "event: look" not in await anext(words):
            pass


async def _tell(database: Database, *ids: IntegrationId) -> None:
    async with database.read() as reader:
        await notify_changed(reader, ids)


async def _is_listening(database: Database) -> bool:
    return bool(await _listeners(database))


async def _listeners(database: Database) -> list[int]:
    async with database.read() as reader:
        cursor = await reader.connection.execute(
            "SELECT pid FROM pg_stat_activity WHERE query LIKE 'LISTEN %' AND datname = current_database()"
        )
        return [row["pid"] for row in await cursor.fetchall()]


async def test_who_watches_is_told_of_what_they_watch(changes: Changes, database: Database) -> None:
    await until(lambda: _is_listening(database))
    async with watching(changes, frozenset({HERE})) as mine, watching(changes, None) as everything:
        await _next_look(mine)
        await _next_look(everything)
        # When the one who watches everything has been told, the other one would have been, too.
        there = asyncio.ensure_future(_next_look(mine))
        await _tell(database, THERE)
        await _next_look(everything)
        assert not there.done()
        await _tell(database, HERE)
        await there


async def test_a_health_is_told_at_first_and_when_it_is_another() -> None:
    answers = iter((Health.HEALTHY, Health.HEALTHY, Health.PAUSED, None, Health.PAUSED, Health.HEALTHY))

    async def read() -> Health:
        answer = next(answers)
        if answer is None:
            raise StoreUnavailableError("Away.")
        return answer

    pulse = Pulse(read)
    told = [bool(await pulse.word()) for _ in range(6)]
    assert told == [True, False, True, False, False, True]
    assert await Pulse(None).word() == b""


async def test_after_a_lost_connection_everybody_is_told_to_look(changes: Changes, database: Database) -> None:
    await until(lambda: _is_listening(database))
    async with watching(changes, frozenset({HERE})) as words:
        await _next_look(words)
        [lost] = await _listeners(database)
        with psycopg.connect(database.url, autocommit=True) as connection:
            connection.execute("SELECT pg_terminate_backend(%s)", [lost])
        await _next_look(words)
        assert await _listeners(database) != [lost]
        await _tell(database, HERE)
        await _next_look(words)


async def test_streams_end_at_once_when_the_process_is_about_to_end(changes: Changes) -> None:
    async with watching(changes, frozenset({HERE})) as words:
        await _next_look(words)
        rest = asyncio.ensure_future(_drain(words))
        await asyncio.sleep(0)
        changes.close()
        async with asyncio.timeout(5):
            assert "event: gone" not in await rest


async def _drain(words: AsyncIterator[str]) -> list[str]:
    return [word async for word in words]


async def test_a_stream_ends_once_its_reader_may_no_longer_see(database: Database) -> None:
    changes = Changes(database.url, check_every=0.1)
    async with watching(changes, frozenset({HERE}), allowed=frozenset()) as words, asyncio.timeout(20):
        assert (await _drain(words))[-1].startswith("event: gone")
    assert changes.count_watchers(frozenset({HERE})) == 0


async def test_a_role_that_is_given_meanwhile_counts(changes: Changes, database: Database) -> None:
    changes = Changes(database.url, check_every=0.1)
    listening = asyncio.create_task(changes.listen())
    await until(lambda: _is_listening(database))
    async with watching(changes, frozenset({HERE}), allowed=frozenset({HERE, THERE})) as words:
        while not changes.count_watchers(frozenset({THERE})):
            await _next_look(
                words
            )  # another one when the listening begins, and when what is watched is another thing
        await _tell(database, THERE)
        await _next_look(words)
    changes.close()
    await listening


async def test_nobody_is_kept_in_mind_who_has_left(changes: Changes) -> None:
    async with watching(changes, frozenset({HERE})) as words:
        await _next_look(words)
        assert changes.count_watchers(frozenset({HERE})) == 1
    assert changes.count_watchers(frozenset({HERE})) == 0
