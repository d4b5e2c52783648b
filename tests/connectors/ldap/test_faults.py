"""The connector keeps its promises while slapd, or the way to it, goes wrong."""

import pytest

from lab.slapd import Slapd
from seatkeeper.spi.testing import FaultCheck, FaultHarness, each_fault_check, run_fault_check
from tests.connectors.ldap.conftest import settings_for
from tests.connectors.ldap.test_conformance import SMALL, harness

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("slapd")]


@each_fault_check()
async def test_promise(check: FaultCheck, shared_directory: Slapd) -> None:
    given = FaultHarness(
        harness(shared_directory),
        "127.0.0.1",
        shared_directory.port,
        lambda port: settings_for(shared_directory, **SMALL, url=f"ldap://127.0.0.1:{port}", timeout=2),
    )
    await run_fault_check(check, given)
