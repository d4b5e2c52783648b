"""Finding connectors: each is an entry point, and nothing in Seatkeeper names one."""

import functools
from collections.abc import Mapping
from dataclasses import dataclass
from importlib.metadata import EntryPoint, entry_points
from types import MappingProxyType
from typing import Any

import structlog

from seatkeeper.core.errors import NotFoundError
from seatkeeper.spi.connector import Connector

GROUP = "seatkeeper.connectors"

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Installed:
    """The connectors of this installation, and why others that are installed cannot be used, by name."""

    connectors: Mapping[str, Connector[Any]]
    broken: Mapping[str, str]


@functools.cache
def list_installed() -> Installed:
    """Load every entry point once. One that cannot be loaded is named with the reason and hides no other."""
    connectors: dict[str, Connector[Any]] = {}
    broken: dict[str, str] = {}
    for point in sorted(entry_points(group=GROUP), key=lambda point: point.name):
        loaded = _load(point)
        if isinstance(loaded, Connector):
            connectors[point.name] = loaded
        else:
            broken[point.name] = loaded
            _log.warning("connector.broken", connector=point.name, reason=loaded)
    return Installed(MappingProxyType(connectors), MappingProxyType(broken))


def find_connectors() -> Mapping[str, Connector[Any]]:
    """Find every usable connector, by the name of its entry point."""
    return list_installed().connectors


def get_connector(name: str) -> Connector[Any]:
    """Find one connector. Raises ``NotFoundError`` that says what is there, or why this one is not."""
    installed = list_installed()
    if name in installed.connectors:
        return installed.connectors[name]
    if name in installed.broken:
        raise NotFoundError(f"The connector {name} is installed and cannot be loaded: {installed.broken[name]}.")
    raise NotFoundError(f"There is no connector {name}. Installed: {', '.join(installed.connectors) or 'none'}.")


def _load(point: EntryPoint) -> Connector[Any] | str:
    try:
        loaded = point.load()
    except Exception as error:  # noqa: BLE001 - whatever a connector's import raises is its own fault
        return f"{type(error).__name__}: {error}"
    if not isinstance(loaded, Connector):
        return f"{point.value} is not a Connector"
    if loaded.name != point.name:
        return f"it calls itself {loaded.name}"
    return loaded
