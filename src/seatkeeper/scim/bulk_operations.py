"""The operations of a bulk request: read one by one, and put into an order in which references can be followed."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from scim2_models import InvalidSyntaxException, InvalidValueException, NotFoundException, SCIMException

METHODS = ("POST", "PUT", "PATCH", "DELETE")

_COLLECTIONS = {"users": "Users", "groups": "Groups"}
_REFERENCE = re.compile(r"bulkId:(.+)", re.DOTALL)
_QUOTED = re.compile(r'"bulkId:([^"\\]+)"')


class UnresolvedReference(SCIMException):
    """An operation refers to a resource that another one was to create and did not (RFC 7644 §3.7.2)."""

    status = 409
    scim_type = "invalidValue"


@dataclass(frozen=True, slots=True)
class BulkOperation:
    """One operation as it was sent, with what it refers to."""

    number: int
    """Its place in the request."""
    method: str
    collection: str
    name: str | None
    """The id of the resource, or a reference to it; None for a POST."""
    bulk_id: str | None
    version: str | None
    data: Mapping[str, Any] = field(default_factory=dict)
    error: Exception | None = None
    """What is wrong with it by itself."""

    @property
    def references(self) -> frozenset[str]:
        """The bulkIds it refers to."""
        named = () if self.name is None else _references(self.name)
        return frozenset((*named, *_references(self.data)))

    @property
    def path(self) -> str:
        """Where it is about, below the endpoint."""
        return f"/{self.collection}" if self.name is None else f"/{self.collection}/{self.name}"

    def without_members(self) -> "BulkOperation":
        """Leave the members of a group for later."""
        data = {key: value for key, value in self.data.items() if key.lower() != "members"}
        return replace(self, data=data)

    def reading(self, ids: Mapping[str, str]) -> "BulkOperation":
        """Give the request that reads what this one created."""
        return BulkOperation(self.number, "GET", self.collection, ids[str(self.bulk_id)], None, None)


def read_operations(sent: Sequence[object]) -> list[BulkOperation]:
    """Read every operation; one that cannot be carried out holds its error."""
    operations: list[BulkOperation] = []
    taken: set[str] = set()
    for number, each in enumerate(sent):
        try:
            operation = _read_operation(number, each)
            if operation.method == "POST" and operation.bulk_id in taken:
                raise InvalidValueException(detail=f"The bulkId '{operation.bulk_id}' is given twice.")
        except SCIMException as error:
            operation = _faulty(number, each, error)
        if operation.error is None and operation.method == "POST":
            taken.add(str(operation.bulk_id))
        operations.append(operation)
    return operations


def is_circle(unit: Sequence[BulkOperation]) -> bool:
    """Say whether operations refer to one another, or one to itself."""
    return len(unit) > 1 or (unit[0].method == "POST" and unit[0].bulk_id in unit[0].references)


def _faulty(number: int, sent: object, error: SCIMException) -> BulkOperation:
    members = {str(key).lower(): value for key, value in sent.items()} if isinstance(sent, Mapping) else {}
    method, bulk_id = members.get("method"), members.get("bulkid")
    bulk_id = bulk_id if isinstance(bulk_id, str) else None
    method = method.upper() if isinstance(method, str) and method.upper() in METHODS else "POST"
    return BulkOperation(number, method, "", None, bulk_id, None, error=error)


def _read_operation(number: int, sent: object) -> BulkOperation:
    if not isinstance(sent, Mapping):
        raise InvalidSyntaxException(detail="Each of 'Operations' must be an object.")
    members = {key.lower(): value for key, value in sent.items()}
    method, bulk_id, version, path = (_text(members, name) for name in ("method", "bulkId", "version", "path"))
    data = members.get("data")
    method = (method or "").upper()
    if method not in METHODS:
        raise InvalidSyntaxException(detail=f"'method' must be one of {', '.join(METHODS)}.")
    collection, name = _read_path(path or "", method)
    if method == "POST" and not bulk_id:
        raise InvalidValueException(detail="A POST needs a 'bulkId'.")
    if method == "DELETE":
        data = {}
    if not isinstance(data, Mapping):
        raise InvalidValueException(detail=f"A {method} needs 'data', an object.")
    return BulkOperation(number, method, collection, name, bulk_id, version, data)


def resolved(value: Any, ids: Mapping[str, str]) -> Any:
    """Put ids in the place of references. Raises ``UnresolvedReference`` for one that is not known."""
    match value:
        case str():
            whole = _REFERENCE.fullmatch(value)
            if whole is not None:
                return _id_of(whole[1], ids)
            return _QUOTED.sub(lambda quoted: f'"{_id_of(quoted[1], ids)}"', value)
        case Mapping():
            return {key: resolved(part, ids) for key, part in value.items()}
        case list():
            return [resolved(part, ids) for part in value]
        case _:
            return value


def in_order(operations: Sequence[BulkOperation]) -> list[list[BulkOperation]]:
    """Give the operations as they are to be carried out: each after those it refers to, or else as it was sent.

    Operations that refer to one another in a circle are given together.
    """
    makers = {each.bulk_id: each for each in operations if each.method == "POST" and each.error is None}
    needs = {
        each.number: [makers[name] for name in sorted(each.references) if name in makers] for each in operations
    }
    return _Circles(needs).found(operations)


class _Circles:
    """Tarjan's algorithm without recursion, for a request may refer a thousand deep."""

    def __init__(self, needs: Mapping[int, Sequence[BulkOperation]]) -> None:
        self._needs = needs
        self._index: dict[int, int] = {}
        self._low: dict[int, int] = {}
        self._open: list[BulkOperation] = []
        self._is_open: set[int] = set()
        self._circles: list[list[BulkOperation]] = []

    def found(self, operations: Sequence[BulkOperation]) -> list[list[BulkOperation]]:
        for operation in operations:
            if operation.number not in self._index:
                self._visit(operation)
        return self._circles

    def _visit(self, first: BulkOperation) -> None:
        way = [(first, self._enter(first))]
        while way:
            operation, needed = way[-1]
            for each in needed:
                if each.number not in self._index:
                    way.append((each, self._enter(each)))
                    break
                if each.number in self._is_open:
                    self._lower(operation, self._index[each.number])
            else:
                way.pop()
                self._leave(operation)
                if way:
                    self._lower(way[-1][0], self._low[operation.number])

    def _enter(self, operation: BulkOperation) -> Iterator[BulkOperation]:
        self._index[operation.number] = self._low[operation.number] = len(self._index)
        self._open.append(operation)
        self._is_open.add(operation.number)
        return iter(self._needs[operation.number])

    def _lower(self, operation: BulkOperation, low: int) -> None:
        self._low[operation.number] = min(self._low[operation.number], low)

    def _leave(self, operation: BulkOperation) -> None:
        if self._low[operation.number] != self._index[operation.number]:
            return
        at = next(place for place, each in enumerate(self._open) if each is operation)
        circle, self._open = self._open[at:], self._open[:at]
        self._is_open.difference_update(each.number for each in circle)
        self._circles.append(sorted(circle, key=lambda each: (each.collection == "Groups", each.number)))


def _references(value: Any) -> Iterator[str]:
    match value:
        case str():
            whole = _REFERENCE.fullmatch(value)
            yield from [whole[1]] if whole is not None else _QUOTED.findall(value)
        case Mapping():
            for part in value.values():
                yield from _references(part)
        case list():
            for part in value:
                yield from _references(part)


def _id_of(bulk_id: str, ids: Mapping[str, str]) -> str:
    if bulk_id not in ids:
        raise UnresolvedReference(detail=f"No resource was created with the bulkId '{bulk_id}'.")
    return ids[bulk_id]


def _text(members: Mapping[str, Any], name: str) -> str | None:
    value = members.get(name.lower())
    if not isinstance(value, str | None):
        raise InvalidSyntaxException(detail=f"'{name}' must be a string.")
    return value


def _read_path(path: str, method: str) -> tuple[str, str | None]:
    collection, _, name = path.strip("/").partition("/")
    known = _COLLECTIONS.get(collection.lower())
    if known is None or (method == "POST") != (not name):
        raise NotFoundException(detail=f"There is nothing to {method} at '{path}'.")
    return known, name or None
