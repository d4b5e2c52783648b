"""Waiting for something to become true, for a bounded time."""

import time
from collections.abc import Callable


def until(condition: Callable[[], bool], patience: float = 30.0) -> None:
    """Ask again and again until the condition holds; fail when it does not in time."""
    deadline = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.05)
