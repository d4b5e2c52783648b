"""What is tolerated beyond RFC 7643 and RFC 7644, each tolerance with the IdP that needs it.

The tolerances scim2-models knows are settings of ``POLICY``; the others are functions here.
"""

from collections.abc import Mapping
from typing import Any

from scim2_models import ScimPolicy

from seatkeeper.scim.models import ENTERPRISE_USER

POLICY = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
    unmatched_path_filter=ScimPolicy.UnmatchedPathFilter.create,
)
"""Attributes nobody declared are ignored (Entra's ``roles[].value`` helpers, Okta's ``groups``); the values of a
``Remove`` say what to remove (Entra, JumpCloud, authentik); a filter path that matches nothing makes the entry it
describes (Entra sends ``Replace`` for a first value: wire-server#5419, laravel-scim-server#34)."""

EXACT_PATHS = ScimPolicy(
    unknown=ScimPolicy.Unknown.ignore,
    remove_value_as_filter=ScimPolicy.RemoveValue.apply,
)
"""A filter path that matches nothing has no target (RFC 7644 §3.5.2.3). ``scim.strictness`` refuses all else
before it comes to that."""

_LEGACY_ENTERPRISE = "urn:scim:schemas:extension:enterprise:"
_LEGACY_NAMES = {"managerid": "value"}
_WORDS = {"true": True, "false": False}


def current_name(name: str) -> str:
    """Give today's lower-case name of an attribute.

    OneLogin's stock template speaks SCIM 1.1: ``urn:scim:schemas:extension:enterprise:2.0`` and
    ``manager.managerId`` (keepnet's guide).
    """
    lowered = name.lower()
    if lowered.startswith(_LEGACY_ENTERPRISE):
        return ENTERPRISE_USER.lower()
    return _LEGACY_NAMES.get(lowered, lowered)


def boolean_of(value: object) -> bool | None:
    """Read a boolean that may be spelled as a word, in any case; None is not a boolean.

    Entra sends ``"False"`` for ``active``, its validator ``"True"`` for ``roles[].primary``, OneLogin and the
    Keycloak plugin ``"true"``.
    """
    if isinstance(value, bool):
        return value
    return _WORDS.get(value.lower()) if isinstance(value, str) else None


def entries_of(value: object) -> list[Any]:
    """Read the entries of a multi-valued attribute; OneLogin sends the only e-mail address without its list."""
    return value if isinstance(value, list) else [value]


def only_value(value: object) -> object:
    """Take a single value out of the list it came in.

    Entra sends a manager as ``[{"$ref", "value"}]`` (Microsoft's reference code).
    """
    return value[0] if isinstance(value, list) and len(value) == 1 else value


def plain_value(value: object) -> object:
    """Take a plain value out of ``[{"value"}]``, as Microsoft's SCIM library wants it (azure-docs#42220)."""
    inner = only_value(value)
    if inner is value or not isinstance(inner, Mapping):
        return value
    return inner.get("value", value)


def complex_value(value: object) -> object:
    """Read a complex attribute that came as its bare value; an empty one unassigns it.

    Entra sends a manager as an id, and removes it with ``""`` (Microsoft's gallery test).
    """
    value = only_value(value)
    if isinstance(value, str):
        return {"value": value} if value else None
    return value


def with_one_primary(entries: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave only the first primary entry marked, as RFC 7643 §2.4 demands; PingOne marks two with one address."""
    marked = [entry for entry in entries if entry.get("primary") is True]
    for entry in marked[1:]:
        entry["primary"] = False
    return entries


def is_only_a_label(entry: Mapping[str, Any]) -> bool:
    """Say whether an entry says what it is for and nothing else: templates leave such shells behind."""
    return entry.keys() <= {"type", "primary"}
