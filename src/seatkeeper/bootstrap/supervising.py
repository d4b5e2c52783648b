"""``seatkeeper serve``: web and worker as two processes under one command.

Two, because the IdP's answer must not wait for a connector that blocks, and a connector that crashes its
process must not take the endpoint with it unnoticed. They live and end together.
"""

import asyncio
import os
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import Mapping

import structlog

from seatkeeper.bootstrap.keys import key_file_of, open_keyring
from seatkeeper.bootstrap.preparing import FOR_THE_DATABASE, Patience, prepare_database
from seatkeeper.bootstrap.settings import Settings, variable_of
from seatkeeper.bootstrap.stopping import SUPERVISED, listen_for_signals

_PATIENCE = 9.5
"""Seconds for both to end by themselves: ``serve`` as a whole promises ten."""

_log = structlog.get_logger(__name__)


def supervise(settings: Settings) -> int:
    """Run ``seatkeeper web`` and ``seatkeeper worker`` until asked to stop; return the exit status.

    It is 0 after an orderly stop, and 1 when one of the two ended by itself, which stops the other.
    """
    open_keyring(settings)
    url = prepare_database(settings, wait=Patience(FOR_THE_DATABASE))
    return asyncio.run(_supervise(_environment(settings, url)))


def _environment(settings: Settings, url: str) -> Mapping[str, str]:
    given = {
        **os.environ,
        **{variable_of(name): str(getattr(settings, name)) for name in ("host", "port")},
        variable_of("database_url"): url,
        SUPERVISED: "1",
    }
    file = key_file_of(settings)
    return given if file is None else {**given, variable_of("secret_key_file"): str(file)}


async def _supervise(environment: Mapping[str, str]) -> int:
    stop = asyncio.Event()
    listen_for_signals(stop)
    children = {name: await _start(name, environment) for name in ("web", "worker")}
    waits = {asyncio.create_task(child.wait(), name=name) for name, child in children.items()}
    stopping = asyncio.create_task(stop.wait(), name="stop")
    ended, _ = await asyncio.wait({*waits, stopping}, return_when=asyncio.FIRST_COMPLETED)
    by_itself = sorted(task.get_name() for task in ended - {stopping}) if not stop.is_set() else []
    for name in by_itself:
        _log.error("process.ended", process=name, status=children[name].returncode, remedy="see its last lines")
    stopping.cancel()
    killed = await _end(children, waits)
    return 1 if by_itself or killed else 0


async def _start(name: str, environment: Mapping[str, str]) -> Process:
    # Nothing is ever written to its input: that it ends tells a child that we are gone.
    return await asyncio.create_subprocess_exec(
        sys.executable, "-m", "seatkeeper", name, stdin=PIPE, env=dict(environment)
    )


async def _end(children: Mapping[str, Process], waits: set[asyncio.Task[int]]) -> bool:
    for child in children.values():
        if child.returncode is None:
            child.terminate()
    _, living = await asyncio.wait(waits, timeout=_PATIENCE)
    for task in living:
        _log.error("process.killed", process=task.get_name(), reason="it did not end in time")
        children[task.get_name()].kill()
    if living:
        await asyncio.wait(living)
    return bool(living)
