"""PATCH (RFC 7644 §3.5.2): what an IdP sent, cleaned of its dialect, then applied by scim2-models.

A patch is read completely before anything is changed, and ``operations`` applies it inside one transaction, so it
happens as a whole or not at all.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from scim2_models import (
    Context,
    InvalidPathException,
    InvalidSyntaxException,
    InvalidValueException,
    MutabilityException,
    NoTargetException,
    Path,
    PayloadTooLargeException,
)

from seatkeeper.core.users import User
from seatkeeper.operations.users import UserDraft
from seatkeeper.scim.documents import Attribute, Attributes, Kind, read_document, read_entry, read_value
from seatkeeper.scim.drafts import changed_user
from seatkeeper.scim.policy import POLICY, complex_value, entries_of
from seatkeeper.scim.shapes import Shape

_MOST_OPERATIONS = 500


class Op(StrEnum):
    """The three operations; IdPs spell them in any case."""

    ADD = "add"
    REPLACE = "replace"
    REMOVE = "remove"


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation on one attribute. An operation without a path has become one for each key of its value."""

    op: Op
    path: str
    value: Any
    named: bool
    """The path was spelled out, and is not a key of a value that may hold whatever the IdP has at hand."""


def operations_of(payload: Mapping[str, Any]) -> list[Operation]:
    """Read the operations of a PATCH, in order. Raises scim2-models' exceptions."""
    members = {key.lower(): value for key, value in payload.items()}
    sent = members.get("operations")
    if not isinstance(sent, list) or not sent:
        raise InvalidSyntaxException(detail="A PATCH needs 'Operations', a list of at least one operation.")
    return [operation for each in sent for operation in _flattened(each)]


def _flattened(sent: object) -> Iterator[Operation]:
    if not isinstance(sent, Mapping):
        raise InvalidSyntaxException(detail="Each of 'Operations' must be an object.")
    members = {key.lower(): value for key, value in sent.items()}
    op, path, value = _op(members.get("op")), members.get("path"), members.get("value")
    if not isinstance(path, str | None):
        raise InvalidPathException(detail="'path' must be a string.")
    if op is not Op.REMOVE and "value" not in members:
        raise InvalidValueException(detail=f"An operation to {op} needs a 'value'.")
    if path and path.strip():
        yield Operation(op, path.strip(), value, named=True)
    elif op is Op.REMOVE:
        raise NoTargetException(detail="An operation to remove needs a 'path'.")
    elif not isinstance(value, Mapping):
        raise InvalidValueException(detail="An operation without a 'path' needs an object as its 'value'.")
    else:
        for key, item in value.items():
            yield Operation(op, key, item, named=False)


def _op(sent: object) -> Op:
    try:
        return Op(str(sent).lower())
    except ValueError:
        raise InvalidSyntaxException(detail="'op' must be add, replace or remove.") from None


def user_patch(shape: Shape, payload: Mapping[str, Any]) -> Callable[[User], UserDraft]:
    """Read a PATCH of a user into the change it makes. Raises scim2-models' exceptions, then and when applied."""
    apply = prepared_patch(shape, operations_of(payload))
    return lambda user: changed_user(shape, apply(user.document), user)


def prepared_patch(shape: Shape, operations: Sequence[Operation]) -> Callable[[Mapping[str, Any]], dict[str, Any]]:
    """Make the function that applies operations to a canonical document and returns the new one.

    Raises ``PayloadTooLargeException`` for more than anybody's attributes need: they hold up all others.
    """
    if len(operations) > _MOST_OPERATIONS:
        raise PayloadTooLargeException(detail=f"A PATCH may change {_MOST_OPERATIONS} attributes at most.")
    cleaned = [part for operation in operations for part in _cleaned(shape, operation)]
    if not cleaned:
        return dict
    with POLICY:
        patch = shape.patch.model_validate({"Operations": cleaned}, scim_ctx=Context.RESOURCE_PATCH_REQUEST)

    def apply(document: Mapping[str, Any]) -> dict[str, Any]:
        with POLICY:
            resource = shape.model.model_validate(document)
            patch.patch(resource)
            return read_document(shape.attributes, resource.model_dump())

    return apply


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


def _cleaned(shape: Shape, operation: Operation) -> Iterator[dict[str, Any]]:
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
            yield from _cleaned(shape, replace(operation, path=f"{path}:{key}", value=item, named=False))


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
        yield from _cleaned(shape, replace(operation, path=f"{operation.path}.{key}", value=item, named=False))


def _written(operation: Operation, value: Any) -> Iterator[dict[str, Any]]:
    if value not in (None, [], {}):
        yield {"op": operation.op.value, "path": operation.path, "value": value}
    elif operation.op is Op.REPLACE:
        yield _remove(operation)


def _remove(operation: Operation) -> dict[str, Any]:
    return {"op": "remove", "path": operation.path}
