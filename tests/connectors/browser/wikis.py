"""DokuWiki as the browser reaches it, and its text file as the witness."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from lab.dokuwiki import ADMIN, PASSWORD, DokuWiki
from lab.processes import free_port
from seatkeeper.catalog.shelves import OURS
from seatkeeper.connectors.browser.declaration import adapt
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.documents import load_document
from seatkeeper.spi.settings import ConnectorSettings, validate_settings
from seatkeeper.spi.testing import Harness, Witnessed

MANIFEST = (OURS / "dokuwiki.yaml").read_text(encoding="utf-8")


def wiki_connector(changes: Mapping[str, str] | None = None) -> Connector[Any]:
    """Make the catalog's DokuWiki, or one whose recipe says other things."""
    text = MANIFEST
    for old, new in (changes or {}).items():
        assert old in text
        text = text.replace(old, new)
    return replace(adapt(load_document(text).part("behaviour")), name="dokuwiki")


def settings_for(url: str, **other: Any) -> ConnectorSettings:
    """Make settings that reach a wiki of the lab."""
    given = {"url": url, "username": ADMIN, "password": PASSWORD, "patience": 10, **other}
    settings: ConnectorSettings = validate_settings(wiki_connector().settings, given)
    return settings


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
        raise AssertionError(f"groups are entitlements here, and {group} is asked for")


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
        settings=settings_for(wiki.url, screenshots="failures"),
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
