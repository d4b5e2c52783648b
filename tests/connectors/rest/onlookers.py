"""What the suite is told about an app of the catalog, and who looks on."""

from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

from lab.apps import Peopled, Person
from lab.processes import free_port
from seatkeeper.core.ids import Uid
from seatkeeper.engine.registry import find_connectors
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.settings import validate_settings
from seatkeeper.spi.testing import Harness, Witness, Witnessed


class Onlooker:
    """Reads an application as the lab does, never through the connector.

    ``attributes`` are the connector's names of what the lab calls otherwise, ``named`` gives the name of a group,
    ``is_gone`` says of whom the app keeps no more than a memory.
    """

    def __init__(
        self,
        app: Peopled,
        attributes: Mapping[str, str],
        named: Callable[[Uid], str | None] = str,
        is_gone: Callable[[Person], bool] = lambda _: False,
    ) -> None:
        self._app = app
        self._is_gone = is_gone
        self._attributes = attributes
        self._named = named

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        return [
            Witnessed(_uid(person), person.active, self._attributes_of(person))
            for login, person in self._app.people().items()
            if login.casefold() == name.casefold() and not self._is_gone(person)
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        name, people, groups = self._named(group), self._app.people(), self._app.groups()
        if name is None or name not in groups:
            return None
        return frozenset(_uid(people[each]) for each in groups[name])

    def _attributes_of(self, person: Person) -> dict[str, Any]:
        known = {"login": person.login, "name": person.name, "mail": person.mail, **person.more}
        return {ours: known[theirs] for ours, theirs in self._attributes.items()}


def _uid(person: Person) -> Uid:
    return Uid(str(person.more.get("id", person.login)))


@cache
def app_connector(name: str) -> Connector[Any]:
    """Give an app of the catalog, or say what is wrong with its manifest."""
    installed = find_connectors()
    assert name in installed, installed.broken[name]
    return installed[name]


def harness(name: str, given: dict[str, Any], wrong: dict[str, Any], witness: Witness, **people: Any) -> Harness:
    """Put the suite's harness together."""
    connector = app_connector(name)
    away = {"base_url": f"http://127.0.0.1:{free_port()}"}
    return Harness(
        connector=connector,
        settings=validate_settings(connector.settings, given),
        wrong_credentials=validate_settings(connector.settings, {**given, **wrong}),
        away=validate_settings(connector.settings, {**given, **away}),
        witness=witness,
        **people,
    )
