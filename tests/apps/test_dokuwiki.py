"""DokuWiki through its pages: what the browser does there is read from the wiki's own file."""

import os
import subprocess
import sys
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


def test_a_recipe_is_rehearsed_from_the_command_line(wiki: DokuWiki, tmp_path: Path) -> None:
    (tmp_path / "harness.yaml").write_text(
        f"settings: {{url: {wiki.url}, username: {ADMIN}, password: {{env: WIKI_PASSWORD}}}}\n"
        "wrong_credentials: {password: wrong}\n"
        "away: {url: http://127.0.0.1:9}\n"
        'person: {login: "${stem}", name: "Ada ${stem}", email: "${stem}@example.org"}\n'
        "changes: {name: Ada L}\n"
        "entitlements: [{type: group, value: ops}]\n"
    )
    before = set(wiki.people())
    pictures = tmp_path / "pictures"
    command = ["-m", "seatkeeper", "recipe", "test", "dokuwiki", "--settings", str(tmp_path / "harness.yaml")]
    env = {**os.environ, "WIKI_PASSWORD": PASSWORD, "SEATKEEPER_ALLOWED_NETWORKS": "127.0.0.0/8"}
    done = subprocess.run(
        [sys.executable, *command, "--pictures", str(pictures)],
        env=env,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    for scene in ("Sign in and find", "Create", "List", "Update", "Grant", "Revoke", "Delete"):
        assert f"✓ {scene}" in done.stdout
    assert len(list(pictures.glob("*.jpg"))) > 10
    assert PASSWORD not in done.stdout
    assert set(wiki.people()) == before
