"""The form a connector's declared settings make. Secrets are entered and never shown."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from seatkeeper.spi.connector import Connector
from seatkeeper.spi.settings import SettingDescription, describe_settings
from seatkeeper.store.texts import check_text
from seatkeeper.web.forms.faults import NONE, Faults
from seatkeeper.web.visits import Visit


@dataclass(frozen=True, slots=True)
class SettingField:
    """One setting as the form shows it; ``kept`` says that a secret is there already."""

    setting: SettingDescription
    value: str
    checked: bool
    kept: bool
    fault: str

    @property
    def name(self) -> str:
        """The name of the form's field."""
        return f"settings.{self.setting.name}"


@dataclass(frozen=True, slots=True)
class ConnectionForm:
    """Name, short name and settings of a connection."""

    name: str
    slug: str
    fields: tuple[SettingField, ...]
    faults: Faults = NONE

    @property
    def plain(self) -> list[SettingField]:
        """The settings everybody has to think about."""
        return [field for field in self.fields if not field.setting.advanced]

    @property
    def advanced(self) -> list[SettingField]:
        """Those that are good as they are for most."""
        return [field for field in self.fields if field.setting.advanced]

    @property
    def opens_advanced(self) -> bool:
        """Something is wrong among the settings that are folded away."""
        return any(field.fault for field in self.advanced)


@dataclass(frozen=True, slots=True)
class EnteredConnection:
    """What was entered; ``settings`` leaves out what is as the connector has it anyway."""

    name: str
    slug: str
    settings: Mapping[str, Any]
    secrets: Mapping[str, str]


def setting_names(connector: Connector[Any]) -> list[str]:
    """Name the form's fields."""
    return ["name", "slug", *(f"settings.{each.name}" for each in describe_settings(connector.settings))]


def read_connection(visit: Visit, connector: Connector[Any], kept: Mapping[str, str]) -> EnteredConnection:
    """Read the form; a secret left empty is the one that is kept, unless it is to be forgotten."""
    settings: dict[str, Any] = {}
    secrets: dict[str, str] = {}
    for each in describe_settings(connector.settings):
        if each.secret:
            entered = _text(visit, f"settings.{each.name}", each.title)
            if entered:
                secrets[each.name] = entered
            elif each.name in kept and not visit.given(f"forget.{each.name}"):
                secrets[each.name] = kept[each.name]
            continue
        value = _read(visit, each)
        if value != each.default and value not in ("", []) and str(value) != str(each.default):
            settings[each.name] = value
    return EnteredConnection(_text(visit, "name", "The name"), visit.given("slug"), settings, secrets)


def show_connection(
    connector: Connector[Any], entered: EnteredConnection, kept: Collection[str], faults: Faults = NONE
) -> ConnectionForm:
    """Show what was entered; ``kept`` are the secrets that are there already."""
    fields = tuple(
        _field(each, entered.settings.get(each.name, each.default), each.name in kept, faults)
        for each in describe_settings(connector.settings)
    )
    return ConnectionForm(entered.name, entered.slug, fields, faults)


def _read(visit: Visit, setting: SettingDescription) -> Any:
    name = f"settings.{setting.name}"
    if setting.type == "boolean":
        return bool(visit.given(name))
    text = _text(visit, name, setting.title)
    if setting.type == "array":
        return [part.strip() for line in text.splitlines() for part in line.split(",") if part.strip()]
    return text


def _field(setting: SettingDescription, value: Any, kept: bool, faults: Faults) -> SettingField:
    fault = faults.at(f"settings.{setting.name}")
    if setting.secret:
        return SettingField(setting, "", False, kept, fault)
    return SettingField(setting, _shown(value), value is True, False, fault)


def _shown(value: Any) -> str:
    match value:
        case None | bool():
            return ""
        case list() | tuple():
            return "\n".join(map(str, value))
        case _:
            return str(value)


def _text(visit: Visit, name: str, title: str) -> str:
    return check_text(visit.given(name), title)
