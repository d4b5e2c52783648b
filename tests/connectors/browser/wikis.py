"""DokuWiki as the browser reaches it, and its text file as the witness."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.dokuwiki import ADMIN, PASSWORD, DokuWiki
from lab.processes import free_port
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.engine.registry import get_connector
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.settings import ConnectorSettings, validate_settings
from seatkeeper.spi.testing import Harness, Witnessed


def wiki_connector() -> Connector[Any]:
    """Give the catalog's DokuWiki."""
    return get_connector("dokuwiki")


def settings_for(url: str, **other: Any) -> ConnectorSettings:
    """Make settings that reach a wiki of the lab."""
    given = {"url": url, "username": ADMIN, "password": PASSWORD, "patience": 10}
    return validate_settings(wiki_connector().settings, {**given, **other})


@dataclass(frozen=True, slots=True)
class WikiWitness:
    """Reads the file that holds everybody."""

    wiki: DokuWiki

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        return [
            Witnessed(Uid(login), None, {"login": login, "name": person.name, "email": person.mail})
            for login, person in self.wiki.people().items()
            if login == name.casefold()
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        return frozenset(map(Uid, self.wiki.groups().get(group, ())))


def person(stem: str) -> Attributes:
    """Make somebody whose name means something to HTML, patterns and quotes."""
    return {
        "login": f"{stem}.o-brien",
        "name": f'Zoë "{stem}" <b>O\'Brien</b> & ${{uid}} [*]',
        "email": f"{stem}+wiki@example.org",
    }


def harness(wiki: DokuWiki) -> Harness:
    """Put the suite's harness together."""
    return Harness(
        connector=wiki_connector(),
        settings=settings_for(wiki.url),
        wrong_credentials=settings_for(wiki.url, password="wrong"),
        away=settings_for(f"http://127.0.0.1:{free_port()}"),
        witness=WikiWitness(wiki),
        person=person,
        changes={"name": "Ōe; drop table", "email": "new.address@example.org"},
        emptied=None,
        entitlements=(
            Entitlement("group", "ops"),
            Entitlement("group", "dev"),
            Entitlement("group", "press-desk"),
        ),
    )
