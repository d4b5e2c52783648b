"""Mailman by the REST interface of its core, read from its database. Who leaves gets no mail any more."""

from pathlib import Path

import pytest

from lab.mailman import ADMIN, LISTS, PASSWORD, running_mailman
from lab.seatkeeper import Seatkeeper
from lab.versions import python_version
from tests.apps.careers import live_through
from tests.apps.peopled import career_in, expected, seen

pytestmark = [pytest.mark.live, pytest.mark.slow]

HELD = LISTS[0].replace("@", ".")


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_mailman(tmp_path / "mailman") as app:
        career = career_in(
            app,
            name="mailman",
            version=python_version("mailman", "mailman"),
            own=set(),
            settings={"base_url": app.url, "username": ADMIN, "password": PASSWORD},
            expected=lambda person, active: {**expected(person, active), "lists": {LISTS[0]}},
            seen=lambda: {
                address: {**seen(each), "lists": set(each.groups)} for address, each in app.people().items()
            },
            overrides={"mapping": {"entitlements": [{"type": "list", "values": f'"{HELD}"'}]}},
        )
        live_through(career, house, tmp_path)
