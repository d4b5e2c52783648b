"""The web process: the SCIM endpoint, the pages, and what a supervisor and a monitor ask for."""

import asyncio
import contextlib
import gc
import socket
from collections.abc import AsyncGenerator, Generator
from datetime import timedelta
from urllib.parse import unquote

import psycopg
import structlog
import uvicorn
from prometheus_client import CONTENT_TYPE_LATEST
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route, Router
from starlette.types import ASGIApp

from seatkeeper.bootstrap.errors import NotReadyError
from seatkeeper.bootstrap.metrics import CountingRequests, Metrics
from seatkeeper.bootstrap.parts import Parts, open_parts
from seatkeeper.bootstrap.preparing import database_directory
from seatkeeper.bootstrap.recording import Recorder
from seatkeeper.bootstrap.settings import Settings
from seatkeeper.bootstrap.setup_link import offer_setup
from seatkeeper.bootstrap.stopping import until
from seatkeeper.bootstrap.whole_answers import WholeAnswers
from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.operations.sessions import SessionRules
from seatkeeper.scim.calls import SCIMSettings
from seatkeeper.scim.routes import scim_app
from seatkeeper.store.changes import Changes
from seatkeeper.store.queries.installation import QueueStanding, find_revision, read_queue_standing
from seatkeeper.store.revisions import is_sufficient
from seatkeeper.web.app import web_app
from seatkeeper.web.house import House, WebSettings

SCIM_PATH = "/scim/v2"

_GRACE = 8
"""Seconds for requests under way once a stop was asked for."""
_KEEP_ALIVE = 75
"""Seconds an idle connection is kept: longer than the proxies in front keep theirs."""
_BACKLOG = 2048

_log = structlog.get_logger(__name__)


async def serve_web(settings: Settings, stop: asyncio.Event) -> None:
    """Answer requests until ``stop`` is set, then finish those under way. Raises ``StartError``."""
    with _listen(settings) as listener:
        async with open_parts(settings, pool_size=settings.web_pool_size, wait=until(stop)) as parts:
            address, port = listener.getsockname()[:2]
            # What is loaded by now stays: the collector need not go through it again and again.
            gc.freeze()
            _log.info("web.listening", address=address, port=port)
            await offer_setup(parts, port)
            async with _listening(Changes(parts.url), stop) as changes:
                await _serve(application(parts, changes), listener, stop)
    _log.info("web.stopped")


@contextlib.asynccontextmanager
async def _listening(changes: Changes, stop: asyncio.Event) -> AsyncGenerator[Changes]:
    """Listen for changes meanwhile; streams end once the process is asked to stop, or it would wait for them."""

    async def close() -> None:
        await stop.wait()
        changes.close()

    listening, closing = asyncio.create_task(changes.listen()), asyncio.create_task(close())
    try:
        yield changes
    finally:
        changes.close()
        closing.cancel()
        await asyncio.wait({listening})


def application(parts: Parts, changes: Changes) -> ASGIApp:
    """Make the ASGI application of a web process."""
    settings, metrics = parts.settings, Metrics()
    public_url = None if settings.public_url is None else settings.public_url + SCIM_PATH
    scim_settings = SCIMSettings(max_body_bytes=settings.max_body_bytes, public_url=public_url)

    async def read_metrics(_request: Request) -> Response:
        rendered = metrics.render(await _standing(parts), parts.engine.clock())
        return Response(rendered, media_type=CONTENT_TYPE_LATEST)

    async def read_readiness(_request: Request) -> Response:
        hindrance = await _hindrance(parts)
        return JSONResponse({"ready": hindrance is None, "reason": hindrance}, 200 if hindrance is None else 503)

    scim = scim_app(parts.database, clock=parts.engine.clock, settings=scim_settings, changes=changes)
    router = Router(
        [
            Mount(SCIM_PATH, app=Recorder(scim, parts.database, parts.engine.clock)),
            Route("/healthz", _read_health),
            Route("/readyz", read_readiness),
            Route("/metrics", read_metrics),
        ],
        default=web_app(House(parts.engine, _web_settings(parts), changes, scim=scim)),
        redirect_slashes=False,
    )
    return CountingRequests(router, metrics)


def _web_settings(parts: Parts) -> WebSettings:
    settings = parts.settings
    rules = SessionRules(timedelta(hours=settings.session_idle_hours), timedelta(days=settings.session_days))
    return WebSettings(
        settings.public_url,
        sessions=rules,
        api_per_minute=settings.api_requests_per_minute,
        heard_within=settings.heard_within,
        data_dir=settings.data_dir if _is_our_own(parts) else None,
    )


def _is_our_own(parts: Parts) -> bool:
    # Under serve the database was started by the process above us, and we are only told its address.
    return parts.settings.is_embedded or str(database_directory(parts.settings).absolute()) in unquote(parts.url)


async def _read_health(_request: Request) -> Response:
    return PlainTextResponse("ok\n")


async def _hindrance(parts: Parts) -> str | None:
    try:
        async with parts.database.read() as reader:
            revision = await find_revision(reader)
    except StoreUnavailableError:
        return "The database cannot be reached."
    except psycopg.errors.UndefinedTable:
        revision = None
    return None if is_sufficient(revision) else "The database is not migrated. Run: seatkeeper migrate"


async def _standing(parts: Parts) -> QueueStanding | None:
    try:
        async with parts.database.read() as reader:
            return await read_queue_standing(reader, parts.engine.clock(), parts.settings.heard_within)
    except (StoreUnavailableError, psycopg.Error) as error:
        _log.warning("metrics.incomplete", reason=str(error))
        return None


def _listen(settings: Settings) -> socket.socket:
    family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
    try:
        return socket.create_server((settings.host, settings.port), family=family, backlog=_BACKLOG)
    except OSError as error:
        raise NotReadyError(
            f"Cannot listen on {settings.host}, port {settings.port}: {error.strerror}."
            " Set SEATKEEPER_HOST and SEATKEEPER_PORT to a free address of this machine."
        ) from None


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Generator[None]:
        """Leave the signals to ``bootstrap.stopping``, so that an orderly stop ends with status 0."""
        yield


async def _serve(app: ASGIApp, listener: socket.socket, stop: asyncio.Event) -> None:
    config = uvicorn.Config(
        app,
        http=WholeAnswers,
        ws="none",
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        timeout_keep_alive=_KEEP_ALIVE,
        timeout_graceful_shutdown=_GRACE,
    )
    server = _Server(config)
    serving = asyncio.create_task(server.serve(sockets=[listener]), name="uvicorn")
    stopping = asyncio.create_task(stop.wait(), name="stop")
    await asyncio.wait([serving, stopping], return_when=asyncio.FIRST_COMPLETED)
    stopping.cancel()
    server.should_exit = True
    await serving
