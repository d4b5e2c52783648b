"""DokuWiki through its pages: what the browser does there is read from the wiki's own file."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from lab.dokuwiki import ADMIN, PASSWORD, DokuWiki, running_dokuwiki
from lab.seatkeeper import Seatkeeper
from lab.versions import debian_version
from seatkeeper.idps.people import Person
from seatkeeper.spi.testing import Check, each_check, run_check
from tests.apps.careers import Career, Shown, live_through
from tests.connectors.browser.wikis import harness

pytestmark = [pytest.mark.live, pytest.mark.heavy]


@pytest.fixture(scope="module")
def wiki(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DokuWiki]:
    with running_dokuwiki(tmp_path_factory.mktemp("dokuwiki") / "wiki") as app:
        yield app


@each_check()
async def test_dokuwiki_keeps_every_promise(check: Check, wiki: DokuWiki) -> None:
    await run_check(check, harness(wiki))


def expected(person: Person, _: bool) -> Shown:
    return {"name": person.display_name, "email": person.user_name}


def test_people_come_change_go_and_return(house: Seatkeeper, tmp_path: Path) -> None:
    with running_dokuwiki(tmp_path / "wiki") as wiki:
        career = Career(
            app="dokuwiki",
            version=debian_version("dokuwiki"),
            settings={"url": wiki.url, "username": ADMIN, "password": PASSWORD},
            login=lambda person: person.user_name.replace("@", "_"),
            expected=expected,
            seen=lambda: {
                login: {"name": each.name, "email": each.mail}
                for login, each in wiki.people().items()
                if login != ADMIN
            },
            leavers="delete",
            renames=False,
        )
        live_through(career, house, tmp_path)
