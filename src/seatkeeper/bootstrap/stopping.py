"""Running a process until it is asked to stop: by SIGTERM, by Ctrl-C, or by the end of whoever supervises it."""

import asyncio
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from typing import TypeAlias

import structlog
import uvloop

from seatkeeper.bootstrap.preparing import FOR_THE_DATABASE, Patience

SUPERVISED = "SEATKEEPER_SUPERVISED"
"""Set by ``serve`` for its children, whose standard input then ends when ``serve`` does, however it does."""

_GRACE = 9.5
"""Seconds for an orderly end: a process promises ten."""
_log = structlog.get_logger(__name__)

Main: TypeAlias = Callable[[asyncio.Event], Awaitable[None]]


def run_until_stopped(main: Main) -> None:
    """Run ``main`` with an event that is set once the process is to stop.

    If it has not ended ten seconds later, the process ends all the same, with status 1. A second Ctrl-C ends it
    at once.
    """
    uvloop.run(_run(main))


def until(stop: asyncio.Event) -> Patience:
    """Wait for the database for a while, unless the process is told to stop meanwhile."""
    return Patience(FOR_THE_DATABASE, stop.is_set)


async def _run(main: Main) -> None:
    stop = asyncio.Event()
    listen_for_signals(stop)
    if os.environ.get(SUPERVISED):
        _listen_for_end_of_input(stop)
    running = asyncio.ensure_future(main(stop))
    stopping = asyncio.create_task(stop.wait())
    await asyncio.wait({running, stopping}, return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    _, late = await asyncio.wait({running}, timeout=_GRACE)
    if late:
        _log.error("process.late", remedy="what held it up is in the lines before")
        os._exit(1)
    await running


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
