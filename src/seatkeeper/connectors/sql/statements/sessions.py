"""From the behaviour of a manifest to a connector, whose sessions have the methods the statements allow."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any, cast

from seatkeeper.connectors.sql.databases import Database
from seatkeeper.connectors.sql.settings import DatabaseSettings
from seatkeeper.connectors.sql.statements.accounts import (
    Accounts,
    Creating,
    Deleting,
    Granting,
    Switching,
    Updating,
)
from seatkeeper.connectors.sql.statements.behaviour import Behaviour, read_behaviour
from seatkeeper.core.integrations import MappingRules
from seatkeeper.spi.connector import Connector, Session
from seatkeeper.spi.documents import Located


def adapt(document: Located) -> Connector[Any]:
    """Make the connector of one app. Raises ``DocumentInvalidError``."""
    behaviour = read_behaviour(document)
    kind = _session_class(behaviour)

    @asynccontextmanager
    async def connect(settings: DatabaseSettings) -> AsyncIterator[Session]:
        database = Database(settings)
        try:
            yield kind(database, behaviour)
        finally:
            await database.close()

    name = behaviour.name
    return Connector(
        name="sql",
        title="Database",
        settings=DatabaseSettings,
        connect=connect,
        mapping=MappingRules(attributes={name: "user.userName"}, join=(name,), required=(name,)),
    )


def _session_class(behaviour: Behaviour) -> type[Accounts]:
    parts = {
        Creating: bool(behaviour.create),
        Updating: bool(behaviour.update),
        Switching: bool(behaviour.disable),
        Deleting: bool(behaviour.delete),
        Granting: behaviour.grants,
    }
    bases = tuple(part for part, is_there in parts.items() if is_there)
    return cast("type[Accounts]", type("StatementSession", bases or (Accounts,), {}))
