"""One process of each application for the whole run, and the harness of the suite for each."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from lab.apps import Peopled, Person, rows
from lab.processes import free_port
from lab.redmine import KEY, Redmine, running_redmine
from seatkeeper.core.ids import Uid
from seatkeeper.engine.registry import find_connectors
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.settings import validate_settings
from seatkeeper.spi.testing import Harness, Witnessed


class Onlooker:
    """Reads an application as the lab does, never through the connector.

    ``attributes`` are the connector's names of what the lab calls otherwise, ``named`` gives the name of a group.
    """

    def __init__(
        self, app: Peopled, attributes: Mapping[str, str], named: Callable[[Uid], str | None] = str
    ) -> None:
        self._app = app
        self._attributes = attributes
        self._named = named

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        return [
            Witnessed(_uid(person), person.active, self._attributes_of(person))
            for login, person in self._app.people().items()
            if login.casefold() == name.casefold()
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        name, people, groups = self._named(group), self._app.people(), self._app.groups()
        return (
            None if name is None or name not in groups else frozenset(_uid(people[each]) for each in groups[name])
        )

    def _attributes_of(self, person: Person) -> dict[str, Any]:
        known = {"login": person.login, "name": person.name, "mail": person.mail, **person.more}
        return {ours: known[theirs] for ours, theirs in self._attributes.items()}


def _uid(person: Person) -> Uid:
    return Uid(str(person.more["id"]))


def app_connector(name: str) -> Connector[Any]:
    """Give an app of the catalog, or say what is wrong with its manifest."""
    installed = find_connectors()
    assert name not in installed.broken, installed.broken[name]
    return installed[name]


@pytest.fixture(scope="session")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redmine]:
    with running_redmine(tmp_path_factory.mktemp("redmine")) as app:
        yield app


@pytest.fixture
def redmine_harness(redmine: Redmine) -> Harness:
    def named(group: Uid) -> str | None:
        found = rows(redmine.folder / "redmine.sqlite", "SELECT lastname FROM users WHERE id = ?", int(group))
        return str(found[0]["lastname"]) if found else None

    connector = app_connector("redmine")
    given = {"base_url": redmine.url, "api_key": KEY, "page_size": 3}
    return Harness(
        connector=connector,
        settings=validate_settings(connector.settings, given),
        wrong_credentials=validate_settings(connector.settings, {**given, "api_key": "wrong"}),
        away=validate_settings(connector.settings, {**given, "base_url": f"http://127.0.0.1:{free_port()}"}),
        witness=Onlooker(
            redmine, {name: name for name in ("login", "firstname", "lastname", "mail", "admin")}, named
        ),
        person=lambda stem: {
            "login": stem,
            "firstname": "Zoë",
            "lastname": f'O\'Brien "{stem}"',
            "mail": f"{stem}@example.org",
            "password": f"S3cret-{stem}",
        },
        changes={"firstname": "Ada", "lastname": "Ō'e"},
        emptied=None,
    )
