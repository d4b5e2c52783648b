"""Reading what an IdP sent into the canonical document the store keeps.

Driven by a table made from the models, and not by their validation, which would cost ten times as much on every
create (``docs/decisions/0008-…``). One pass names, checks and cleans: names in their canonical spelling,
null and empty values left out, unknown and read-only attributes dropped.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from typing import Any, TypeAlias, assert_never

from scim2_models import (
    BaseModel,
    ComplexAttribute,
    Extension,
    InvalidSyntaxException,
    InvalidValueException,
    Mutability,
)

from seatkeeper.scim.policy import (
    boolean_of,
    complex_value,
    current_name,
    entries_of,
    is_only_a_label,
    plain_value,
    with_one_primary,
)


class Kind(Enum):
    """How the value of an attribute is read."""

    TEXT = auto()
    BOOLEAN = auto()
    INTEGER = auto()
    DECIMAL = auto()
    COMPLEX = auto()


@dataclass(frozen=True, slots=True)
class Attribute:
    """One attribute as the models declare it."""

    name: str
    path: str
    """As error messages and PATCH paths name it: dotted for a sub-attribute, URN-qualified in an extension."""
    kind: Kind
    many: bool
    """Multi-valued."""
    kept: bool
    """False for what the server sets itself (read-only) and for a password: accepted and thrown away."""
    parts: "Attributes" = field(default_factory=dict)
    plain: type | None = None
    """The Python type that needs no further reading."""


Attributes: TypeAlias = Mapping[str, Attribute]
"""Attributes by their canonical and by their lower-case names."""

_KINDS: Mapping[Any, Kind] = {bool: Kind.BOOLEAN, int: Kind.INTEGER, float: Kind.DECIMAL}
_PLAIN = {Kind.TEXT: str, Kind.BOOLEAN: bool}
_EMPTY: tuple[object, ...] = (None, [], {})


def attributes_of(model: type[BaseModel], prefix: str = "") -> Attributes:
    """Make the table of a model's attributes; its extensions are attributes named by their URN."""
    table = {}
    for field_name, declared in model.model_fields.items():
        name = str(declared.serialization_alias or field_name)
        if name != "schemas":
            table[name] = table[name.lower()] = _attribute(model, field_name, name, prefix)
    return table


def _attribute(model: type[BaseModel], field_name: str, name: str, prefix: str) -> Attribute:
    root = model.get_field_root_type(field_name)
    complex_type = root if isinstance(root, type) and issubclass(root, (ComplexAttribute, Extension)) else None
    kind = Kind.COMPLEX if complex_type else _KINDS.get(root, Kind.TEXT)
    many = model.get_field_multiplicity(field_name)
    path = f"{prefix}{name}"
    separator = ":" if complex_type and issubclass(complex_type, Extension) else "."
    return Attribute(
        name=name,
        path=path,
        kind=kind,
        many=many,
        kept=model.get_field_annotation(field_name, Mutability) not in _THROWN_AWAY,
        parts=attributes_of(complex_type, f"{path}{separator}") if complex_type else {},
        plain=None if many else _PLAIN.get(kind),
    )


_THROWN_AWAY = (Mutability.read_only, Mutability.write_only)


def read_document(attributes: Attributes, payload: Mapping[str, Any]) -> dict[str, Any]:
    """Read an object into canonical form.

    Raises ``InvalidValueException`` naming the attribute, and ``InvalidSyntaxException`` when one attribute is
    given twice under spellings that differ in case, which are one name (RFC 7643 §2.1).
    """
    document: dict[str, Any] = {}
    for key, raw in payload.items():
        attribute = attributes.get(key) or attributes.get(current_name(key))
        if attribute is None or raw is None or not attribute.kept:
            continue
        if attribute.name in document:
            raise InvalidSyntaxException(detail=f"'{attribute.path}' is given twice.")
        value = raw if type(raw) is attribute.plain else read_value(attribute, raw)
        if value not in _EMPTY:
            document[attribute.name] = value
    return document


def read_value(attribute: Attribute, raw: Any) -> Any:
    """Read the value of an attribute, a list of them where it is multi-valued. None is unassigned."""
    if not attribute.many:
        return read_entry(attribute, raw)
    entries = [entry for item in entries_of(raw) if (entry := read_entry(attribute, item)) is not None]
    if attribute.kind is not Kind.COMPLEX:
        return entries
    return with_one_primary([entry for entry in entries if not is_only_a_label(entry)])


def read_entry(attribute: Attribute, raw: Any) -> Any:
    """Read one value of an attribute, be it multi-valued or not. None is unassigned."""
    if raw is None:
        return None
    match attribute.kind:
        case Kind.COMPLEX:
            return _read_complex(attribute, raw)
        case Kind.TEXT:
            value = plain_value(raw)
            return value if isinstance(value, str) else _refuse(attribute, "a string")
        case Kind.BOOLEAN:
            flag = boolean_of(plain_value(raw))
            return flag if flag is not None else _refuse(attribute, "true or false")
        case Kind.INTEGER:
            value = plain_value(raw)
            return value if type(value) is int else _refuse(attribute, "an integer")
        case Kind.DECIMAL:
            value = plain_value(raw)
            return value if type(value) in {int, float} else _refuse(attribute, "a number")
        case _:
            assert_never(attribute.kind)


def _read_complex(attribute: Attribute, raw: Any) -> dict[str, Any] | None:
    value = raw
    if not attribute.many and "value" in attribute.parts:
        value = complex_value(raw)
    if value is None:
        return None
    if not isinstance(value, Mapping):
        _refuse(attribute, "an object")
    return read_document(attribute.parts, value) or None


def _refuse(attribute: Attribute, wanted: str) -> Any:
    raise InvalidValueException(detail=f"'{attribute.path}' must be {wanted}.")
