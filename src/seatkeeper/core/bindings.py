"""What a mapping expression sees of a person: everything the schema names is there, if only as null or []."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any, TypeAlias

from seatkeeper.core.functions import is_assigned
from seatkeeper.core.integrations import SchemaAttribute
from seatkeeper.core.reading import Part, Path
from seatkeeper.core.schema import CORE_USER, ENTERPRISE_USER, STANDARD_SCHEMA
from seatkeeper.core.users import Group, User

View: TypeAlias = Mapping[str, Any]

GROUP = Part(parts={"id": Part(), "displayName": Part(), "externalId": Part()})
GROUPS = replace(GROUP, multi_valued=True)

_ENTERPRISE = "enterprise"
"""Short for the enterprise extension, unless the schema has an attribute of that name."""


def user_part(schema: Sequence[SchemaAttribute]) -> Part:
    """Turn the standard schema, and what the integration's adds to it, into what may be read under ``user``."""
    parts: dict[str, Part] = {"id": Part()}
    routes = [(_route(attribute.name), attribute) for attribute in (*STANDARD_SCHEMA, *schema)]
    for route, attribute in sorted(routes, key=lambda pair: len(pair[0])):
        _plant(parts, route, attribute)
    parts.setdefault(_ENTERPRISE, parts[ENTERPRISE_USER])
    return Part(parts=parts)


def _route(name: str) -> tuple[str, ...]:
    urn, _, rest = name.rpartition(":")
    return (*((urn,) if urn and urn != CORE_USER else ()), *rest.split("."))


def _plant(parts: dict[str, Part], route: Sequence[str], attribute: SchemaAttribute) -> None:
    name, rest = route[0], route[1:]
    if rest:
        branch = parts.get(name, Part())
        beneath = dict(branch.parts or {})
        _plant(beneath, rest, attribute)
        parts[name] = replace(branch, parts=beneath)
    else:
        parts[name] = Part(
            attribute.multi_valued, attribute.sensitive, None if attribute.type == "complex" else {}
        )


def only_read(whole: Part, paths: Iterable[Path]) -> Part:
    """Leave out of ``user`` what no path reaches: binding every value a person has would cost most of the time."""
    return _trimmed(whole, [path.steps for path in paths if path.root == "user"])


def _trimmed(part: Part, ways: Sequence[tuple[str | None, ...]]) -> Part:
    if part.multi_valued:
        ways = [way[1:] if way else way for way in ways]
    if not part.parts or not all(way and way[0] for way in ways):
        return part
    beneath: dict[str, list[tuple[str | None, ...]]] = {}
    for name, *rest in ways:
        beneath.setdefault(str(name), []).append(tuple(rest))
    parts = {name: _trimmed(part.parts[name], rest) for name, rest in beneath.items()}
    return replace(part, parts=parts, trimmed=True)


def view_user(user: User, part: Part) -> Any:
    """Show a person in the shape the schema promises."""
    given: dict[str, Any] = {
        _ENTERPRISE: user.document.get(ENTERPRISE_USER),
        **user.document,
        "id": str(user.id),
        "userName": user.user_name,
        "externalId": user.external_id,
        "active": user.active,
    }
    return _filled(given, part)


def view_group(group: Group) -> View:
    """Show a group."""
    return {"id": str(group.id), "displayName": group.display_name, "externalId": group.external_id}


def _filled(value: Any, part: Part) -> Any:
    if not part.multi_valued:
        return _filled_one(value, part)
    if value is None:
        return []
    return [_filled_one(each, part) for each in value] if isinstance(value, list) else value


def _filled_one(value: Any, part: Part) -> Any:
    if part.parts == {} and not part.trimmed:
        return value
    given = {} if value is None else value
    if not isinstance(given, Mapping):
        return given
    shown = {} if part.trimmed else dict(given)
    return shown | {name: _filled(given.get(name), beneath) for name, beneath in (part.parts or {}).items()}


def lacks(view: View, path: Path) -> bool:
    """Say whether the person has nothing at the end of this path, as far as it can be followed by name."""
    here: Any = view
    for step in path.steps:
        if step is None or not isinstance(here, Mapping):
            break
        here = here.get(step)
    return path.root == "user" and not is_assigned(here)


def is_sensitive(whole: Part, path: Path) -> bool:
    """Say whether the path leads through, or to a whole that holds, a sensitive attribute."""
    part = whole
    for step in path.steps:
        if part.sensitive:
            return True
        if step is not None:
            part = (part.parts or {}).get(step, Part())
    return _holds_sensitive(part)


def _holds_sensitive(part: Part) -> bool:
    return part.sensitive or any(_holds_sensitive(beneath) for beneath in (part.parts or {}).values())
