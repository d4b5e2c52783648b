"""The connector keeps every promise of the SPI with a real application that has nothing but web pages."""

import pytest

from lab.dokuwiki import DokuWiki
from seatkeeper.spi.testing import Check, each_check, run_check
from tests.connectors.browser.wikis import harness

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("dokuwiki")]


@each_check()
async def test_a_wiki_without_an_api(check: Check, wiki: DokuWiki) -> None:
    await run_check(check, harness(wiki))
