"""The operations of a PATCH as they were sent, one for each attribute they are about."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from scim2_models import (
    InvalidPathException,
    InvalidSyntaxException,
    InvalidValueException,
    NoTargetException,
)


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
