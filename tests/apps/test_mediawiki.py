"""MediaWiki by its API, read from its database. Who leaves is blocked."""

from pathlib import Path

import pytest

from lab.mediawiki import ADMIN, PASSWORD, running_mediawiki
from lab.seatkeeper import Seatkeeper
from lab.versions import debian_version
from tests.apps.careers import live_through
from tests.apps.peopled import career_in

pytestmark = [pytest.mark.live, pytest.mark.slow]

NAME = 'user.userName.split("@")[0]'


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_mediawiki(tmp_path / "mediawiki") as app:
        career = career_in(
            app,
            name="mediawiki",
            version=debian_version("mediawiki"),
            own={ADMIN},
            settings={"base_url": app.url, "username": ADMIN, "password": PASSWORD},
            renames=False,
            unproven=True,
            login=lambda person: person.user_name.partition("@")[0].capitalize(),
            expected=lambda person, active: {"name": person.display_name, "active": active, "groups": {"editor"}},
            seen=lambda: {
                login: {"name": each.name, "active": each.active, "groups": set(each.groups)}
                for login, each in app.people().items()
                if "." in login
            },
            overrides={
                "mapping": {
                    "attributes": {"name": f"upper({NAME}.substring(0, 1)) + {NAME}.substring(1)"},
                    "entitlements": [{"type": "group", "values": '"editor"'}],
                }
            },
        )
        live_through(career, house, tmp_path)
