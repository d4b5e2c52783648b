"""What a client wants to see of a resource: ``attributes`` and ``excludedAttributes`` (RFC 7644 §3.9)."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeAlias

from seatkeeper.core.schema import Steps, steps_to
from seatkeeper.scim.extensions import PROVISIONING
from seatkeeper.scim.shapes import Shape

_Tree: TypeAlias = dict[str, "_Tree"]
"""Names in lower case; one without anything below it means the whole attribute."""

_Take: TypeAlias = Callable[[Mapping[str, Any], _Tree], dict[str, Any]]

_FILTER = re.compile(r"\[[^]]*\]")
"""Microsoft's collection asks for ``emails[type eq "work"]``, which the standard has not; it is sent them all."""

_ALWAYS = frozenset({"id", "schemas"})


@dataclass(frozen=True, slots=True)
class Selection:
    """The attributes to show: ``wanted`` None means all, less those ``unwanted``."""

    wanted: _Tree | None
    unwanted: _Tree

    def shows(self, name: str) -> bool:
        """Say whether anything of a top-level attribute is shown, so that it need not be read otherwise."""
        is_wanted = self.wanted is None or name in self.wanted
        return is_wanted and self.unwanted.get(name) != {}

    def of(self, resource: dict[str, Any]) -> dict[str, Any]:
        """Take what is to be shown. ``id`` and ``schemas`` always are."""
        if self.wanted is not None:
            resource = {key: resource[key] for key in _ALWAYS & resource.keys()} | _only(resource, self.wanted)
        return _without(resource, self.unwanted) if self.unwanted else resource


@lru_cache(maxsize=1024)
def selection(shape: Shape, attributes: str, excluded: str) -> Selection:
    """Read the two parameters. Names nobody knows are ignored; so is the rule that only one may be sent."""
    wanted = [_steps(shape, name) for name in _names(attributes)]
    unwanted = [_steps(shape, name) for name in _names(excluded)]
    hidden = [tuple(step.lower() for step in steps) for steps in shape.hidden]
    kept = [steps for steps in unwanted if steps[0] not in _ALWAYS]
    return Selection(_tree(wanted) if wanted else None, _tree([*kept, *hidden]))


def _names(parameter: str) -> list[str]:
    return [name.strip() for name in _FILTER.sub("", parameter).split(",") if name.strip()]


def _steps(shape: Shape, name: str) -> Steps:
    lowered = name.lower()
    if lowered in {urn.lower() for urn in (*shape.extensions, PROVISIONING)}:
        return (lowered,)
    core = f"{shape.model.__schema__}:".lower()
    return steps_to(lowered.removeprefix(core))


def _tree(paths: Iterable[Steps]) -> _Tree:
    """Join paths; a whole attribute wins over a part of it."""
    tree: _Tree = {}
    for path in sorted(paths, key=len, reverse=True):
        node = tree
        for step in path[:-1]:
            node = node.setdefault(step, {})
        node[path[-1]] = {}
    return tree


def _only(resource: Mapping[str, Any], tree: _Tree) -> dict[str, Any]:
    shown = {}
    for key, value in resource.items():
        below = tree.get(key.lower())
        if below is not None and (part := _below(value, below, _only)) is not None:
            shown[key] = part
    return shown


def _without(resource: Mapping[str, Any], tree: _Tree) -> dict[str, Any]:
    shown = {}
    for key, value in resource.items():
        below = tree.get(key.lower())
        if below is None:
            shown[key] = value
        elif below and (part := _below(value, below, _without)) is not None:
            shown[key] = part
    return shown


def _below(value: Any, tree: _Tree, take: _Take) -> Any:
    """Take parts of a value; None where nothing of it is left."""
    if not tree:
        return value
    if isinstance(value, list):
        return [part for entry in value if (part := _below(entry, tree, take))] or None
    return take(value, tree) or None if isinstance(value, Mapping) else value
