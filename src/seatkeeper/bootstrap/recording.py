"""Recording what identity providers send, around the SCIM face and without it knowing.

While nothing is recorded a request costs one look at the clock. Which recordings run is asked for every two
seconds at most, by the request that comes then.
"""

import asyncio
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import orjson
import structlog
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from seatkeeper.core.credentials import TOKEN_PATH
from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.core.masking import Mask
from seatkeeper.core.recordings import KEPT_HEADERS, Exchange
from seatkeeper.operations.recordings import keep_exchange, tidy_recordings
from seatkeeper.store.database import Database
from seatkeeper.store.queries.recordings import RunningRecording, list_running_recordings

LOOKED_FOR_EVERY: Final = 2.0
"""Seconds: how long a started or stopped recording may go unnoticed."""

_LARGEST = 256 * 1024
"""Bytes of a body or an answer; what is larger is left out."""
_PATIENCE = 2.0
"""Seconds a request waits at most to learn what is recorded; after that, what was known goes on."""
_NOT_LET_IN = frozenset({0, 401, 403})
_ORIGIN = Origin(ActorKind.SEATKEEPER, "Seatkeeper")

_log = structlog.get_logger(__name__)


class Recorder:
    """Wraps the SCIM face. Only requests that were let in are recorded, and nothing unmasked is stored.

    Forms are none of SCIM: whoever sends one asks for a token, and shows a secret.
    """

    def __init__(self, app: ASGIApp, database: Database, clock: Callable[[], datetime]) -> None:
        self._app = app
        self._database = database
        self._clock = clock
        self._running: Mapping[str, RunningRecording] = {}
        self._known_until = 0.0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and record it where that is wanted."""
        if time.monotonic() >= self._known_until:
            await self._look()
        running = self._running.get(_slug(scope)) if self._running else None
        if running is None or scope["type"] != "http" or _is_about_tokens(scope):
            await self._app(scope, receive, send)
            return
        heard = _Heard(self._clock(), receive, send)
        await self._app(scope, heard.receive, heard.send)
        if heard.status not in _NOT_LET_IN and not _is_form(scope):
            await self._record(scope, running, heard)

    async def _look(self) -> None:
        self._known_until = time.monotonic() + LOOKED_FOR_EVERY
        try:
            async with asyncio.timeout(_PATIENCE), self._database.read() as reader:
                found = await list_running_recordings(reader, self._clock())
        except (StoreUnavailableError, TimeoutError):
            return
        self._running = {running.slug: running for running in found}

    async def _record(self, scope: Scope, running: RunningRecording, heard: "_Heard") -> None:
        try:
            exchange = await asyncio.to_thread(_masked, scope, running, heard)
            async with self._database.transaction(_ORIGIN) as tx:
                takes_more = await keep_exchange(tx, running, exchange)
        except Exception as error:  # noqa: BLE001 - the request was answered: a recording never harms it
            _log.warning("recording.missed", integration=running.slug, error=type(error).__name__)
            return
        if not takes_more:
            self._known_until = 0.0


async def tidy(database: Database) -> None:
    """End the recordings whose time is up, and forget old ones."""
    async with database.transaction(_ORIGIN) as tx:
        await tidy_recordings(tx)


@dataclass(slots=True)
class _Heard:
    """Listens to a request and its answer, up to a size."""

    at: datetime
    _receive: Receive
    _send: Send
    status: int = 0
    started: float = field(default_factory=time.perf_counter)
    ms: int = 0
    body: bytearray = field(default_factory=bytearray, repr=False)
    answer: bytearray = field(default_factory=bytearray, repr=False)

    async def receive(self) -> Message:
        message = await self._receive()
        if message["type"] == "http.request" and len(self.body) <= _LARGEST:
            self.body += message.get("body", b"")
        return message

    async def send(self, message: Message) -> None:
        if message["type"] == "http.response.start":
            self.status = message["status"]
        elif message["type"] == "http.response.body" and len(self.answer) <= _LARGEST:
            self.answer += message.get("body", b"")
        await self._send(message)
        self.ms = round((time.perf_counter() - self.started) * 1000)


def _masked(scope: Scope, running: RunningRecording, heard: _Heard) -> str:
    mask, target = Mask(running.mask_key, running.kept), _target(scope)
    body, answer = _document(heard.body), _document(heard.answer)
    path = target.partition("?")[0]
    named = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
    return Exchange(
        at=heard.at,
        method=scope["method"],
        target=mask.target(target),
        headers={name: named[name] for name in KEPT_HEADERS if name in named},
        body=None if body is None else mask.document(path, body),
        status=heard.status,
        ms=heard.ms,
        answer=None if answer is None else mask.document(path, answer),
        left_out=[name for name, raw, read in _both(heard, body, answer) if raw and read is None],
    ).encode()


def _both(heard: _Heard, body: Any, answer: Any) -> list[tuple[str, bytearray, Any]]:
    return [("body", heard.body, body), ("answer", heard.answer, answer)]


def _document(raw: bytearray) -> Any:
    """Read JSON; None for what is none, or too large to be kept."""
    if not raw or len(raw) > _LARGEST:
        return None
    try:
        return orjson.loads(raw)
    except orjson.JSONDecodeError:
        return None


def _is_form(scope: Scope) -> bool:
    return any(
        name == b"content-type" and value.lower().startswith(b"application/x-www-form-urlencoded")
        for name, value in scope["headers"]
    )


def _below(scope: Scope) -> str:
    path: str = scope["path"].removeprefix(scope.get("root_path", ""))
    return path.lstrip("/")


def _slug(scope: Scope) -> str:
    return _below(scope).partition("/")[0] if "path" in scope else ""


def _is_about_tokens(scope: Scope) -> bool:
    # What an OAuth client sends and gets there is nothing but secrets.
    return [part for part in _below(scope).split("/") if part][1:] == TOKEN_PATH.split("/")[1:]


def _target(scope: Scope) -> str:
    query: str = scope["query_string"].decode("latin-1")
    # Quoted again: a question mark within a name is no beginning of a query.
    path = "/" + quote(_below(scope).partition("/")[2].rstrip("/"), safe="/:@")

    return f"{path}?{query}" if query else path
