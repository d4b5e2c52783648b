"""The set-up link of an installation without members, told where whoever starts it looks: output and log."""

import socket
import sys

import psycopg
import structlog

from seatkeeper.bootstrap.parts import Parts
from seatkeeper.core.errors import StoreUnavailableError
from seatkeeper.core.events import ActorKind, Origin
from seatkeeper.operations.setup import make_setup_link

_HERE = frozenset({"0.0.0.0", "::", "127.0.0.1", "::1"})  # noqa: S104 - names them, listens nowhere
"""Addresses that this machine also knows as localhost, where browsers allow passkeys without TLS."""

_log = structlog.get_logger(__name__)


async def offer_setup(parts: Parts, port: int) -> None:
    """Print a link that makes the first Admin, unless there are members. Each web process has its own."""
    try:
        async with parts.database.transaction(Origin(ActorKind.SEATKEEPER, "seatkeeper")) as tx:
            path = await make_setup_link(tx, f"{socket.gethostname()}:{port}")
    except (StoreUnavailableError, psycopg.Error) as error:
        _log.warning(
            "web.no_setup_link", reason=str(error).strip(), remedy="start again once the database is well"
        )
        return
    if path is None:
        return
    link = f"{base_url(parts, port)}{path}"
    _log.warning("web.set_up", link=link, remedy="open it within a day to make the first Admin")
    sys.stdout.write(
        f"\nNobody can sign in yet. Open this link within a day to make the first Admin:\n\n  {link}\n\n"
    )
    sys.stdout.flush()


def base_url(parts: Parts, port: int) -> str:
    """Say how a browser reaches this process, or the installation where it has a public URL."""
    host = "localhost" if parts.settings.host in _HERE else parts.settings.host
    return parts.settings.public_url or f"http://{f'[{host}]' if ':' in host else host}:{port}"
