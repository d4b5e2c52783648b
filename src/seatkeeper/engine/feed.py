"""Keeping the hands of a run busy: the next jobs are claimed while the last ones are under way."""

import asyncio
from collections import deque
from collections.abc import Awaitable, Callable

from seatkeeper.engine.claim import Batch, Work

_MOST = 150
"""Jobs in a batch. What is taken on, up to half as many again, cannot be overtaken by a leaver who comes later."""

_SHORT, _LONG = 0.5, 2.0
"""Seconds. A batch that lasts shorter is followed by a larger one, one that lasts longer by a smaller one."""


class Feed:
    """Hands out claimed jobs one by one, in order, and claims more in time.

    ``claim`` takes a size and gives a batch. Once it gives an empty one, or one that may not go on, nothing
    more is handed out than was taken on; ``left`` then holds what nobody asked for.
    """

    def __init__(self, claim: Callable[[int], Awaitable[Batch]], least: int) -> None:
        self._claim = claim
        self._least = least
        self._size = 2 * least
        self._claimed_at: float | None = None
        self.left: deque[Work] = deque()
        self._claiming: asyncio.Task[None] | None = None
        self._is_dry = False
        self.may_go_on = True

    async def next(self) -> Work | None:
        """Give the next job; None when there is none for now. Raises what claiming raised."""
        while True:
            self._collect()
            if self._runs_low() and self._claiming is None and not self._is_dry:
                self._claiming = asyncio.create_task(self._claim_more(), name="claim")
            if not self.may_go_on:
                return None
            if self.left:
                return self.left.popleft()
            if self._claiming is None:
                return None
            await asyncio.wait([self._claiming])

    async def close(self) -> None:
        """Claim no more, and wait for the claim that is under way."""
        self._is_dry = True
        if self._claiming is not None:
            await asyncio.wait([self._claiming])
            self._collect()

    def abort(self) -> None:
        """Give up a claim that is under way; its jobs stay as they were, or are taken back by the next run."""
        if self._claiming is not None:
            self._claiming.cancel()

    def _runs_low(self) -> bool:
        """Say so early: hands at a fast app get through a few jobs sooner than a batch is claimed."""
        return len(self.left) < max(self._least, self._size // 2)

    def _collect(self) -> None:
        if self._claiming is not None and self._claiming.done():
            claimed, self._claiming = self._claiming, None
            claimed.result()

    async def _claim_more(self) -> None:
        self._fit_size()
        batch = await self._claim(self._size)
        self.left.extend(batch.work)
        self._is_dry = self._is_dry or not batch.work
        self.may_go_on = self.may_go_on and batch.may_go_on

    def _fit_size(self) -> None:
        now = asyncio.get_running_loop().time()
        if self._claimed_at is not None:
            lasted = now - self._claimed_at
            if lasted < _SHORT:
                self._size = min(2 * self._size, _MOST)
            elif lasted > _LONG:
                self._size = max(self._size // 2, self._least)
        self._claimed_at = now
