"""What somebody shows is written down as steps on what the page calls things, with names for the values typed."""

from pathlib import Path

import pytest
import yaml

from lab.browser import running_browser
from lab.dokuwiki import ADMIN, PASSWORD, DokuWiki
from seatkeeper.connectors.browser.recipes import FlowName
from seatkeeper.connectors.browser.recording import Recorder, write_flow

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("dokuwiki")]


async def test_clicks_and_typing_become_a_flow(wiki: DokuWiki, tmp_path: Path) -> None:
    values = {"username": ADMIN}
    async with running_browser() as browser:
        recorder = Recorder(wiki.url, FlowName.SIGN_IN, values)
        page = await recorder.follow(await browser.new_context())
        await page.get_by_role("link", name="Log In").click()
        await page.get_by_label("Username").fill(ADMIN)
        await page.get_by_label("Password").fill(PASSWORD)
        await page.get_by_role("button", name="Log In").click()
        await page.get_by_role("link", name="Log Out").wait_for()
    text = write_flow("", FlowName.SIGN_IN, recorder.steps, values)
    assert PASSWORD not in text
    behaviour = yaml.safe_load(text)["behaviour"]
    steps = behaviour["flows"]["sign_in"]
    assert steps[0]["go"].startswith("/")
    assert {"click": {"role": "link", "name": "Log In"}} in steps
    assert {"fill": {"label": "Username"}, "value": "${settings.username}"} in steps
    assert {"fill": {"label": "Password"}, "value": "${settings.password}"} in steps
    assert {"click": {"role": "button", "name": "Log In"}} in steps
    assert behaviour["signed_out"] == {"visible": {"label": "Password"}}


def test_a_second_flow_joins_the_first_and_values_are_named_by_their_flow() -> None:
    first = write_flow("", FlowName.SIGN_IN, [{"go": "/login"}], {"username": "admin"})
    recorder = Recorder("https://a.example", FlowName.CREATE, {"login": "ada", "mail": "ada@example.org"})
    typed = {"what": "fill", "target": {"label": "Mail"}, "value": "ada@example.org", "secret": False}
    for happened in (
        {**typed, "value": "ada@"},
        typed,
        {"what": "fill", "target": {"label": "Pass"}, "value": "x", "secret": True},
        {"what": "check", "target": {"label": "Notify"}, "value": False},
        {"what": "click", "target": {"role": "link", "name": "ada"}},
    ):
        recorder._note(happened)
    behaviour = yaml.safe_load(write_flow(first, FlowName.CREATE, recorder.steps, {}))["behaviour"]
    assert set(behaviour["flows"]) == {"sign_in", "create"}
    assert behaviour["flows"]["create"] == [
        {"fill": {"label": "Mail"}, "value": "${account.mail}"},
        {"fill": {"label": "Pass"}, "value": "${generated.password}"},
        {"check": {"label": "Notify"}, "to": False},
        {"click": {"role": "link", "name": "${account.login}"}},
    ]
