"""The shape of a resource: what its attributes are called, which are required, shown, and patched how."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from operator import or_
from typing import Any

from scim2_models import InvalidValueException, PatchOp, Resource, Returned, Schema

from seatkeeper.core.integrations import SchemaAttribute
from seatkeeper.core.schema import Steps, steps_to
from seatkeeper.scim.documents import Attributes, attributes_of
from seatkeeper.scim.extensions import (
    custom_schemas,
    extension_model,
    returned_of,
    spelling_of,
    with_declarations,
)
from seatkeeper.scim.models import EnterpriseUser, NamedGroup, User


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """What resources of one type look like for one integration. Compared by identity: there is one for each."""

    model: type[Resource[Any]]
    attributes: Attributes
    patch: "type[PatchOp[Any]]"
    extensions: tuple[str, ...] = ()
    """The URNs of the extensions, in the order they are listed in ``schemas``."""
    required: tuple[Steps, ...] = ()
    """What the integration's user schema requires beyond the standard."""
    hidden: tuple[Steps, ...] = ()
    """What is kept and never returned."""
    schemas: tuple[Schema, ...] = ()
    """The schemas as they are published."""


GROUP_SHAPE = Shape(NamedGroup, attributes_of(NamedGroup), PatchOp[NamedGroup])


@lru_cache(maxsize=256)
def user_shape(declared: tuple[SchemaAttribute, ...]) -> Shape:
    """Make the shape of the users of an integration with this user schema. The first time takes 0.1 s."""
    custom = custom_schemas(declared)
    models = [EnterpriseUser, *(extension_model(schema, f"Custom{n}") for n, schema in enumerate(custom))]
    model: Any = User[reduce(or_, models)]  # type: ignore[misc]
    standard = [with_declarations(each.to_schema(), declared) for each in (User, EnterpriseUser)]
    return Shape(
        model=model,
        attributes=attributes_of(model),
        patch=PatchOp.__class_getitem__(model),
        extensions=tuple(str(urn) for urn in model.get_extension_models()),
        required=tuple(steps_to(each.name) for each in declared if each.required),
        hidden=tuple(_hidden(declared)),
        schemas=(*standard, *custom),
    )


def _hidden(declared: Iterable[SchemaAttribute]) -> Iterator[Steps]:
    for each in declared:
        if returned_of(each) is Returned.never and each.name != "password":
            yield steps_to(each.name)


def refuse_missing(
    document: Mapping[str, Any], required: Sequence[Steps], before: Mapping[str, Any] | None = None
) -> None:
    """Raise ``InvalidValueException`` for the first required attribute that has no value.

    What was already missing ``before`` a change is let pass: a leaver must not be kept for want of a department.
    """
    for steps in required:
        if not _has_value(document, steps) and (before is None or _has_value(before, steps)):
            detail = f"'{spelling_of(steps)}' is required by this integration and has no value."
            raise InvalidValueException(detail=detail)


def _has_value(value: Any, steps: Steps) -> bool:
    if isinstance(value, list):
        return any(_has_value(entry, steps) for entry in value)
    if not steps:
        return value not in ("", None)
    return isinstance(value, Mapping) and steps[0] in value and _has_value(value[steps[0]], steps[1:])
