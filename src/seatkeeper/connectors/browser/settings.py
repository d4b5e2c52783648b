"""The form of one app: what its recipe asks for, and what is the same for every browser."""

from enum import StrEnum
from typing import Annotated, Any, assert_never
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr, create_model

from seatkeeper.connectors.browser.codes import check_totp
from seatkeeper.connectors.browser.recipes import FieldKind, Recipe, SettingField
from seatkeeper.spi.settings import ADVANCED, ConnectorSettings


class Screenshots(StrEnum):
    """Which steps are kept as evidence."""

    EVERY_STEP = "every step"
    FAILURES = "failures"


class BrowserSettings(ConnectorSettings):
    """What is the same for every app."""

    screenshots: Screenshots = Field(
        default=Screenshots.EVERY_STEP,
        title="Screenshots",
        description="Kept with each job: of every step that changes something, or only where a step failed.",
        json_schema_extra=ADVANCED,
    )
    contexts: int = Field(
        default=2,
        ge=1,
        le=8,
        title="Windows",
        description="How many pages work at the same time in the one browser.",
        json_schema_extra=ADVANCED,
    )
    patience: float = Field(
        default=15.0,
        gt=0,
        le=120,
        title="Patience",
        description="Seconds to wait for what a step expects. After that the app counts as changed.",
        json_schema_extra=ADVANCED,
    )
    longest_flow: float = Field(
        default=120.0,
        gt=0,
        le=280,
        title="Longest flow",
        description="Seconds for all steps of one flow; then its window is closed.",
        json_schema_extra=ADVANCED,
    )
    most_memory: int = Field(
        default=1_500,
        ge=300,
        le=16_000,
        title="Most memory",
        description="Megabytes for the browser with all its windows. Above that it is started anew.",
        json_schema_extra=ADVANCED,
    )


def check_address(url: str) -> str:
    """Accept where an app is. Raises ``ValueError``."""
    parts = urlsplit(url)
    if parts.scheme not in {"https", "http"} or not parts.hostname or parts.query or parts.fragment:
        raise ValueError("write it like https://app.example.org")
    return url.rstrip("/")


def make_settings(recipe: Recipe) -> type[BrowserSettings]:
    """Make the model of an app's settings, in the order of its recipe."""
    fields: dict[str, Any] = {name: _field(each) for name, each in recipe.settings.items()}
    model = create_model("AppSettings", __base__=BrowserSettings, **fields)
    ours = {name: field for name, field in model.model_fields.items() if name in fields}
    model.model_fields.update({name: model.model_fields.pop(name) for name in BrowserSettings.model_fields})
    assert list(model.model_fields)[: len(ours)] == list(ours)
    return model


def _field(field: SettingField) -> tuple[Any, Any]:
    match field.kind:
        case FieldKind.SECRET:
            kind: Any = SecretStr
        case FieldKind.TOTP:
            kind = Annotated[SecretStr, AfterValidator(check_totp)]
        case FieldKind.ADDRESS:
            kind = Annotated[str, AfterValidator(check_address)]
        case FieldKind.TEXT:
            kind = str
        case _:
            assert_never(field.kind)
    told: dict[str, Any] = {"title": field.title, "description": field.description}
    if field.required:
        return kind, Field(min_length=1, **told)
    return kind | None, Field(default=None, **told)
