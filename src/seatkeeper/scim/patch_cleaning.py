"""Cleaning the dialects of IdPs out of PATCH operations, so that scim2-models can apply them.

Paths are spelled out, values read like those of a POST, and what is null is removed.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from scim2_models import InvalidPathException, InvalidValueException, MutabilityException, Path

from seatkeeper.scim.documents import Attribute, Attributes, Kind, read_entry, read_value
from seatkeeper.scim.patch_operations import Op, Operation
from seatkeeper.scim.policy import complex_value, entries_of
from seatkeeper.scim.shapes import Shape


@dataclass(frozen=True, slots=True)
class _Target:
    """What a path leads to: an attribute, or a part of one; ``filtered`` when it selects entries by a filter."""

    attribute: Attribute
    part: Attribute | None
    filtered: bool

    @property
    def end(self) -> Attribute:
        return self.part or self.attribute

    @property
    def is_kept(self) -> bool:
        return self.attribute.kept and self.end.kept


def cleaned(shape: Shape, operation: Operation) -> Iterator[dict[str, Any]]:
    """Rewrite an operation as scim2-models wants it: none for what is ignored, several for an object.

    Raises scim2-models' exceptions.
    """
    path = _bound(shape, operation)
    if path is None:
        return
    if path.model is not None:
        yield from _whole_schema(shape, operation, path)
        return
    target = _target(shape, path)
    if target is None:
        return
    if not target.is_kept or _unassigns_active(operation, target):
        _refuse_read_only(operation, target)
        return
    operation = replace(operation, path=str(path))
    if operation.op is Op.REMOVE:
        yield from _removal(operation, target)
    elif operation.value is None:
        if operation.op is Op.REPLACE:
            yield _remove(operation)
    else:
        yield from _write(shape, operation, target)


def _bound(shape: Shape, operation: Operation) -> Path[Any] | None:
    """Bind a path, or a key that may be none. Entra names an extension's attribute (manager) without the URN."""
    bound: type[Path[Any]] = Path.__class_getitem__(shape.model)
    try:
        path = bound(operation.path)
    except InvalidPathException:
        if operation.named:
            raise
        return None
    if path.model is None and path.schema is None and path.parts[0].lower() not in shape.attributes:
        for urn in shape.extensions:
            if path.parts[0].lower() in shape.attributes[urn].parts:
                return bound(f"{urn}:{path}")
    return path


def _whole_schema(shape: Shape, operation: Operation, path: Path[Any]) -> Iterator[dict[str, Any]]:
    """Spread an operation on everything of one schema, such as a nested extension object, over its attributes."""
    if operation.op is Op.REMOVE or operation.value is None:
        if operation.op is not Op.ADD and path.model is not shape.model:
            yield {"op": "remove", "path": str(path)}
    elif not isinstance(operation.value, Mapping):
        raise InvalidValueException(detail=f"'{path}' must be an object.")
    else:
        for key, item in operation.value.items():
            yield from cleaned(shape, replace(operation, path=f"{path}:{key}", value=item, named=False))


def _target(shape: Shape, path: Path[Any]) -> _Target | None:
    table: Attributes = shape.attributes
    if path.schema is not None and path.schema.lower() != str(shape.model.__schema__).lower():
        extension = table.get(path.schema.lower())
        table = extension.parts if extension else {}
    name, *parts = path.parts
    attribute = table.get(name.lower())
    if attribute is None:
        return None
    part = attribute.parts.get(parts[0].lower()) if parts else None
    if parts and part is None:
        return None
    return _Target(attribute, part, filtered=path.value_filter is not None)


def _unassigns_active(operation: Operation, target: _Target) -> bool:
    """Say whether ``active`` would be left open; whoever forgets to say it must let nobody in or out."""
    unassigns = operation.op is Op.REMOVE or operation.value is None
    return unassigns and target.attribute.path == "active"


def _refuse_read_only(operation: Operation, target: _Target) -> None:
    if operation.named and target.attribute.name not in {"password", "active"}:
        raise MutabilityException(detail=f"'{target.end.path}' cannot be changed by a client.")


def _removal(operation: Operation, target: _Target) -> Iterator[dict[str, Any]]:
    """Remove what the path names; only whole entries are told by a value."""
    whole_list = target.attribute.many and target.part is None and not target.filtered
    if not whole_list or operation.value is None:
        yield _remove(operation)
        return
    wanted = [{"value": item} if isinstance(item, str) else item for item in entries_of(operation.value)]
    if target.attribute.kind is Kind.COMPLEX:
        wanted = [entry for item in wanted if (entry := read_entry(target.attribute, item))]
    if wanted:
        yield {**_remove(operation), "value": wanted}


def _write(shape: Shape, operation: Operation, target: _Target) -> Iterator[dict[str, Any]]:
    if target.end.kind is not Kind.COMPLEX:
        yield from _written(operation, read_value(target.end, operation.value))
    elif target.filtered:
        yield from _written(operation, read_entry(target.attribute, operation.value))
    elif target.attribute.many:
        yield from _written(operation, read_value(target.attribute, operation.value))
    else:
        yield from _write_complex(shape, operation, target)


def _write_complex(shape: Shape, operation: Operation, target: _Target) -> Iterator[dict[str, Any]]:
    """Write the sub-attributes one by one, so that each may be null.

    A reference such as a manager is written whole: the old one's ``$ref`` must not stay beside a new ``value``.
    """
    if "value" in target.attribute.parts:
        yield _remove(operation)
        operation = replace(operation, value=complex_value(operation.value) or {})
    if not isinstance(operation.value, Mapping):
        raise InvalidValueException(detail=f"'{target.attribute.path}' must be an object.")
    for key, item in operation.value.items():
        yield from cleaned(shape, replace(operation, path=f"{operation.path}.{key}", value=item, named=False))


def _written(operation: Operation, value: Any) -> Iterator[dict[str, Any]]:
    if value not in (None, [], {}):
        yield {"op": operation.op.value, "path": operation.path, "value": value}
    elif operation.op is Op.REPLACE:
        yield _remove(operation)


def _remove(operation: Operation) -> dict[str, Any]:
    return {"op": "remove", "path": operation.path}
