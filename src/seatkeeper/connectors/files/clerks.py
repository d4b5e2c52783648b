"""One task that does everything with the files, and those who ask it.

Whatever is asked while it is at work waits for the next turn and is done in one: five hundred changes that come
together rewrite a file once. Each is answered when what it asked for outlives a loss of power.
"""

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from copy import copy
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from seatkeeper.connectors.files.cabinets import Cabinet
from seatkeeper.connectors.files.looks import Look
from seatkeeper.connectors.files.pages import Change
from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.ids import Uid
from seatkeeper.spi.errors import ConnectorError

A = TypeVar("A")
T = TypeVar("T")


@dataclass(slots=True)
class Asked(Generic[A]):
    """What was asked, and who waits for the answer."""

    what: A
    answer: "asyncio.Future[Any]" = field(default_factory=lambda: asyncio.get_running_loop().create_future())

    def give(self, answer: object) -> None:
        """Answer; whoever no longer waits is passed over."""
        if self.answer.done():
            return
        if isinstance(answer, BaseException):
            self.answer.set_exception(answer)
        else:
            self.answer.set_result(answer)


class Clerk:
    """Works while something is asked. ``open_cabinet`` is called for the first thing, again where it raised."""

    def __init__(self, open_cabinet: Callable[[], Awaitable[Cabinet]], gather: float) -> None:
        self._open_cabinet = open_cabinet
        self._gather = gather
        self._cabinet: Cabinet | None = None
        self._looks: list[Asked[Look]] = []
        self._changes: list[Asked[Change]] = []
        self._others: list[Asked[Callable[[Cabinet], Awaitable[Any]]]] = []
        self._work: asyncio.Task[None] | None = None

    async def look(self, look: Look) -> Sequence[SeenAccount]:
        """Look for accounts."""
        found: Sequence[SeenAccount] = await self._ask(self._looks, look)
        return found

    async def change(self, change: Change) -> Uid:
        """Make a change."""
        uid: Uid = await self._ask(self._changes, change)
        return uid

    async def do(self, what: Callable[[Cabinet], Awaitable[T]]) -> T:
        """Do something else with the files."""
        done: T = await self._ask(self._others, what)
        return done

    async def every(self) -> Iterator[SeenAccount]:
        """Begin to read all accounts."""
        return await self.do(lambda cabinet: cabinet.every())

    async def close(self) -> None:
        """Let what was asked come to its end, and let go of the files."""
        if self._work is not None:
            await asyncio.wait([self._work])
        if self._cabinet is not None:
            self._cabinet.close()

    async def _ask(self, waiting: list[Asked[A]], what: A) -> Any:
        asked = Asked(what)
        waiting.append(asked)
        if self._work is None or self._work.done():
            self._work = asyncio.create_task(self._serve(), name="files")
        return await asked.answer

    async def _serve(self) -> None:
        # What is asked between the last look and the end of this task is seen: nothing is awaited there.
        while self._looks or self._changes or self._others:
            if self._changes:
                await asyncio.sleep(self._gather)
            looks, changes, others = self._looks[:], self._changes[:], self._others[:]
            self._looks.clear()
            self._changes.clear()
            self._others.clear()
            await self._answer(changes, Cabinet.write)
            await self._answer(looks, Cabinet.look)
            for other in others:
                await self._answer([other], _do)

    async def _answer(
        self, asked: Sequence[Asked[A]], do: Callable[[Cabinet, Sequence[A]], Awaitable[Sequence[object]]]
    ) -> None:
        if not asked:
            return
        try:
            if self._cabinet is None:
                self._cabinet = await self._open_cabinet()
            answers: Sequence[object] = await do(self._cabinet, [each.what for each in asked])
        except ConnectorError as error:
            answers = [copy(error) for _ in asked]
        except Exception as error:  # noqa: BLE001 - a bug of ours is everybody's answer, or they would wait for ever
            answers = [error for _ in asked]
        for each, answer in zip(asked, answers, strict=True):
            each.give(answer)


async def _do(cabinet: Cabinet, whats: Sequence[Callable[[Cabinet], Awaitable[Any]]]) -> Sequence[object]:
    return [await what(cabinet) for what in whats]
