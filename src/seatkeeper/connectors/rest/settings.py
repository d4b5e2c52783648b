"""The settings of one app: the address, and what its behaviour asks for."""

from collections.abc import Mapping
from typing import Any, Literal

from pydantic import Field, SecretStr, create_model

from seatkeeper.connectors.rest.shapes import SettingShape
from seatkeeper.spi.http import HTTPSettings
from seatkeeper.spi.settings import ADVANCED


class RESTSettings(HTTPSettings):
    """What every app asks for."""

    page_size: int | None = Field(
        default=None,
        ge=1,
        le=10_000,
        title="Page size",
        description="How many are asked for at once, where not as many as usual.",
        json_schema_extra=ADVANCED,
    )

    def values(self) -> dict[str, Any]:
        """Give every setting as formulas read it, secrets in plain text."""
        return {name: _plain(getattr(self, name)) for name in type(self).model_fields}

    def secrets(self) -> tuple[str, ...]:
        """Every secret in plain text, to be kept out of what is shown."""
        given = (getattr(self, name) for name in type(self).model_fields)
        return tuple(value.get_secret_value() for value in given if isinstance(value, SecretStr))


def settings_of(shapes: Mapping[str, SettingShape]) -> type[RESTSettings]:
    """Make the model of an app's settings, in the order the behaviour names them."""
    fields: dict[str, Any] = {name: (_kind(shape), _field(shape)) for name, shape in shapes.items()}
    return create_model("AppSettings", __base__=RESTSettings, **fields)


def _kind(shape: SettingShape) -> Any:
    kind: Any = str
    if shape.secret:
        kind = SecretStr
    elif shape.choices:
        kind = Literal[shape.choices]
    elif isinstance(shape.default, bool):
        kind = bool
    elif isinstance(shape.default, int):
        kind = int
    return kind | None if shape.optional else kind


def _field(shape: SettingShape) -> Any:
    given: dict[str, Any] = {"title": shape.title, "description": shape.description}
    if shape.default is not None or shape.optional:
        given["default"] = shape.default
    if shape.pattern is not None:
        given["pattern"] = shape.pattern
    if shape.advanced:
        given["json_schema_extra"] = ADVANCED
    return Field(**given)


def _plain(value: Any) -> Any:
    return value.get_secret_value() if isinstance(value, SecretStr) else value
