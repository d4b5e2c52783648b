"""Apps that a test makes up: a behaviour, and a server that answers just what the test wants."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any
from urllib.parse import parse_qs, urlsplit

from seatkeeper.connectors.rest import adapt
from seatkeeper.spi.documents import load_document
from seatkeeper.spi.settings import validate_settings
from tests.spi.wire import Respond, Wire, listening

PLAIN = """
accounts:
  name: login
  attributes: {login: item.login, mail: {from: item.mail, ignores_case: true}, team: {from: item.team, empty: ""}}
  read: {call: "GET /people/${uid}"}
  list: {call: GET /people, items: body.people}
"""


@dataclass(frozen=True, slots=True)
class App:
    """An open session, and what its server was sent."""

    session: Any
    wire: Wire

    def sent(self, at: int = -1) -> Any:
        """Give the JSON of a call."""
        return json.loads(self.wire.received[at].body)

    def query(self, at: int = -1) -> dict[str, list[str]]:
        """Give the query of a call."""
        return parse_qs(urlsplit(self.wire.received[at].target).query, keep_blank_values=True)


@asynccontextmanager
async def running(behaviour: str, respond: Respond, **settings: object) -> AsyncIterator[App]:
    """Open a session of an app with this behaviour."""
    connector = adapt(load_document(behaviour))
    async with listening(respond) as wire:
        given = validate_settings(connector.settings, {"base_url": wire.address, **settings})
        async with connector.connect(given) as session:
            yield App(session, wire)
