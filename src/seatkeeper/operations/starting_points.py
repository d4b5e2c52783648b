"""What a new integration may start from: an app of the catalog, or a connector as it is."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from seatkeeper.core.apps import Verified
from seatkeeper.core.errors import NotFoundError
from seatkeeper.core.integrations import MappingRules, SchemaAttribute
from seatkeeper.core.values import Document
from seatkeeper.operations.checks import Connectors
from seatkeeper.spi.connector import Connector


class StartKind(StrEnum):
    """Where a starting point comes from."""

    APP = "app"
    """A certain app: its connector, settings, schema and mapping are known."""
    CONNECTOR = "connector"
    """Any app that speaks a connector's language."""


@dataclass(frozen=True, slots=True)
class StartingPoint:
    """A card of the wizard's first step. What is None is as the connector declares it."""

    key: str
    kind: StartKind
    title: str
    description: str
    connector: str
    keywords: tuple[str, ...] = ()
    settings: Document = field(default_factory=dict)
    mapping: MappingRules | None = None
    schema: tuple[SchemaAttribute, ...] | None = None
    verified: Verified | None = None
    """When the app was last provisioned and read back here; None where it never was, or for a connector."""

    def matches(self, words: Iterable[str]) -> bool:
        """Say whether every word is part of what the card says."""
        text = " ".join((self.key, self.title, self.description, self.connector, *self.keywords)).casefold()
        return all(word.casefold() in text for word in words)


def list_starting_points(connectors: Connectors, search: str = "") -> list[StartingPoint]:
    """List what a search finds, apps before bare connectors, by title."""
    found = [_of(name, one) for name, one in connectors.items()]
    words = search.split()
    return sorted((one for one in found if one.matches(words)), key=lambda one: (one.kind, one.title.casefold()))


def get_starting_point(connectors: Connectors, key: str) -> StartingPoint:
    """Find a starting point. Raises ``NotFoundError``."""
    for one in list_starting_points(connectors):
        if one.key == key:
            return one
    raise NotFoundError("There is no such app to start from. Choose one from the list.")


def _of(name: str, one: Connector[Any]) -> StartingPoint:
    if one.facts is None:
        return StartingPoint(f"connector:{name}", StartKind.CONNECTOR, one.title, one.description, name)
    return StartingPoint(
        f"app:{name}",
        StartKind.APP,
        one.title,
        one.description,
        name,
        keywords=(*one.facts.keywords, one.facts.kind),
        settings=one.facts.settings,
        verified=one.facts.verified,
    )
