"""Members of groups, as IdPs send them: read into who comes and who goes, and never loaded for it."""

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, assert_never
from uuid import UUID

from scim2_models import InvalidPathException, InvalidValueException, MutabilityException, Path
from scim2_models.path import CompareOperator, Comparison, FilterNode, LogicalExpr, LogicalOperator

from seatkeeper.core.ids import GroupId, UserId
from seatkeeper.core.users import Group, MembersChange
from seatkeeper.operations.groups import GroupChange
from seatkeeper.scim.drafts import settled_group, unchanged_group
from seatkeeper.scim.models import GROUP
from seatkeeper.scim.patch import prepared_patch
from seatkeeper.scim.patch_operations import Op, Operation, operations_of
from seatkeeper.scim.policy import entries_of
from seatkeeper.scim.shapes import GROUP_SHAPE

_MEMBERS = "members"
_ID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}", re.ASCII)
_BY_ID = re.compile(r'members\[\s*value\s+eq\s+"([^"\\]*)"\s*\]', re.IGNORECASE)
"""The path of one member, which need not be parsed: Okta sends one for each member that leaves."""


def members_of(payload: Mapping[str, Any]) -> MembersChange | None:
    """Read the members of a POST or a PUT; None where none are spoken of. Raises ``InvalidValueException``."""
    spoken = {key.lower(): value for key, value in payload.items()}
    if _MEMBERS not in spoken:
        return None
    return _change(_values(spoken[_MEMBERS]), replace=True)


def group_patch(payload: Mapping[str, Any]) -> Callable[[Group], GroupChange]:
    """Read a PATCH of a group into the change it makes. Raises scim2-models' exceptions.

    Operations on members are added up in their order; the others are applied to the group's few attributes.
    """
    changes = _Changes()
    rest = []
    for operation in operations_of(payload):
        choice = _choice(operation)
        if choice is None:
            rest.append(operation)
        else:
            changes.take(operation, choice)
    members = changes.total()
    if not rest:
        return lambda group: GroupChange(unchanged_group(group), members)
    apply = prepared_patch(GROUP_SHAPE, rest)
    return lambda group: GroupChange(settled_group(apply(group.document)), members)


@dataclass(frozen=True, slots=True)
class _Choice:
    """Which members an operation is about: those with these ids, or all of them where ``ids`` is None."""

    ids: Sequence[str] | None


def _choice(operation: Operation) -> _Choice | None:
    """Read the path of an operation on members; None for one on anything else."""
    one = _BY_ID.fullmatch(operation.path)
    if one is not None:
        return _Choice([one[1]])
    path = _members_path(operation)
    if path is None:
        return None
    if len(path.parts) > 1:
        raise MutabilityException(detail="A member is added or removed as a whole.")
    return _Choice(None if path.value_filter is None else _compared_ids(path.value_filter))


def _members_path(operation: Operation) -> Path[Any] | None:
    if _MEMBERS not in operation.path.lower():
        return None
    try:
        path: Path[Any] = Path(operation.path)
    except InvalidPathException:
        if operation.named:
            raise
        return None
    is_core = path.schema is None or path.schema.lower() == GROUP.lower()
    return path if is_core and path.parts[0].lower() == _MEMBERS else None


@dataclass(slots=True)
class _Changes:
    """The sum of operations on members so far."""

    add: set[str] = field(default_factory=set)
    remove: set[str] = field(default_factory=set)
    replace: bool = False

    def take(self, operation: Operation, choice: _Choice) -> None:
        chosen = _values(operation.value) if choice.ids is None else choice.ids
        match operation.op:
            case Op.REMOVE if choice.ids is None and operation.value is None:
                self._empty()
            case Op.REMOVE:
                self._leave(chosen)
            case Op.REPLACE if choice.ids is None:
                self._empty()
                self._join(chosen)
            case Op.ADD | Op.REPLACE:
                self._join(chosen)
            case _:
                assert_never(operation.op)

    def _empty(self) -> None:
        self.add.clear()
        self.remove.clear()
        self.replace = True

    def _join(self, members: Iterable[str]) -> None:
        self.add.update(members)
        self.remove.difference_update(self.add)

    def _leave(self, members: Iterable[str]) -> None:
        gone = set(members)
        self.add -= gone
        self.remove |= gone

    def total(self) -> MembersChange:
        return _change(self.add, () if self.replace else self.remove, replace=self.replace)


def _compared_ids(node: FilterNode) -> list[str]:
    if isinstance(node, LogicalExpr) and node.op is LogicalOperator.or_:
        return [value for term in node.terms for value in _compared_ids(term)]
    if not isinstance(node, Comparison) or node.op is not CompareOperator.eq:
        raise _unsupported()
    if node.attr_path.attr.lower() != "value" or not isinstance(node.value, str):
        raise _unsupported()
    return [node.value]


def _unsupported() -> InvalidPathException:
    return InvalidPathException(detail='Members are chosen by their id, as in members[value eq "…"].')


def _values(sent: object) -> list[str]:
    if sent is None:
        return []
    return [_value(entry) for entry in entries_of(sent)]


def _value(entry: object) -> str:
    """Read the value of a member, or the end of its ``$ref`` where that is all there is."""
    value = entry
    if isinstance(entry, dict):
        value = entry.get("value")
        if value is None:
            sent = {key.lower(): item for key, item in entry.items()}
            value = sent.get("value") or _end_of(sent.get("$ref"))
    if not isinstance(value, str) or not value.strip():
        raise InvalidValueException(
            detail="Each of 'members' must be an object with a 'value', the id of a user or a group."
        )
    return value


def _end_of(reference: object) -> str | None:
    return reference.rstrip("/").rpartition("/")[2] if isinstance(reference, str) else None


def _change(add: Iterable[str], remove: Iterable[str] = (), *, replace: bool) -> MembersChange:
    """Tell ids from other values. Whether there is anybody with such an id is for ``operations`` to find out."""
    (comes, named), (goes, unnamed) = _told_apart(add), _told_apart(remove)
    return MembersChange(comes, goes, replace, named, unnamed)


def _told_apart(values: Iterable[str]) -> tuple[frozenset[UserId | GroupId], frozenset[str]]:
    ids: set[UserId | GroupId] = set()
    others: set[str] = set()
    for value in values:
        parsed = parsed_id(value)
        if parsed is None:
            others.add(value)
        else:
            ids.add(UserId(parsed))
    return frozenset(ids), frozenset(others)


def parsed_id(value: str) -> UUID | None:
    """Read an id of ours. Other spellings of a UUID are no ids: ids are caseExact (RFC 7643 §3.1)."""
    return UUID(value) if _ID.fullmatch(value) else None
