"""The extensions an integration's user schema declares, as SCIM schemas and as models."""

from collections.abc import Iterable, Mapping

from scim2_models import Attribute, CaseExact, Extension, Required, Returned, Schema, Uniqueness

from seatkeeper.core.integrations import SchemaAttribute
from seatkeeper.core.schema import Steps, compares_exactly, steps_to
from seatkeeper.scim.models import ENTERPRISE_USER, USER

PROVISIONING = "urn:seatkeeper:params:scim:schemas:extension:provisioning:2.0:User"
"""Seatkeeper's own extension (``scim.provisioning``), which no model has: it is never written by a client."""

_STANDARD = {str(USER), str(ENTERPRISE_USER)}
_KEPT_AS_SENT = {Attribute.Type.reference, Attribute.Type.binary, Attribute.Type.date_time}


def spelling_of(steps: Steps) -> str:
    """Join what ``core.schema.steps_to`` split."""
    urn = f"{steps[0]}:" if ":" in steps[0] else ""
    return urn + ".".join(steps[1:] if urn else steps)


def custom_schemas(declared: Iterable[SchemaAttribute]) -> list[Schema]:
    """Make the schema of each extension that is not a standard one, in the order they are declared."""
    extensions: dict[str, dict[str, Attribute]] = {}
    for each in declared:
        urn, *steps = steps_to(each.name)
        if urn.lower().startswith("urn:") and urn not in _STANDARD:
            _declare(extensions.setdefault(urn, {}), steps, each)
    return [
        Schema(id=urn, name=urn, description="Custom attributes.", attributes=list(attributes.values()))
        for urn, attributes in extensions.items()
    ]


def _declare(attributes: dict[str, Attribute], steps: list[str], declared: SchemaAttribute) -> None:
    name, *parts = steps
    if not parts:
        attributes[name] = _entry(name, declared)
        return
    whole = attributes.setdefault(name, Attribute(name=name, type=Attribute.Type.complex, multi_valued=False))
    whole.sub_attributes = [*(whole.sub_attributes or []), _entry(parts[0], declared)]


def _entry(name: str, declared: SchemaAttribute) -> Attribute:
    return Attribute(
        name=name,
        type=Attribute.Type(declared.type),
        multi_valued=declared.multi_valued,
        required=Required(declared.required),
        returned=returned_of(declared),
        case_exact=CaseExact(compares_exactly(declared)),
        uniqueness=Uniqueness.server if declared.unique else Uniqueness.none,
    )


def returned_of(declared: SchemaAttribute) -> Returned:
    """Say when an attribute is returned: never, when it is sensitive or declared so."""
    return Returned.never if declared.sensitive or not declared.returned else Returned.default


def extension_model(schema: Schema, name: str) -> type[Extension]:
    """Make the model of an extension. Values of types with a syntax of their own are kept as they are sent."""
    loose = Schema(id=schema.id, name=name, attributes=[_loosened(each) for each in schema.attributes or []])
    return Extension.from_schema(loose)


def _loosened(attribute: Attribute) -> Attribute:
    kept = attribute.type in _KEPT_AS_SENT
    return Attribute(
        name=attribute.name,
        type=Attribute.Type.string if kept else attribute.type,
        multi_valued=attribute.multi_valued,
        case_exact=attribute.case_exact,
        sub_attributes=[_loosened(part) for part in attribute.sub_attributes or []] or None,
    )


def with_declarations(schema: Schema, declared: Iterable[SchemaAttribute]) -> Schema:
    """Publish a standard schema with what the integration's user schema says about its attributes."""
    published = schema.model_copy(deep=True)
    entries: Mapping[Steps, Attribute] = dict(_entries(published))
    for each in declared:
        entry = entries.get(steps_to(each.name))
        if entry is not None:
            entry.required = Required(bool(entry.required) or each.required)
            entry.returned = returned_of(each) if entry.returned is Returned.default else entry.returned
            if each.unique and entry.uniqueness is not Uniqueness.global_:
                entry.uniqueness = Uniqueness.server
    return published


def _entries(schema: Schema) -> Iterable[tuple[Steps, Attribute]]:
    prefix: Steps = () if schema.id == USER else (str(schema.id),)
    for attribute in schema.attributes or []:
        yield (*prefix, str(attribute.name)), attribute
        for part in attribute.sub_attributes or []:
            yield (*prefix, str(attribute.name), str(part.name)), part
