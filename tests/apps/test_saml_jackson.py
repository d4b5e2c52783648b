"""SAML Jackson, read as the application in which it is embedded reads it."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.jackson import Directory, jackson
from lab.seatkeeper import Seatkeeper
from lab.versions import node_version
from seatkeeper.idps.people import Person
from tests.apps.careers import Career, Shown, live_through

pytestmark = [pytest.mark.live, pytest.mark.slow]


def expected(person: Person, active: bool) -> Shown:
    return {"given": person.given_name, "family": person.family_name, "title": person.title, "active": active}


def seen(directory: Directory) -> Mapping[str, Shown]:
    users = [user["raw"] for user in directory.users()]
    return {
        user["userName"]: {
            "given": user["name"]["givenName"],
            "family": user["name"]["familyName"],
            "title": user["title"],
            "active": user["active"],
        }
        for user in users
    }


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with jackson(tmp_path) as app:
        directory = app.make_directory("apps")
        career = Career(
            app="saml-jackson",
            version=node_version("jackson", "@boxyhq/saml-jackson"),
            settings={"base_url": directory.base_url, "token": directory.token, "members": "write-only"},
            login=lambda person: person.user_name,
            expected=expected,
            seen=lambda: seen(directory),
            unproven=True,
        )
        live_through(career, house, tmp_path)
