"""Waiting for something that happens elsewhere, with a bound."""

import asyncio
import time
from collections.abc import Awaitable, Callable


async def until(condition: Callable[[], Awaitable[bool]], patience: float = 20.0) -> None:
    """Ask until it is so; fail when it never is."""
    deadline = time.monotonic() + patience
    while not await condition():
        assert time.monotonic() < deadline, f"not so after {patience:.0f} s"
        await asyncio.sleep(0.02)


def eventually(condition: Callable[[], bool], patience: float = 20.0) -> None:
    """Ask until it is so, outside an event loop; fail when it never is."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, f"not so after {patience:.0f} s"
        time.sleep(0.05)
