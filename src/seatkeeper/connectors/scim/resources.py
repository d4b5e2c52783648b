"""Reading and writing account attributes in a SCIM User document. Pure; documents are plain JSON."""

import copy
from collections.abc import Iterator, Mapping
from typing import Any

from seatkeeper.connectors.scim.paths import CORE_USER, WORK_VALUED, Path, parse_path
from seatkeeper.core.values import Attributes, AttributeValue, is_unassigned

Resource = dict[str, Any]
Operation = dict[str, Any]

_NOT_ATTRIBUTES = frozenset({"schemas", "id", "meta", "groups", "active", "password"})


def attributes_of(resource: Mapping[str, Any]) -> dict[str, AttributeValue]:
    """Flatten a User to account attributes, under every name a mapping may use for them."""
    found: dict[str, AttributeValue] = {}
    for name, value in resource.items():
        if name.startswith("urn:") and isinstance(value, Mapping):
            for inner, content in value.items():
                found.update(_flatten(Path(name, inner), content))
        elif name not in _NOT_ATTRIBUTES:
            found.update(_flatten(Path(None, name), value))
    return {name: value for name, value in found.items() if not is_unassigned(value)}


def _flatten(path: Path, value: Any) -> Iterator[tuple[str, AttributeValue]]:
    match value:
        case bool() | int() | str():
            yield path.top, value
        case float():
            yield path.top, str(value)
        case Mapping():
            for part, content in value.items():
                if isinstance(content, bool | int | str):
                    yield f"{path.top}.{part}", content
        case list():
            yield from _flatten_list(path, value)


def _flatten_list(path: Path, values: list[Any]) -> Iterator[tuple[str, AttributeValue]]:
    for element in values:
        kind = element.get("type") if isinstance(element, Mapping) else None
        for part, content in element.items() if isinstance(kind, str) else ():
            if part not in {"type", "primary"} and isinstance(content, bool | int | str):
                yield f'{path.top}[type eq "{kind}"].{part}', content
    if path.attribute in WORK_VALUED:
        chosen = _element(values, path)
        if chosen is not None and isinstance(chosen.get("value"), str):
            yield path.top, chosen["value"]
    elif texts := tuple(text for text in map(_text, values) if text is not None):
        yield path.top, texts


def _text(element: Any) -> str | None:
    value = element.get("value") if isinstance(element, Mapping) else element
    return value if isinstance(value, str) else None


def _element(values: list[Any], path: Path) -> dict[str, Any] | None:
    """Find the element a path means."""
    elements = [element for element in values if isinstance(element, dict)]
    wanted = (path.kind or "work").casefold()
    typed = [element for element in elements if str(element.get("type", "")).casefold() == wanted]
    if typed or path.kind is not None:
        return next(iter(typed), None)
    others = [element for element in elements if element.get("primary") is True]
    return next(iter(others or [element for element in elements if not element.get("type")]), None)


def value_at(resource: Mapping[str, Any], name: str) -> AttributeValue | None:
    """Read one attribute, or ``active``."""
    if name == "active":
        active = resource.get("active")
        return active if isinstance(active, bool) else None
    return attributes_of(resource).get(_canonical(name))


def _canonical(name: str) -> str:
    path = parse_path(name)
    return f'{path.top}[type eq "{path.kind}"].{path.part}' if path.kind else path.plain


class Writer:
    """Writes attributes into a User document, in the shapes the app knows."""

    def __init__(self, *, typed: bool = True, primary: bool = True) -> None:
        self._typed = typed
        self._primary = primary

    def new(self, attributes: Attributes) -> Resource:
        """Build the document of a new, active User."""
        return self.merged({"schemas": [CORE_USER], "active": True}, attributes)

    def merged(self, resource: Resource, changes: Attributes) -> Resource:
        """Copy a document with these attributes changed and everything else as it was."""
        document = copy.deepcopy(resource)
        for name, value in changes.items():
            self._put(document, parse_path(name), None if is_unassigned(value) else value)
        return document

    def operations(self, resource: Resource, changes: Attributes) -> list[Operation]:
        """Say the same as PATCH operations. ``resource`` is needed where an element of a list changes."""
        operations, after = [], resource
        for name, value in changes.items():
            path = parse_path(name)
            before, after = after, self.merged(after, {name: value})
            operations.append(
                _element_operation(path, value, before, after)
                if path.is_element
                else _operation(path, value, before)
            )
        return operations

    def _put(self, document: Resource, path: Path, value: AttributeValue | None) -> None:
        holder = document
        if path.schema is not None:
            holder = document.setdefault(path.schema, {})
            if path.schema not in document.setdefault("schemas", []):
                document["schemas"].append(path.schema)
        if path.is_element:
            self._put_element(holder, path, value)
        elif path.part is not None:
            _put_part(holder, path.attribute, path.part, value)
        elif value is None:
            holder.pop(path.attribute, None)
        else:
            holder[path.attribute] = _as_json(value, holder.get(path.attribute))
        if path.schema is not None and not holder:
            document.pop(path.schema)

    def _put_element(self, holder: Resource, path: Path, value: AttributeValue | None) -> None:
        values = holder.get(path.attribute) or []
        element, part = _element(values, path), path.part or "value"
        if value is None:
            rest = [each for each in values if each is not element] if part == "value" else values
            if element is not None and part != "value":
                element.pop(part, None)
            holder[path.attribute] = rest
            if not rest:
                holder.pop(path.attribute)
        elif element is not None:
            element[part] = value
        else:
            holder[path.attribute] = [*values, self._new_element(path, part, value, first=not values)]

    def _new_element(self, path: Path, part: str, value: AttributeValue, *, first: bool) -> Resource:
        made: Resource = {part: value}
        if self._typed:
            made["type"] = path.kind or "work"
        if self._primary and first and path.kind is None:
            made["primary"] = True
        return made


def _operation(path: Path, value: AttributeValue | None, before: Resource) -> Operation:
    if value is None or is_unassigned(value):
        return {"op": "remove", "path": path.plain}
    return {"op": "replace", "path": path.plain, "value": _as_json(value, _list_at(before, path))}


def _element_operation(path: Path, value: AttributeValue | None, before: Resource, after: Resource) -> Operation:
    values = _list_at(before, path)
    element = _element(values, path)
    kind = element.get("type") if element else None
    is_alone = [each.get("type") for each in values if isinstance(each, dict)].count(kind) == 1
    if isinstance(kind, str) and is_alone and not is_unassigned(value):
        # The form that Entra ID sends, and so the one that every app has been tried with.
        where = f'{path.top}[type eq "{kind}"].{path.part or "value"}'
        return {"op": "replace", "path": where, "value": value}
    if rest := _list_at(after, path):
        return {"op": "replace", "path": path.top, "value": rest}
    return {"op": "remove", "path": path.top}


def _list_at(resource: Resource, path: Path) -> list[Any]:
    holder = resource if path.schema is None else resource.get(path.schema) or {}
    values = holder.get(path.attribute)
    return values if isinstance(values, list) else []


def _put_part(holder: Resource, attribute: str, part: str, value: AttributeValue | None) -> None:
    whole = holder.get(attribute)
    inner = whole if isinstance(whole, dict) else {}
    if value is None:
        inner.pop(part, None)
    else:
        inner[part] = value
    holder[attribute] = inner
    if not inner:
        holder.pop(attribute)


def _as_json(value: AttributeValue, before: Any) -> Any:
    if not isinstance(value, tuple):
        return value
    # RFC 7643 §2.4: elements that stay keep their type and display; new ones take the shape of those there.
    known = {_text(element): element for element in before} if isinstance(before, list) else {}
    is_plain = bool(known) and all(isinstance(element, str) for element in known.values())
    return [known.get(each, each if is_plain else {"value": each}) for each in value]
