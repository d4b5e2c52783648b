"""Finding connectors: each is an entry point, and nothing in Seatkeeper names one."""

from collections.abc import Iterator, Mapping
from importlib.metadata import EntryPoint, entry_points
from typing import Any

import structlog

from seatkeeper.core.errors import NotFoundError
from seatkeeper.spi.connector import Connector

GROUP = "seatkeeper.connectors"

_log = structlog.get_logger(__name__)


class Installed(Mapping[str, Connector[Any]]):
    """The usable connectors of this installation, by the name of their entry point.

    A connector is loaded when it is first asked for: what one stands on may take half a second to import. One
    that cannot be loaded is not in the mapping, is in ``broken`` with the reason, and hides no other. To go
    through the mapping loads all.
    """

    def __init__(self) -> None:
        points = sorted(entry_points(group=GROUP), key=lambda point: point.name)
        self._points = {point.name: point for point in points}
        self._loaded: dict[str, Connector[Any] | str] = {}

    def __getitem__(self, name: str) -> Connector[Any]:
        found = self._find(name)
        if isinstance(found, str):
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._points if not isinstance(self._find(name), str))

    def __len__(self) -> int:
        return sum(1 for _ in self)

    @property
    def broken(self) -> Mapping[str, str]:
        """Why the others that are installed cannot be used, by name."""
        found = ((name, self._find(name)) for name in self._points)
        return {name: reason for name, reason in found if isinstance(reason, str)}

    def _find(self, name: str) -> Connector[Any] | str:
        if name not in self._loaded:
            self._loaded[name] = loaded = _load(self._points[name])
            if isinstance(loaded, str):
                _log.warning("connector.broken", connector=name, reason=loaded)
        return self._loaded[name]


def find_connectors() -> Installed:
    """Find what is installed now."""
    return Installed()


def get_connector(name: str) -> Connector[Any]:
    """Find one connector. Raises ``NotFoundError`` that says what is there, or why this one is not."""
    installed = find_connectors()
    if name in installed:
        return installed[name]
    if name in installed.broken:
        raise NotFoundError(f"The connector {name} is installed and cannot be loaded: {installed.broken[name]}.")
    raise NotFoundError(f"There is no connector {name}. Installed: {', '.join(installed) or 'none'}.")


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
