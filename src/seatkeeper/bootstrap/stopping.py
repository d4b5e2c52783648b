"""Running a process until it is asked to stop: by SIGTERM, by Ctrl-C, or by the end of whoever supervises it."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import uvloop

SUPERVISED = "SEATKEEPER_SUPERVISED"
"""Set by ``serve`` for its children, whose standard input then ends when ``serve`` does, however it does."""

Main: TypeAlias = Callable[[asyncio.Event], Awaitable[None]]


def run_until_stopped(main: Main) -> None:
    """Run ``main`` with an event that is set once the process is to stop. A second Ctrl-C ends it at once."""
    uvloop.run(_run(main))


async def _run(main: Main) -> None:
    stop = asyncio.Event()
    listen_for_signals(stop)
    if os.environ.get(SUPERVISED):
        _listen_for_end_of_input(stop)
    await main(stop)


def listen_for_signals(stop: asyncio.Event) -> None:
    """Set ``stop`` on the first SIGTERM or Ctrl-C."""
    loop = asyncio.get_running_loop()

    def ask() -> None:
        stop.set()
        loop.remove_signal_handler(signal.SIGINT)

    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, ask)


def _listen_for_end_of_input(stop: asyncio.Event) -> None:
    loop = asyncio.get_running_loop()

    def look() -> None:
        if not os.read(sys.stdin.fileno(), 1024):
            loop.remove_reader(sys.stdin.fileno())
            stop.set()

    loop.add_reader(sys.stdin.fileno(), look)
