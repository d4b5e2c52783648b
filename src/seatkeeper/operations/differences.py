"""What changes when an integration becomes another: field by field, for plans and events."""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass
from datetime import timedelta
from enum import StrEnum
from typing import Any

from seatkeeper.core.integrations import Integration
from seatkeeper.operations.durations import spell_duration


@dataclass(frozen=True, slots=True)
class Difference:
    """One field, dotted, and what it was and will be; None is *not set*. A secret shows neither."""

    field: str
    before: Any = None
    after: Any = None
    secret: bool = False


def compare_integrations(before: Integration, after: Integration) -> tuple[Difference, ...]:
    """List the fields that differ, secrets, state and quarantine left out."""
    old, new = dict(_fields(_described(before))), dict(_fields(_described(after)))
    names = [*new, *(name for name in old if name not in new)]
    return tuple(
        Difference(name, old.get(name), new.get(name)) for name in names if old.get(name) != new.get(name)
    )


def compare_secrets(before: Mapping[str, str], after: Mapping[str, str]) -> tuple[Difference, ...]:
    """List the secret settings that differ, without their values."""
    names = sorted({*before, *after})
    return tuple(
        Difference(f"settings.{name}", secret=True) for name in names if before.get(name) != after.get(name)
    )


def _described(integration: Integration) -> dict[str, Any]:
    return {
        "name": integration.name,
        "settings": integration.settings,
        "mapping": asdict(integration.mapping),
        "schema": {attribute.name: _attribute(asdict(attribute)) for attribute in integration.schema},
        "policy": asdict(integration.policy),
    }


def _attribute(attribute: dict[str, Any]) -> str:
    marks = [name.replace("_", " ") for name, value in attribute.items() if value is True]
    return ", ".join([attribute["type"], *marks])


def _fields(document: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Any]]:
    for name, value in document.items():
        match value:
            case Mapping():
                yield from _fields(value, f"{prefix}{name}.")
            case timedelta():
                yield f"{prefix}{name}", spell_duration(value)
            case StrEnum():
                yield f"{prefix}{name}", value.value
            case _:
                yield f"{prefix}{name}", value
