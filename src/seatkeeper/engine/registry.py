"""Finding connectors: each is an entry point or an app's manifest, and nothing in Seatkeeper names one."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from importlib.metadata import EntryPoint, entry_points
from pathlib import Path
from typing import Any

import structlog

from seatkeeper.catalog.manifests import read_manifest, read_proof
from seatkeeper.catalog.shelves import find_manifests, find_proof
from seatkeeper.core.apps import Verified
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.mapping import MappingInvalidError, compile_mapping
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.documents import DocumentInvalidError

GROUP = "seatkeeper.connectors"

_log = structlog.get_logger(__name__)


class Installed(Mapping[str, Connector[Any]]):
    """The usable connectors of this installation: entry points and the apps of the catalog, by name.

    One is loaded when it is first asked for: what it stands on may take half a second to import. One
    that cannot be loaded is not in the mapping, is in ``broken`` with the reason, and hides no other. To go
    through the mapping loads all. A connector that is only there for apps is found by ``kind`` alone.
    """

    def __init__(self, *shelves: Path) -> None:
        self._points = {point.name: point for point in entry_points(group=GROUP)}
        self._manifests = _without_clashes(find_manifests(*shelves), self._points)
        self._names = sorted({*self._points, *self._manifests})
        self._loaded: dict[str, Connector[Any] | str] = {}

    def __getitem__(self, name: str) -> Connector[Any]:
        found = self._find(name)
        if isinstance(found, str) or found.needs_behaviour:
            raise KeyError(name)
        return found

    def __iter__(self) -> Iterator[str]:
        return (name for name in self._names if name in self)

    def __len__(self) -> int:
        return sum(1 for _ in self)

    def __contains__(self, name: object) -> bool:
        found = self._find(name) if isinstance(name, str) else ""
        return not isinstance(found, str) and not found.needs_behaviour

    @property
    def broken(self) -> Mapping[str, str]:
        """Why the others that are installed cannot be used, by name."""
        found = ((name, self._find(name)) for name in self._names)
        return {name: reason for name, reason in found if isinstance(reason, str)}

    def find_faults(self, manifest: Path) -> Sequence[str]:
        """Say all that is wrong with the manifest of an app, a sentence each, with the file and the line."""
        try:
            found = self._shelve(manifest.stem, manifest)
        except OSError as error:
            return (f"{manifest}: {error.strerror}",)
        except UnicodeDecodeError:
            return (f"{manifest}: is not UTF-8",)
        except DocumentInvalidError as error:
            return tuple(
                f"{manifest}:{each.line}: {each.where}{': ' if each.where else ''}{each.sentence}"
                for each in error.faults
            )
        if isinstance(found, str):
            return (f"{manifest}: {found}",)
        try:
            compile_mapping(found.mapping, found.schema)
        except MappingInvalidError as error:
            return tuple(f"{manifest}: mapping: {problem}" for problem in error.problems)
        known = found.attributes
        unknown = () if known is None else sorted(found.mapping.attributes.keys() - known)
        return tuple(f"{manifest}: mapping: {name}: the app has no such attribute" for name in unknown)

    def _find(self, name: str) -> Connector[Any] | str:
        if name not in self._loaded:
            self._loaded[name] = loaded = self._load(name)
            if isinstance(loaded, str) and name in self._names:
                _log.warning("connector.broken", connector=name, reason=loaded)
        return self._loaded[name]

    def _load(self, name: str) -> Connector[Any] | str:
        if name in self._points:
            return _load(self._points[name])
        if name not in self._manifests:
            return "is not installed"
        try:
            return self._shelve(name, self._manifests[name])
        except (OSError, UnicodeDecodeError, DocumentInvalidError) as error:
            return f"{self._manifests[name].name}: {error}"

    def _shelve(self, name: str, path: Path) -> Connector[Any] | str:
        manifest, behaviour = read_manifest(path.read_text(encoding="utf-8"))
        kind = self._find(manifest.connector) if manifest.connector in self._points else "is not installed"
        if isinstance(kind, str):
            return f"its connector {manifest.connector}: {kind}"
        if behaviour.value is not None and kind.adapt is None:
            return f"its connector {manifest.connector} takes no behaviour"
        if behaviour.value is None and kind.needs_behaviour:
            return f"its connector {manifest.connector} needs a behaviour"
        adapted = kind if behaviour.value is None or kind.adapt is None else kind.adapt(behaviour)
        return replace(
            adapted,
            name=name,
            title=manifest.title,
            description=manifest.description,
            mapping=manifest.mapping or adapted.mapping,
            schema=adapted.schema if manifest.schema_ is None else manifest.schema_,
            adapt=None,
            needs_behaviour=False,
            facts=manifest.facts(_read_proof(path)),
        )


def _read_proof(app: Path) -> Verified | None:
    proof = find_proof(app)
    return None if proof is None else read_proof(proof.read_text(encoding="utf-8"))


def _without_clashes(manifests: Mapping[str, Path], points: Mapping[str, EntryPoint]) -> Mapping[str, Path]:
    for name in sorted(manifests.keys() & points.keys()):
        _log.warning("catalog.name_taken", app=name, manifest=str(manifests[name]))
    return {name: path for name, path in manifests.items() if name not in points}


def find_connectors(*shelves: Path) -> Installed:
    """Find what is installed now, and the apps whose manifests stand on our shelf and these."""
    return Installed(*shelves)


def get_connector(name: str, *shelves: Path) -> Connector[Any]:
    """Find one connector. Raises ``NotFoundError`` that says what is there, or why this one is not."""
    installed = find_connectors(*shelves)
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
