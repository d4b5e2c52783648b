"""Promises that a real application with nothing but web pages keeps; ``tests/apps`` tries all of them."""

import pytest

from lab.dokuwiki import DokuWiki
from seatkeeper.spi.testing import CHECKS, Check, run_check
from tests.connectors.browser.wikis import harness

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("dokuwiki")]

_TELLING = {
    "abilities_and_protocols_agree",
    "an_app_that_is_away_is_transient",
    "a_created_account_is_read_back_equal",
    "entitlements_are_given_and_taken",
}


@pytest.mark.parametrize("check", [each for each in CHECKS if each.name in _TELLING], ids=lambda check: check.name)
async def test_a_wiki_without_an_api(check: Check, wiki: DokuWiki) -> None:
    await run_check(check, harness(wiki))
