"""One answer for all who ask for the same at the same time.

Hundreds of open tabs are told to look in the same moment, and most of them at the same rows. What answers somebody
was always begun after they asked, so it holds whatever was committed by then. Nothing is kept for later, so
nothing has to be thrown away when something changes, and it does not matter which process told the browser.
"""

import asyncio
import secrets
from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any, Generic, TypeVar

from markupsafe import Markup

from seatkeeper.web.rendering import render, when

_PAUSE = 0.1
"""Seconds after one answer before the same is read again: whoever asks meanwhile is answered together."""

T = TypeVar("T")


class Shared(Generic[T]):
    """Lets those who ask for the same share the work. Holds nothing but what somebody waits for."""

    def __init__(self, pause: float = _PAUSE) -> None:
        self._pause = pause
        self._asked: dict[Hashable, _Round[T]] = {}
        self._turns: dict[Hashable, asyncio.Task[None]] = {}

    async def get(self, key: Hashable, make: Callable[[], Awaitable[T]]) -> T:
        """Give what ``make`` makes, or what one of those makes who ask for the same, begun after this was called.

        The key says all that the answer depends on, what the guest may see too; ``make`` knows no more than that.
        """
        asked = self._asked.get(key)
        if asked is None:
            asked = self._asked[key] = _Round(make, asyncio.get_running_loop().create_future())
            asked.answer.add_done_callback(_look_at)
        if key not in self._turns:
            self._turns[key] = asyncio.create_task(self._take_turns(key))
        return await asyncio.shield(asked.answer)

    def __len__(self) -> int:
        """Count what is under way, or was a moment ago."""
        return len(self._turns)

    async def _take_turns(self, key: Hashable) -> None:
        try:
            while (asked := self._asked.pop(key, None)) is not None:
                await asked.settle()
                await asyncio.sleep(self._pause)
        finally:
            del self._turns[key]


@dataclass(frozen=True, slots=True)
class _Round(Generic[T]):
    make: Callable[[], Awaitable[T]]
    answer: "asyncio.Future[T]"

    async def settle(self) -> None:
        try:
            self.answer.set_result(await self.make())
        except Exception as error:  # noqa: BLE001 - it is raised again, to everybody who asked
            self.answer.set_exception(error)
        except BaseException:
            self.answer.cancel()
            raise


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a page that is the same for everybody who may see it. Its nonce stands for each answer's own."""

    html: str
    nonce: str

    def dressed(self, nonce: str) -> str:
        """Give the part for an answer with this nonce."""
        return self.html.replace(self.nonce, nonce)


def render_part(template: str, now: datetime, **context: Any) -> Part:
    """Render a part without knowing for whom: a template that asks for the guest, or has a form, is an error."""
    nonce = secrets.token_urlsafe(16)
    words = {"now": now, "when": partial(when, now=now), "hx": Markup('hx-nonce="{}"').format(nonce)}
    return Part(render(template, words | context), nonce)


def _look_at(answer: "asyncio.Future[Any]") -> None:
    # Whoever asked may have left, and then nobody asks what became of it.
    if not answer.cancelled():
        answer.exception()
