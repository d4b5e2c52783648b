"""Refusing what an integration does not tolerate; what passes is then read as it always is (``scim.policy``)."""

import re
from collections.abc import Mapping
from typing import Any

from scim2_models import InvalidPathException, InvalidSyntaxException, InvalidValueException, SCIMException

from seatkeeper.core.dialects import EVERYTHING, Tolerance
from seatkeeper.core.schema import steps_to
from seatkeeper.scim.documents import Attribute, Attributes, Kind
from seatkeeper.scim.extensions import PROVISIONING
from seatkeeper.scim.policy import current_name, entries_of
from seatkeeper.scim.shapes import Shape

_FILTER = re.compile(r"\[.*\]")
_OPERATIONS = frozenset({"add", "replace", "remove"})
_ENVELOPE = frozenset({"schemas", "members"})
"""What a document holds beside the attributes of its shape; members of groups are read by ``scim.members``."""


def refuse_deviations(shape: Shape, document: Mapping[str, Any], tolerated: frozenset[Tolerance]) -> None:
    """Raise a scim2-models exception for the first deviation of a resource or a PATCH that is not tolerated.

    It names the tolerance, so that an Owner can allow it.
    """
    if tolerated == EVERYTHING:
        return
    examination = _Examination(shape, tolerated)
    members = {key.lower(): value for key, value in document.items()}
    if isinstance(members.get("operations"), list):
        for operation in members["operations"]:
            if isinstance(operation, Mapping):
                examination.operation(operation)
    else:
        examination.schemas(members.get("schemas"))
        examination.attributes(shape.attributes, document)


class _Examination:
    def __init__(self, shape: Shape, tolerated: frozenset[Tolerance]) -> None:
        self._shape = shape
        self._tolerated = tolerated

    def schemas(self, urns: object) -> None:
        known = {str(urn).lower() for urn in (self._shape.model.__schema__, *self._shape.extensions, PROVISIONING)}
        for urn in urns if isinstance(urns, list) else ():
            if str(urn).lower() not in known:
                self._refuse(Tolerance.UNDECLARED_SCHEMAS, f"Nobody declared the schema '{urn}'")

    def attributes(self, table: Attributes, document: Mapping[str, Any]) -> None:
        for key, value in document.items():
            attribute = table.get(key.lower())
            if attribute is None and key.lower() not in _ENVELOPE:
                attribute = self._unknown(table, key)
            if attribute is not None and value is not None:
                self._value(attribute, value)

    def operation(self, operation: Mapping[str, Any]) -> None:
        members = {key.lower(): value for key, value in operation.items()}
        op, path, value = members.get("op"), members.get("path"), members.get("value")
        if op not in _OPERATIONS:
            self._refuse(Tolerance.SPELLED_OPERATIONS, f"'{op}' is not spelled as an operation is")
        if str(op).lower() == "remove" and value is not None:
            self._refuse(Tolerance.VALUES_OF_REMOVE, "An operation to remove has no value")
        elif isinstance(path, str) and path.strip():
            self._path(path.strip(), value)
        elif isinstance(value, Mapping):
            self._keys(value)

    def _keys(self, value: Mapping[str, Any]) -> None:
        table = self._shape.attributes
        for key, item in value.items():
            attribute = table.get(key.lower())
            if attribute is None and key.lower() not in _ENVELOPE:
                attribute = self._at(key)
                if attribute is None:
                    attribute = self._unknown(table, key)
                else:
                    self._refuse(Tolerance.LOOSE_SHAPES, f"'{key}' is a path, and not the name of an attribute")
            if attribute is not None and item is not None:
                self._value(attribute, item)

    def _path(self, path: str, value: object) -> None:
        if _FILTER.sub("", path).lower() in _ENVELOPE:
            return
        attribute = self._at(path)
        if attribute is None:
            self._refuse(Tolerance.UNKNOWN_ATTRIBUTES, f"'{path}' leads to no attribute", InvalidPathException)
        elif value is not None:
            chosen = attribute.many and "[" in path and not isinstance(value, list)
            self._value(attribute, [value] if chosen else value)

    def _at(self, path: str) -> Attribute | None:
        table, found = self._shape.attributes, None
        for step in steps_to(_FILTER.sub("", path)):
            found = table.get(step.lower())
            if found is None:
                return None
            table = found.parts
        return found

    def _unknown(self, table: Attributes, key: str) -> Attribute | None:
        legacy = table.get(current_name(key))
        if legacy is not None:
            self._refuse(Tolerance.LEGACY_NAMES, f"'{key}' is a name of SCIM 1.1")
        elif key.lower().startswith("urn:"):
            self._refuse(Tolerance.UNDECLARED_SCHEMAS, f"Nobody declared the schema '{key}'")
        else:
            self._refuse(Tolerance.UNKNOWN_ATTRIBUTES, f"No schema has the attribute '{key}'")
        return legacy

    def _value(self, attribute: Attribute, value: object) -> None:
        if attribute.many and not isinstance(value, list):
            self._refuse(Tolerance.LOOSE_SHAPES, f"'{attribute.path}' must be a list", InvalidValueException)
        entries = entries_of(value) if attribute.many else [value]
        for entry in entries:
            self._entry(attribute, entry)
        if attribute.many and sum(isinstance(one, Mapping) and one.get("primary") is True for one in entries) > 1:
            detail = f"'{attribute.path}' has more than one primary entry"
            self._refuse(Tolerance.SEVERAL_PRIMARIES, detail, InvalidValueException)

    def _entry(self, attribute: Attribute, entry: object) -> None:
        if attribute.kind is Kind.COMPLEX and isinstance(entry, Mapping):
            self.attributes(attribute.parts, entry)
        elif attribute.kind is Kind.COMPLEX or isinstance(entry, list | Mapping):
            wanted = "an object" if attribute.kind is Kind.COMPLEX else "a single value"
            self._refuse(Tolerance.LOOSE_SHAPES, f"'{attribute.path}' must be {wanted}", InvalidValueException)
        elif attribute.kind is Kind.BOOLEAN and isinstance(entry, str):
            detail = f"'{attribute.path}' must be true or false"
            self._refuse(Tolerance.WORDS_FOR_BOOLEANS, detail, InvalidValueException)

    def _refuse(self, tolerance: Tolerance, why: str, kind: type[SCIMException] = InvalidSyntaxException) -> None:
        if tolerance not in self._tolerated:
            raise kind(detail=f"{why}. This integration refuses that; its tolerance is called {tolerance}.")
