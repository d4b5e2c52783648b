"""Redmine as the browser reaches it, and its database as the witness."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from lab.processes import free_port
from lab.redmine import ADMIN, PASSWORD, Redmine
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import Attributes
from seatkeeper.engine.registry import get_connector
from seatkeeper.spi.settings import ConnectorSettings, validate_settings
from seatkeeper.spi.testing import Harness, Witnessed


def settings_for(url: str, **other: Any) -> ConnectorSettings:
    """Make settings that reach a Redmine of the lab."""
    given = {"url": url, "username": ADMIN, "password": PASSWORD, "screenshots": "failures"}
    settings: ConnectorSettings = validate_settings(get_connector("redmine-browser").settings, {**given, **other})
    return settings


@dataclass(frozen=True, slots=True)
class RedmineWitness:
    """Reads the database that holds everybody."""

    redmine: Redmine

    async def find_accounts(self, name: str) -> Sequence[Witnessed]:
        return [
            Witnessed(
                Uid(str(person.more["id"])),
                person.active,
                {
                    "login": login,
                    "firstname": person.more["firstname"],
                    "lastname": person.more["lastname"],
                    "mail": person.mail,
                },
            )
            for login, person in self.redmine.people().items()
            if login == name
        ]

    async def find_members(self, group: Uid) -> frozenset[Uid] | None:
        raise AssertionError(f"groups are entitlements here, and {group} is asked for")


def person(stem: str) -> Attributes:
    """Make somebody whose name means something to HTML, patterns and quotes."""
    return {
        "login": f"{stem}.o-brien",
        "firstname": f'Zoë "{stem}"',
        "lastname": "<b>O'Brien</b> & ${uid} %",
        "mail": f"{stem}+redmine@example.org",
    }


def harness(redmine: Redmine) -> Harness:
    """Put the suite's harness together."""
    return Harness(
        connector=get_connector("redmine-browser"),
        settings=settings_for(redmine.url),
        wrong_credentials=settings_for(redmine.url, password="wrong"),
        away=settings_for(f"http://127.0.0.1:{free_port()}"),
        witness=RedmineWitness(redmine),
        person=person,
        changes={"firstname": "Ōe", "lastname": 'von "Österreich" <i>'},
        emptied=None,
        entitlements=(Entitlement("group", "devs"), Entitlement("group", 'o\'ps "<1>"')),
    )
