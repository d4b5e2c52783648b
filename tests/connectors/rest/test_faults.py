"""A manifest keeps the connector's promises while Roundup, or the way to it, goes wrong."""

from urllib.parse import urlsplit

import pytest

from lab.roundup import Roundup
from seatkeeper.spi.settings import ConnectorSettings
from seatkeeper.spi.testing import FaultCheck, FaultHarness, Harness, each_fault_check, run_fault_check

pytestmark = [pytest.mark.live, pytest.mark.heavy, pytest.mark.xdist_group("roundup")]


@each_fault_check()
async def test_promise(check: FaultCheck, roundup_harness: Harness, roundup: Roundup) -> None:
    url, settings = urlsplit(roundup.url), roundup_harness.settings

    def through(port: int) -> ConnectorSettings:
        address = f"http://127.0.0.1:{port}"
        return settings.model_copy(update={"base_url": address, "origin": roundup.url, "timeout_seconds": 2.0})

    given = FaultHarness(roundup_harness, str(url.hostname), url.port or 80, through, speaks_http=True)
    await run_fault_check(check, given)
