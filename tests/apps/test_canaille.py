"""Canaille, read from its database."""

import json
from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.canaille import Canaille, canaille
from lab.seatkeeper import Seatkeeper
from lab.versions import python_version
from seatkeeper.idps.people import Person
from tests.apps.careers import Career, Shown, live_through

pytestmark = [pytest.mark.live, pytest.mark.slow]


def expected(person: Person, active: bool) -> Shown:
    return {"name": person.display_name, "mails": [person.user_name], "title": person.title, "active": active}


def seen(app: Canaille) -> Mapping[str, Shown]:
    return {
        row["user_name"]: {
            "name": row["formatted_name"],
            "mails": json.loads(row["emails"]),
            "title": row["title"],
            "active": row["lock_date"] is None,
        }
        for row in app.rows("SELECT * FROM user WHERE user_name <> 'admin'")
    }


def members(app: Canaille) -> Mapping[str, frozenset[str]]:
    rows = app.rows(
        'SELECT g.display_name, u.user_name FROM "group" g'
        " LEFT JOIN membership_association_table m ON m.group_id = g.id LEFT JOIN user u ON u.id = m.user_id"
    )
    names = {row["display_name"] for row in rows}
    return {
        name: frozenset(r["user_name"] for r in rows if r["display_name"] == name and r["user_name"])
        for name in names
    }


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with canaille(tmp_path) as app:
        career = Career(
            app="canaille",
            version=python_version("canaille", "canaille"),
            settings={"base_url": app.base_url, "token": app.token},
            login=lambda person: person.user_name,
            renames=False,
            expected=expected,
            seen=lambda: seen(app),
            members=lambda: members(app),
        )
        live_through(career, house, tmp_path)
