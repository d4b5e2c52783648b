"""Taking in users in company: those who ask at the same moment share a transaction, and each waits for its end.

A first sync sends users over many connections at once. A commit and a round trip for each would cost more than
all that is written (``docs/decisions/0010-arrivals-share-a-transaction.md``).
"""

import asyncio
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import psycopg

from seatkeeper.core.errors import AlreadyExistsError, RequestError
from seatkeeper.core.events import Origin
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.groups import join_waiting_groups
from seatkeeper.operations.uniqueness import unique_attributes
from seatkeeper.operations.users import Arrived, UserDraft, get_first, named, newcomer, read_arrival, take_in
from seatkeeper.store.database import Database, Transaction
from seatkeeper.store.records.arrivals import Arrival, Landing, add_users

_AT_ONCE = 2
"""Transactions of one integration under way: while PostgreSQL makes one durable it carries out the other."""

_COMPANY = 16
"""Users who need not wait for the transaction under way. Fewer share the next one, which costs less."""

_HELD_UP = 0.05
"""Seconds after which a transaction under way is waited for no longer: somebody may be in its way."""

_MOST = 50
"""Users in one transaction."""


@dataclass(frozen=True, slots=True)
class _Waiting:
    integration: Integration
    arrival: Arrival
    draft: UserDraft
    answer: "asyncio.Future[Arrived | None]"
    """None for somebody who has to come alone: nothing was written."""


@dataclass(slots=True)
class _Queue:
    waiting: deque[_Waiting] = field(default_factory=deque)
    under_way: int = 0


class Arrivals:
    """Creates users for the requests of one process. Nobody waits for company: it is those who had to wait.

    Integrations keep to themselves, so that one whose rows are locked holds up no other.
    """

    def __init__(self, database: Database) -> None:
        self._database = database
        self._queues: dict[IntegrationId, _Queue] = {}
        self._on_the_way: dict[tuple[IntegrationId, str], _Waiting] = {}
        self._tasks: set[asyncio.Task[None]] = set()

    async def take_in(self, origin: Origin, integration: Integration, draft: UserDraft) -> Arrived:
        """Take in a new user as ``operations.users.take_in`` does, and commit it.

        A request that is repeated while the first is under way, with the same externalId and content, joins it.
        """
        arrived = None
        if not unique_attributes(integration):
            arrived = await self._take_in_company(origin, integration, draft)
        if arrived is not None:
            return arrived
        async with self._database.transaction(origin) as tx:
            return await take_in(tx, integration, draft)

    async def _take_in_company(self, origin: Origin, integration: Integration, draft: UserDraft) -> Arrived | None:
        arrival = read_arrival(origin, integration, draft)
        key = (integration.id, arrival.user_name_key)
        first = self._on_the_way.get(key)
        if first is not None and draft.external_id is not None and first.draft == draft:
            return await asyncio.shield(first.answer)
        waiting = _Waiting(integration, arrival, draft, asyncio.get_running_loop().create_future())
        self._on_the_way[key] = waiting
        self._put(integration.id, waiting)
        try:
            return await waiting.answer
        except AlreadyExistsError:
            if draft.external_id is None:
                raise
            async with self._database.read() as reader:
                return Arrived(await get_first(reader, integration, draft), may_have_groups=True)
        finally:
            if self._on_the_way.get(key) is waiting:
                del self._on_the_way[key]

    def _put(self, integration_id: IntegrationId, waiting: _Waiting) -> None:
        queue = self._queues.setdefault(integration_id, _Queue())
        queue.waiting.append(waiting)
        if not queue.under_way or len(queue.waiting) >= _COMPANY:
            self._send_for(integration_id, queue)
        elif len(queue.waiting) == 1:
            loop = asyncio.get_running_loop()
            loop.call_later(_HELD_UP, self._look_after, integration_id, queue, waiting)

    def _look_after(self, integration_id: IntegrationId, queue: _Queue, waiting: _Waiting) -> None:
        if queue.waiting and queue.waiting[0] is waiting:
            self._send_for(integration_id, queue)

    def _send_for(self, integration_id: IntegrationId, queue: _Queue) -> None:
        if queue.under_way < _AT_ONCE:
            queue.under_way += 1
            task = asyncio.create_task(self._empty(integration_id, queue), name="arrivals")
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _empty(self, integration_id: IntegrationId, queue: _Queue) -> None:
        try:
            while queue.waiting:
                await self._let_in([queue.waiting.popleft() for _ in range(min(len(queue.waiting), _MOST))])
        finally:
            # At once, and not when the task is seen to have ended: who comes in between would wait for nobody.
            queue.under_way -= 1
            if not queue.under_way and not queue.waiting:
                del self._queues[integration_id]

    async def _let_in(self, batch: Sequence[_Waiting]) -> None:
        try:
            await self._write(batch)
        except psycopg.Error:
            # Nothing was written. What stands in the way of one must not keep the others out.
            for waiting in batch:
                await self._write_alone(waiting)
        except Exception as error:  # noqa: BLE001 - whatever it is, each of them is told
            _fail(batch, error)

    async def _write_alone(self, waiting: _Waiting) -> None:
        try:
            await self._write([waiting])
        except Exception as error:  # noqa: BLE001 - as above
            _fail([waiting], error)

    async def _write(self, batch: Sequence[_Waiting]) -> None:
        async with self._database.one_statement(batch[0].arrival.origin) as tx:
            landings = await add_users(tx, [waiting.arrival for waiting in batch])
        pairs = list(zip(batch, landings, strict=True))
        for waiting, landing in pairs:
            if not landing.is_awaited:
                _tell(tx, waiting, landing)
        awaited = [waiting for waiting, landing in pairs if landing.is_awaited]
        if awaited:
            await self._write_awaited(awaited)

    async def _write_awaited(self, batch: Sequence[_Waiting]) -> None:
        """Take in those for whom groups wait, each group changed once for all of them."""
        try:
            async with self._database.transaction(batch[0].arrival.origin) as tx:
                landings = await add_users(tx, [waiting.arrival for waiting in batch], takes_awaited=True)
                arrived = [
                    newcomer(tx, waiting.draft, landing)
                    for waiting, landing in zip(batch, landings, strict=True)
                    if landing.user_id is not None
                ]
                await join_waiting_groups(tx, batch[0].integration, [named(user) for user in arrived])
        except (psycopg.Error, RequestError):
            # Nothing was written. Alone, each finds out what stands in the way.
            for waiting in batch:
                if not waiting.answer.done():
                    waiting.answer.set_result(None)
        else:
            for waiting, landing in zip(batch, landings, strict=True):
                _tell(tx, waiting, landing)


def _tell(tx: Transaction, waiting: _Waiting, landing: Landing) -> None:
    if waiting.answer.done():
        return
    try:
        waiting.answer.set_result(Arrived(newcomer(tx, waiting.draft, landing), landing.is_awaited))
    except AlreadyExistsError as error:
        waiting.answer.set_exception(error)


def _fail(batch: Sequence[_Waiting], error: Exception) -> None:
    for waiting in batch:
        if not waiting.answer.done():
            waiting.answer.set_exception(error)
