"""What every page is given."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp

from seatkeeper.core.health import Health
from seatkeeper.engine.context import Engine
from seatkeeper.operations.sessions import SessionRules
from seatkeeper.spi.connector import Connector
from seatkeeper.store.changes import Changes
from seatkeeper.store.database import Database
from seatkeeper.store.sealing import Keyring
from seatkeeper.web.background import Background
from seatkeeper.web.sharing import Part, Shared


@dataclass(frozen=True, slots=True)
class WebSettings:
    """How the face behaves; the defaults are good ones."""

    public_url: str | None = None
    """How browsers and identity providers reach this installation; None takes the request's own."""
    max_form_bytes: int = 1024 * 1024
    sessions: SessionRules = field(default_factory=SessionRules)
    api_per_minute: int = 600
    """Requests to the API a minute for one member."""
    heard_within: timedelta = timedelta(seconds=30)
    """A worker whose last heartbeat is older than this counts as dead."""
    data_dir: Path | None = None
    """Where the database is, when it is one of Seatkeeper's own."""

    @property
    def is_secure(self) -> bool:
        """Browsers reach this installation on TLS, so cookies may be kept to it."""
        return self.public_url is not None and self.public_url.startswith("https://")


@dataclass(frozen=True, slots=True)
class House:
    """The engine's parts, the settings, word of what changes, and what goes on or is made for several at once."""

    engine: Engine
    settings: WebSettings
    changes: Changes
    work: Background = field(default_factory=Background)
    parts: Shared[Part | None] = field(default_factory=Shared)
    """Parts of pages that are the same for everybody who may see them."""
    healths: Shared[Health] = field(default_factory=Shared)
    """How integrations stand, by their id."""
    scim: ASGIApp = field(default_factory=lambda: PlainTextResponse("There is no SCIM endpoint here.", 503))
    """The SCIM face of this process: a replay sends to it, without the way through the network."""

    @property
    def database(self) -> Database:
        """The pool of connections."""
        return self.engine.database

    @property
    def connectors(self) -> Mapping[str, Connector[Any]]:
        """The connectors by name."""
        return self.engine.connectors

    @property
    def keyring(self) -> Keyring:
        """The keys that seal secrets."""
        return self.engine.keyring

    @property
    def clock(self) -> Callable[[], datetime]:
        """The clock: aware, UTC."""
        return self.engine.clock
