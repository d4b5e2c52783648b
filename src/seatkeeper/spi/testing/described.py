"""A harness from a file, for whoever tries a connector from the command line."""

import os
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.reading import Part
from seatkeeper.core.values import Attributes
from seatkeeper.spi.connector import Connector, ManagesGroups, ReadsAccounts
from seatkeeper.spi.documents import DocumentInvalidError, Located
from seatkeeper.spi.settings import ConnectorSettings, SettingsInvalidError, validate_settings
from seatkeeper.spi.templates import TemplateInvalidError, compile_document
from seatkeeper.spi.testing.harness import Harness, Witness, Witnessed
from seatkeeper.spi.testing.ordeals import FaultHarness

_STEM: Mapping[str, Part] = {"stem": Part()}


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class DescribedEntitlement(_Shape):
    """``core.entitlements.Entitlement``."""

    type: str
    value: str


class DescribedDoorway(_Shape):
    """Where the app listens, and which setting leads there: ``${port}`` in it stands for the doorway's."""

    host: str = "127.0.0.1"
    port: int = Field(ge=1, le=65_535)
    settings: dict[str, Any]
    http: bool = False


class DescribedHarness(_Shape):
    """What the conformance suite and the fault kit have to be told about an app."""

    settings: dict[str, Any]
    """A value ``{env: NAME}`` is read from the environment."""
    wrong_credentials: dict[str, Any]
    """Settings laid over those: a service account that the app refuses."""
    away: dict[str, Any]
    """Settings laid over those: an address where nothing listens."""
    person: dict[str, Any]
    """Attributes of somebody; ``${stem}`` stands for letters and digits nobody else has."""
    changes: dict[str, Any]
    emptied: str | None = None
    entitlements: tuple[DescribedEntitlement, ...] = ()
    witness: str = ""
    """``package.module:make``, a function of the settings that gives a ``Witness``. Without one the connector is
    its own witness, in a session of its own: that proves less."""
    doorway: DescribedDoorway | None = None


def read_harness(
    connector: Connector[Any], document: Located, environment: Mapping[str, str] = os.environ
) -> tuple[Harness, FaultHarness | None]:
    """Read what a file says of an app. Raises ``DocumentInvalidError`` with the lines at fault."""
    said = document.read(DescribedHarness)
    reader = _Reader(connector, document, environment)
    settings = reader.settings(said.settings, "settings")
    harness = Harness(
        connector=connector,
        settings=settings,
        wrong_credentials=reader.settings({**said.settings, **said.wrong_credentials}, "wrong_credentials"),
        away=reader.settings({**said.settings, **said.away}, "away"),
        witness=reader.witness(said.witness, settings),
        person=reader.person(said.person),
        changes=_attributes(said.changes),
        emptied=said.emptied,
        entitlements=tuple(Entitlement(each.type, each.value) for each in said.entitlements),
    )
    way = said.doorway
    if way is None:
        return harness, None

    def through(port: int) -> ConnectorSettings:
        laid_over = compile_document(way.settings, {"port": Part()}).value({"port": port})
        return reader.settings({**said.settings, **laid_over}, "doorway")

    through(way.port)
    return harness, FaultHarness(harness, way.host, way.port, through, speaks_http=way.http)


class SelfWitness:
    """Reads the app with the connector under test, in a session of its own for each look."""

    def __init__(self, connector: Connector[Any], settings: ConnectorSettings) -> None:
        self._connector, self._settings = connector, settings

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        """Find by name, as the connector does."""
        async with self._connector.connect(self._settings) as session:
            assert isinstance(session, ReadsAccounts)
            found = await session.find_accounts(session.abilities.name_attribute, name)
            return [Witnessed(each.uid, each.active, each.attributes) for each in found]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        """Read the group, as the connector does."""
        async with self._connector.connect(self._settings) as session:
            assert isinstance(session, ManagesGroups)
            seen = await session.read_group(group)
            return None if seen is None else seen.members


class _Reader:
    def __init__(self, connector: Connector[Any], document: Located, environment: Mapping[str, str]) -> None:
        self._connector, self._document, self._environment = connector, document, environment

    def settings(self, values: Mapping[str, Any], place: str) -> ConnectorSettings:
        given = {name: self._from_environment(value, place) for name, value in values.items()}
        try:
            checked: ConnectorSettings = validate_settings(self._connector.settings, given)
        except SettingsInvalidError as error:
            raise self._invalid(place, str(error)) from None
        return checked

    def witness(self, name: str, settings: ConnectorSettings) -> Witness:
        if not name:
            return SelfWitness(self._connector, settings)
        module, _, function = name.partition(":")
        try:
            made: Witness = getattr(import_module(module), function)(settings)
        except (ImportError, AttributeError, ValueError) as error:
            raise self._invalid("witness", f"cannot be made: {error}") from None
        return made

    def person(self, attributes: Mapping[str, Any]) -> Callable[[str], Attributes]:
        try:
            template = compile_document(attributes, _STEM)
        except TemplateInvalidError as error:
            raise self._invalid("person", str(error)) from None
        return lambda stem: _attributes(template.value({"stem": stem}))

    def _from_environment(self, value: Any, place: str) -> Any:
        match value:
            case {"env": str(name)} if len(value) == 1:
                if name not in self._environment:
                    raise self._invalid(place, f"the environment has no {name}")
                return self._environment[name]
            case _:
                return value

    def _invalid(self, place: str, sentence: str) -> DocumentInvalidError:
        return DocumentInvalidError(self._document.fault((place,), sentence))


def _attributes(values: Mapping[str, Any]) -> Attributes:
    return {name: tuple(value) if isinstance(value, list) else value for name, value in values.items()}
