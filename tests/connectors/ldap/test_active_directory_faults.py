"""The connector keeps its promises while a domain controller, or the way to it, goes wrong."""

import pytest

from lab.samba import Samba
from seatkeeper.spi.testing import FaultCheck, FaultHarness, each_fault_check, run_fault_check
from tests.connectors.ldap.domains import settings_for
from tests.connectors.ldap.test_active_directory_conformance import SMALL, harness

pytestmark = [pytest.mark.live, pytest.mark.xdist_group("samba")]


@each_fault_check()
async def test_promise(check: FaultCheck, shared_domain: Samba) -> None:
    given = FaultHarness(
        harness(shared_domain),
        shared_domain.address,
        389,
        lambda port: settings_for(shared_domain, **SMALL, url=f"ldap://127.0.0.1:{port}", timeout=1),
    )
    await run_fault_check(check, given)
