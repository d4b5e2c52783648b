"""Roundup by its REST interface, read from its database. Who is deleted there is retired."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from lab.roundup import ADMIN, PASSWORD, Roundup, running_roundup
from lab.seatkeeper import Seatkeeper
from lab.versions import python_version
from tests.apps.careers import Shown, live_through
from tests.apps.peopled import career_in, seen

pytestmark = [pytest.mark.live, pytest.mark.slow]


def there(app: Roundup) -> Mapping[str, Shown]:
    return {name: seen(each) for name, each in app.people().items() if each.active and "@" in name}


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_roundup(tmp_path / "roundup") as app:
        career = career_in(
            app,
            name="roundup",
            version=python_version("roundup", "roundup"),
            own=set(),
            settings={"base_url": app.url, "username": ADMIN, "password": PASSWORD},
            leavers="delete",
            seen=lambda: there(app),
        )
        live_through(career, house, tmp_path)
