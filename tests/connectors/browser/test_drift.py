"""An app that is not as its recipe says is not guessed at, and whoever looks is shown where it differs."""

import json
from pathlib import Path

import pytest

from lab.dokuwiki import PASSWORD, DokuWiki, running_dokuwiki
from seatkeeper.core.ids import Uid
from seatkeeper.spi.connector import CreatesAccounts, ReadsAccounts
from seatkeeper.spi.errors import AppChangedError, CredentialsRefusedError, NeedsPersonError
from seatkeeper.spi.evidence import collecting
from tests.connectors.browser.wikis import person, settings_for, wiki_connector

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("dokuwiki")]


async def test_a_button_of_another_name_is_told_with_step_page_and_picture(tmp_path: Path) -> None:
    with running_dokuwiki(tmp_path / "wiki") as wiki:
        words = wiki.folder / "conf/plugin_lang/usermanager/en"
        words.mkdir(parents=True)
        (words / "lang.php").write_text("<?php\n$lang['add'] = 'Invite';\n")
        async with wiki_connector().connect(settings_for(wiki.url, patience=3)) as session:
            assert isinstance(session, CreatesAccounts)
            with collecting() as exhibits, pytest.raises(AppChangedError) as caught:
                await session.create_account(person("ada"))
        told = str(caught.value)
        assert "in “create”, step 8 (Click the button “Add”)" in told
        assert "on the page “User Manager [Wiki]”: nothing on the page answers to that" in told
        failures = [each for each in exhibits if each.is_of_failure]
        assert [each.media_type for each in failures] == ["image/jpeg", "text/plain"]
        steps = [json.loads(line) for line in failures[1].content.decode().splitlines()]
        assert steps[-1]["what"] == "Click the button “Add”."
        assert PASSWORD not in failures[1].content.decode()
        assert set(wiki.people()) == {"admin"}


async def test_two_things_of_one_name_are_none(wiki: DokuWiki) -> None:
    vague = wiki_connector({'label: "Real Name:"': "role: textbox"})
    async with vague.connect(settings_for(wiki.url)) as session:
        assert isinstance(session, CreatesAccounts)
        with pytest.raises(AppChangedError, match=r"\d+ things on the page answer to that"):
            await session.create_account({**person("ada"), "login": "vague"})


async def test_a_page_nobody_knows_after_signing_in_needs_a_person(wiki: DokuWiki) -> None:
    unknown = wiki_connector(
        {"signed_in: {visible: {role: link, name: Log Out}}": "signed_in: {visible: {css: .x}}"}
    )
    async with unknown.connect(settings_for(wiki.url)) as session:
        assert isinstance(session, ReadsAccounts)
        with collecting() as exhibits, pytest.raises(NeedsPersonError, match="shows “start \\[Wiki\\]”"):
            await session.read_account(Uid("admin"))
    assert [each.label for each in exhibits] == ["The page after signing in"]


async def test_a_session_the_app_forgot_is_opened_again_and_one_it_refuses_is_not(tmp_path: Path) -> None:
    with running_dokuwiki(tmp_path / "wiki") as wiki:
        with (wiki.folder / "conf/local.php").open("a") as settings:
            settings.write("$conf['auth_security_timeout'] = 0;\n")
        async with wiki_connector().connect(settings_for(wiki.url)) as session:
            assert isinstance(session, ReadsAccounts)
            assert await session.read_account(Uid("admin")) is not None
            (wiki.folder / "data/meta/_htcookiesalt2").write_text("another salt")
            assert await session.read_account(Uid("admin")) is not None
            (wiki.folder / "data/meta/_htcookiesalt2").write_text("a third salt")
            people = wiki.folder / "conf/users.auth.php"
            people.write_text(people.read_text().replace("{SSHA}", "{SSHA}x"))
            with pytest.raises(CredentialsRefusedError, match="username or password was wrong"):
                await session.read_account(Uid("admin"))
