"""Redmine by its REST interface, read from its database."""

from pathlib import Path

import pytest

from lab.redmine import ADMIN, KEY, running_redmine
from lab.seatkeeper import Seatkeeper
from lab.versions import debian_version
from tests.apps.careers import live_through
from tests.apps.peopled import career_in, folder_of

pytestmark = [pytest.mark.live, pytest.mark.slow]


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_redmine(folder_of(tmp_path, "redmine")) as app:
        career = career_in(
            app,
            name="redmine",
            version=debian_version("redmine"),
            own={ADMIN, ""},
            settings={"base_url": app.url, "api_key": KEY},
            members=app.groups,
        )
        live_through(career, house, tmp_path)
