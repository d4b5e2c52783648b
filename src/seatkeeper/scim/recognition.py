"""Telling identity providers apart by how they speak, where their User-Agent does not say who they are."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from seatkeeper.core.dialects import NAMES, Dialect
from seatkeeper.core.events import Origin
from seatkeeper.core.ids import IntegrationId

UNKNOWN = "identity provider"
"""What one is called that nothing is known of."""

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
    """Remembers for one process who was recognised where: the last one counts."""

    def __init__(self) -> None:
        self._known: dict[IntegrationId, str] = {}

    def learn(self, integration_id: IntegrationId, document: Mapping[str, Any]) -> None:
        """Look at a body that was let in."""
        dialect = recognise(document)
        if dialect is not None:
            self._known[integration_id] = NAMES[dialect]

    def refined(self, integration_id: IntegrationId, origin: Origin) -> Origin:
        """Name who asked, where its User-Agent did not."""
        known = self._known.get(integration_id)
        return origin if known is None or origin.name != UNKNOWN else replace(origin, name=known)


def _list(value: object) -> Sequence[Any]:
    return value if isinstance(value, list) else ()


def _op_of(operation: object) -> object:
    return operation.get("op") if isinstance(operation, Mapping) else None
