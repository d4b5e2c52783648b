"""Telling identity providers apart by how they speak, where their User-Agent does not say who they are."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from seatkeeper.core.dialects import NAMES, Dialect
from seatkeeper.core.errors import RequestError
from seatkeeper.core.events import Origin
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.recognition import set_preset
from seatkeeper.store.database import Database

UNKNOWN = "identity provider"
"""What one is called that nothing is known of."""

_DIALECTS: Mapping[str, Dialect] = {name: dialect for dialect, name in NAMES.items()}
_FIRM_FOR = timedelta(hours=1)

_MICROSOFT = "http://schemas.microsoft.com/"
_LEGACY = "urn:scim:schemas:"
_SPELLED = frozenset({"Add", "Replace", "Remove"})


def recognise(document: Mapping[str, Any]) -> Dialect | None:
    """Say who sends a body like this; None where nothing tells.

    Entra names a schema of Microsoft's for groups and spells operations with a capital letter, OneLogin's stock
    template names schemas of SCIM 1.1.
    """
    urns, operations = _list(document.get("schemas")), _list(document.get("Operations"))
    if any(str(urn).startswith(_MICROSOFT) for urn in urns) or any(
        _op_of(each) in _SPELLED for each in operations
    ):
        return Dialect.ENTRA
    return Dialect.ONELOGIN if any(str(urn).startswith(_LEGACY) for urn in urns) else None


class Recognition:
    """Learns from whom requests come, and sets the preset of whoever is recognised.

    Where several send to one integration, another takes its place after an hour.
    """

    def __init__(self, database: Database, clock: Callable[[], datetime]) -> None:
        self._database = database
        self._clock = clock
        self._known: dict[IntegrationId, Dialect] = {}
        self._set: dict[IntegrationId, tuple[Dialect, datetime]] = {}

    def learn(self, integration_id: IntegrationId, document: Mapping[str, Any]) -> None:
        """Look at a body that was let in."""
        dialect = recognise(document)
        if dialect is not None:
            self._known[integration_id] = dialect

    def refined(self, integration: Integration, origin: Origin) -> Origin:
        """Name who asked, where its User-Agent did not."""
        known = self._known.get(integration.id) or integration.recognised
        return origin if known is None or origin.name != UNKNOWN else replace(origin, name=NAMES[known])

    async def settle(self, integration: Integration, origin: Origin) -> None:
        """Remember whoever has been recognised, after a request that was answered. Never raises."""
        dialect = _DIALECTS.get(origin.name) or self._known.get(integration.id)
        if dialect is None or integration.policy.dialect is not None or dialect is integration.recognised:
            return
        if not self._is_news(integration.id, dialect):
            return
        with suppress(RequestError):
            await set_preset(self._database, origin, integration, dialect)

    def _is_news(self, integration_id: IntegrationId, dialect: Dialect) -> bool:
        now = self._clock()
        before = self._set.get(integration_id)
        if before is not None and (before[0] is dialect or now < before[1] + _FIRM_FOR):
            return False
        self._set[integration_id] = (dialect, now)
        return True


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _op_of(operation: object) -> object:
    return operation.get("op") if isinstance(operation, Mapping) else None
