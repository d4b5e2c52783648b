"""Directus by its REST interface, read from its database. Everybody holds one role."""

from collections.abc import Mapping
from pathlib import Path

import httpx
import pytest

from lab.directus import ADMIN, TOKEN, Directus, running_directus
from lab.seatkeeper import Seatkeeper
from lab.versions import node_version
from seatkeeper.idps.people import Person
from tests.apps.careers import Shown, live_through
from tests.apps.peopled import career_in, expected, folder_of, seen

pytestmark = [pytest.mark.live, pytest.mark.heavy]

ROLE = "Editor"


def _make_role(app: Directus) -> None:
    headers = {"Authorization": f"Bearer {TOKEN}"}
    httpx.post(f"{app.url}/roles", json={"name": ROLE}, headers=headers, verify=False).raise_for_status()


def _expected(person: Person, active: bool) -> Shown:
    return {**expected(person, active), "title": person.title, "roles": {ROLE}}


def _seen(app: Directus) -> Mapping[str, Shown]:
    return {
        login: {**seen(each), "title": each.more["title"], "roles": set(each.groups)}
        for login, each in app.people().items()
        if login != ADMIN
    }


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_directus(folder_of(tmp_path, "directus")) as app:
        _make_role(app)
        career = career_in(
            app,
            name="directus",
            version=node_version("directus", "directus"),
            own={ADMIN},
            settings={"base_url": app.url, "token": TOKEN},
            expected=_expected,
            seen=lambda: _seen(app),
            overrides={"mapping": {"entitlements": [{"type": "role", "values": f'"{ROLE}"'}]}},
        )
        live_through(career, house, tmp_path)
