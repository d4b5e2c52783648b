"""The connector keeps its promises while scim2-server, or the way to it, goes wrong."""

from urllib.parse import urlsplit

import pytest

from lab.scim2_server import SCIM2Server
from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.spi.settings import ConnectorSettings
from seatkeeper.spi.testing import FaultCheck, FaultHarness, Harness, each_fault_check, run_fault_check

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("scim2-server")]


@each_fault_check()
async def test_promise(
    check: FaultCheck, scim2_server_harness: Harness, scim2_server_app: SCIM2Server, tenant: str
) -> None:
    url = urlsplit(scim2_server_app.base_url(tenant))
    settings = scim2_server_harness.settings
    assert isinstance(settings, SCIMSettings)

    def through(port: int) -> ConnectorSettings:
        address = f"http://127.0.0.1:{port}{url.path}"
        return settings.model_copy(update={"base_url": address, "timeout_seconds": 2.0})

    given = FaultHarness(scim2_server_harness, str(url.hostname), url.port or 80, through, speaks_http=True)
    await run_fault_check(check, given)
