"""Superset by its REST interface, read from its database. Everybody keeps the role of new accounts."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.seatkeeper import Seatkeeper
from lab.superset import ADMIN, PASSWORD, Superset, running_superset
from lab.versions import python_version
from seatkeeper.idps.people import Person
from tests.apps.careers import Shown, live_through
from tests.apps.peopled import career_in, expected, seen

pytestmark = [pytest.mark.live, pytest.mark.heavy]

ROLES = frozenset({"Gamma", "sql_lab"})


def _expected(person: Person, active: bool) -> Shown:
    return {**expected(person, active), "roles": ROLES}


def _seen(app: Superset) -> Mapping[str, Shown]:
    return {login: {**seen(each), "roles": each.groups} for login, each in app.people().items() if login != ADMIN}


def _members(app: Superset) -> Mapping[str, frozenset[str]]:
    held = {login: each.more["groups"] for login, each in app.people().items()}
    names = {name for groups in held.values() for name in groups}
    return {name: frozenset(login for login, groups in held.items() if name in groups) for name in names}


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_superset(tmp_path / "superset") as app:
        career = career_in(
            app,
            name="superset",
            version=python_version("superset", "apache-superset"),
            own={ADMIN},
            settings={"base_url": app.url, "username": ADMIN, "password": PASSWORD},
            expected=_expected,
            seen=lambda: _seen(app),
            members=lambda: _members(app),
            overrides={"mapping": {"entitlements": [{"type": "role", "values": '"sql_lab"'}]}},
        )
        live_through(career, house, tmp_path)
