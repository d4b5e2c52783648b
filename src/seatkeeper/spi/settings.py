"""Connector settings: a pydantic model that validates them and describes their form.

Field titles, descriptions and bounds are what a person sees in a form or in ``integration show``.
A field of type ``SecretStr`` (or ``SecretStr | None``) is sealed at rest and never given back.
"""

from dataclasses import dataclass
from typing import Any, Final, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, SecretStr, ValidationError
from pydantic.config import JsonDict


class ConnectorSettings(BaseModel):
    """The base of every connector's settings: unknown names are refused, so a typo is told at once."""

    model_config = ConfigDict(extra="forbid", frozen=True, str_strip_whitespace=True)


ADVANCED: Final[JsonDict] = {"advanced": True}
"""``Field(json_schema_extra=ADVANCED)``: good as it is for most, so a form folds it away."""

S = TypeVar("S", bound=ConnectorSettings)


@dataclass(frozen=True, slots=True)
class SettingDescription:
    """One row of the form a connector's settings make."""

    name: str
    title: str
    description: str
    type: str
    required: bool
    secret: bool
    default: Any
    choices: tuple[str, ...]
    advanced: bool = False


class SettingsInvalidError(ValueError):
    """Settings were refused; ``problems`` has one sentence for each setting at fault."""

    def __init__(self, problems: tuple[str, ...]) -> None:
        super().__init__("; ".join(problems))
        self.problems = problems


def secret_names(model: type[ConnectorSettings]) -> frozenset[str]:
    """Name the settings that are secrets."""
    return frozenset(
        name
        for name, info in model.model_fields.items()
        if info.annotation is SecretStr or SecretStr in get_args(info.annotation)
    )


def describe_settings(model: type[ConnectorSettings]) -> tuple[SettingDescription, ...]:
    """Describe the form, in the order the fields were declared."""
    schema = model.model_json_schema()
    secrets = secret_names(model)
    return tuple(
        _describe(name, schema["properties"][name], name in schema.get("required", ()), name in secrets)
        for name in model.model_fields
    )


def _describe(name: str, schema: dict[str, Any], required: bool, secret: bool) -> SettingDescription:
    variants = [part for part in schema.get("anyOf", [schema]) if part.get("type") != "null"]
    return SettingDescription(
        name=name,
        title=schema.get("title", name),
        description=schema.get("description", ""),
        type=variants[0].get("type", "string"),
        required=required,
        secret=secret,
        default=schema.get("default"),
        choices=tuple(variants[0].get("enum", ())),
        advanced=bool(schema.get("advanced")),
    )


def validate_settings(model: type[S], values: dict[str, Any]) -> S:
    """Check values against the connector's model.

    Raises ``SettingsInvalidError`` with a sentence per fault that never repeats the value, which may be secret.
    """
    try:
        return model.model_validate(values)
    except ValidationError as error:
        raise SettingsInvalidError(tuple(_sentence(fault) for fault in error.errors())) from None


def _sentence(fault: Any) -> str:
    where = ".".join(str(part) for part in fault["loc"]) or "settings"
    return f"{where}: {fault['msg'].removeprefix('Value error, ')}"
