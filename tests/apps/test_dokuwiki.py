"""DokuWiki through a browser, read from its text file."""

from pathlib import Path

import pytest

from lab.dokuwiki import ADMIN, PASSWORD, running_dokuwiki
from lab.seatkeeper import Seatkeeper
from lab.versions import debian_version
from tests.apps.careers import live_through
from tests.apps.peopled import career_in, folder_of

pytestmark = [pytest.mark.live, pytest.mark.slow]


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_dokuwiki(folder_of(tmp_path, "dokuwiki")) as app:
        career = career_in(
            app,
            name="dokuwiki",
            version=debian_version("dokuwiki"),
            own={ADMIN},
            settings={"url": app.url, "username": ADMIN, "password": PASSWORD},
            login=lambda person: person.user_name.partition("@")[0],
            leavers="delete",
            renames=False,
            overrides={"mapping": {"attributes": {"login": 'lower(user.userName.split("@")[0])'}}},
        )
        live_through(career, house, tmp_path)
