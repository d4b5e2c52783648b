"""Samba as a domain controller, read with OpenLDAP's tools as its administrator."""

from pathlib import Path

import pytest

from lab.samba import GROUPS, PASSWORD, SERVICE, STAFF, Entry, Samba, running_samba
from lab.seatkeeper import Seatkeeper
from lab.versions import debian_version
from seatkeeper.idps.people import Person
from tests.apps.careers import Career, Shown, live_through

pytestmark = [pytest.mark.live, pytest.mark.slow]

DISABLED = 0x2


def expected(person: Person, active: bool) -> Shown:
    return {
        "userPrincipalName": person.user_name,
        "displayName": person.display_name,
        "mail": person.user_name,
        "title": person.title,
        "active": active,
    }


def seen(entry: Entry) -> Shown:
    shown = {name: entry.one(name) for name in ("userPrincipalName", "displayName", "mail", "title")}
    return {**shown, "active": not int(entry.one("userAccountControl")) & DISABLED}


def members(domain: Samba, group: str) -> frozenset[str]:
    logins = {entry.dn: login for login, entry in domain.people().items()}
    return frozenset(logins[dn] for dn in domain.members(group))


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_samba(tmp_path / "samba") as domain:
        career = Career(
            app="active-directory",
            version=f"Samba {debian_version('samba')}",
            settings={
                "url": domain.url,
                "ca_file": str(domain.ca_file),
                "service_account": SERVICE,
                "bind_password": PASSWORD,
                "people_base": STAFF,
                "groups_base": GROUPS,
            },
            login=lambda person: person.user_name.partition("@")[0],
            expected=expected,
            seen=lambda: {login: seen(entry) for login, entry in domain.people().items()},
            members=lambda: {name: members(domain, name) for name in ("Engineering", "Sales")},
        )
        live_through(career, house, tmp_path)
