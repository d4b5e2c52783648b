"""OpenLDAP, read with its own tools."""

from pathlib import Path

import pytest

from lab.seatkeeper import Seatkeeper
from lab.slapd import GROUPS, PASSWORD, PEOPLE, SERVICE_DN, Entry, running_slapd
from lab.versions import debian_version
from seatkeeper.idps.people import Person
from tests.apps.careers import Career, Shown, live_through

pytestmark = [pytest.mark.live, pytest.mark.slow]


def expected(person: Person, active: bool) -> Shown:
    return {"cn": person.display_name, "mail": person.user_name, "title": person.title, "active": active}


def seen(entry: Entry) -> Shown:
    shown = {name: entry.one(name) for name in ("cn", "mail", "title")}
    return {**shown, "active": "pwdAccountLockedTime" not in entry.attributes}


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_slapd(tmp_path / "slapd") as slapd:
        career = Career(
            app="openldap",
            version=debian_version("slapd"),
            settings={
                "url": slapd.tls_url,
                "ca_file": str(slapd.ca_file),
                "bind_dn": SERVICE_DN,
                "bind_password": PASSWORD,
                "people_base": PEOPLE,
                "groups_base": GROUPS,
                "disable_attribute": "pwdAccountLockedTime",
            },
            login=lambda person: person.user_name,
            expected=expected,
            seen=lambda: {login: seen(entry) for login, entry in slapd.people().items()},
            members=lambda: {name: frozenset(_logins(slapd.members(name))) for name in ("Engineering", "Sales")},
        )
        live_through(career, house, tmp_path)


def _logins(dns: frozenset[str]) -> set[str]:
    return {dn.partition(",")[0].removeprefix("uid=") for dn in dns}
