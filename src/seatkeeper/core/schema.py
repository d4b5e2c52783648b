"""The user schema an integration starts with: the core User and its enterprise extension."""

from typing import TypeAlias

from seatkeeper.core.integrations import SchemaAttribute

Steps: TypeAlias = tuple[str, ...]
"""The keys that lead to an attribute in a document: an extension's URN, the attribute, the sub-attribute."""

CORE_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
ENTERPRISE_USER = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"


def _complex(name: str, *parts: str) -> tuple[SchemaAttribute, ...]:
    return (SchemaAttribute(name, "complex"), *(SchemaAttribute(f"{name}.{part}") for part in parts))


def _plural(name: str, value_type: str = "string", parts: tuple[str, ...] = ()) -> tuple[SchemaAttribute, ...]:
    texts = parts or ("value", "display", "type")
    return (
        SchemaAttribute(name, "complex", multi_valued=True),
        *(SchemaAttribute(f"{name}.{part}", value_type if part == "value" else "string") for part in texts),
        SchemaAttribute(f"{name}.primary", "boolean"),
    )


def _enterprise(name: str, kind: str = "string") -> SchemaAttribute:
    return SchemaAttribute(f"{ENTERPRISE_USER}:{name}", kind)


STANDARD_SCHEMA: tuple[SchemaAttribute, ...] = (
    SchemaAttribute("userName", required=True, unique=True),
    SchemaAttribute("externalId", case_exact=True),
    SchemaAttribute("active", "boolean"),
    *_complex("name", "formatted", "familyName", "givenName", "middleName", "honorificPrefix", "honorificSuffix"),
    *(SchemaAttribute(name) for name in ("displayName", "nickName")),
    SchemaAttribute("profileUrl", "reference"),
    *(SchemaAttribute(name) for name in ("title", "userType", "preferredLanguage", "locale", "timezone")),
    SchemaAttribute("password", sensitive=True, returned=False),
    *_plural("emails"),
    *_plural("phoneNumbers"),
    *_plural("ims"),
    *_plural("photos", "reference"),
    *_plural(
        "addresses",
        parts=("formatted", "streetAddress", "locality", "region", "postalCode", "country", "type"),
    ),
    *_plural("entitlements"),
    *_plural("roles"),
    *_plural("x509Certificates", "binary"),
    *(_enterprise(name) for name in ("employeeNumber", "costCenter", "organization", "division", "department")),
    _enterprise("manager", "complex"),
    SchemaAttribute(f"{ENTERPRISE_USER}:manager.value", case_exact=True),
    SchemaAttribute(f"{ENTERPRISE_USER}:manager.$ref", "reference", case_exact=True),
    _enterprise("manager.displayName"),
)
"""RFC 7643 §4.1 and §4.3 without the read-only ``groups``, which a mapping meets as ``groups``."""

_STANDARD = {each.name: each for each in STANDARD_SCHEMA}


def steps_to(name: str) -> Steps:
    """Split the name of an attribute; the core schema's URN is implied where it is left out."""
    urn, _, rest = name.rpartition(":")
    attribute, _, part = rest.partition(".")
    return tuple(step for step in ("" if urn == CORE_USER else urn, attribute, part) if step)


def compares_exactly(attribute: SchemaAttribute) -> bool:
    """Say whether values that differ in case differ. Of a standard attribute that is not for us to decide."""
    return _STANDARD.get(attribute.name, attribute).case_exact or attribute.type == "binary"
