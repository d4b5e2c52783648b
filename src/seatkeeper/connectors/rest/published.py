"""The JSON Schema of a manifest whose connector is ``rest``, for editors and for whoever checks without us."""

from typing import Any

from seatkeeper.connectors.rest.shapes import Behaviour

_TEXT = {"type": "string", "minLength": 1}
_AROUND: dict[str, Any] = {
    "title": _TEXT,
    "description": _TEXT,
    "keywords": {"type": "array", "items": _TEXT},
    "connector": {"const": "rest"},
    "settings": {"type": "object", "description": "What a new integration starts with."},
    "schema": {"type": "array", "items": {"type": "object"}},
    "mapping": {
        "type": "object",
        "required": ["attributes"],
        "properties": {
            "attributes": {"type": "object", "additionalProperties": _TEXT},
            "join": {"type": "array", "items": _TEXT},
            "required": {"type": "array", "items": _TEXT},
            "entitlements": {"type": "array", "items": {"type": "object"}},
        },
    },
    "quirks": {"type": "array", "items": _TEXT},
    "service_account": {"type": "string"},
    "identity_provider": {"type": "string"},
    "source": {"type": "string"},
}
"""What stands around a behaviour (``catalog.manifests``), which a connector does not read."""


def manifest_schema() -> dict[str, Any]:
    """Make the schema. What it allows may still be refused: formulas are compiled, and abilities have to fit."""
    behaviour = Behaviour.model_json_schema(by_alias=True, mode="validation")
    definitions = _eased(behaviour.pop("$defs"))
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Manifest of an app that is spoken to by REST",
        "type": "object",
        "required": ["title", "description", "connector", "behaviour"],
        "properties": {**_AROUND, "behaviour": _eased(behaviour)},
        "$defs": definitions,
    }


def _eased(value: Any) -> Any:
    """Let one call stand where a list of calls may, one status for several, and a formula for an attribute."""
    match value:
        case {"type": "array", "items": items} if _is_short_for_one(items):
            eased = {name: _eased(each) for name, each in value.items() if name not in {"description", "default"}}
            kept = {name: value[name] for name in ("description", "default") if name in value}
            return {**kept, "anyOf": [_eased(items), eased]}
        case {"$ref": "#/$defs/AttributeShape"}:
            return {"anyOf": [{"type": "string", "minLength": 1}, value]}
        case dict():
            return {name: _eased(each) for name, each in value.items()}
        case list():
            return [_eased(each) for each in value]
        case _:
            return value


def _is_short_for_one(items: Any) -> bool:
    reference = str(items.get("$ref", ""))
    return items.get("type") == "integer" or reference.endswith(("RequestShape", "ListShape"))
