"""The connector keeps its promises while the SFTP server, or the way to it, goes wrong."""

import pytest

from lab.sftp import SFTPServer
from seatkeeper.spi.testing import FAULT_CHECKS, FaultCheck, FaultHarness, run_fault_check
from tests.connectors.files.conftest import Drop
from tests.connectors.files.test_conformance import harness

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.xdist_group("sftp")]


def _parameter(check: FaultCheck) -> object:
    """Keep what is alike for ``make test-apps``: all changes take one way, and each fault costs a key exchange."""
    is_alike = check.name.endswith("_that_goes_wrong_is_told")
    return pytest.param(check, id=check.name, marks=[pytest.mark.heavy] if is_alike else [])


@pytest.mark.parametrize("check", [_parameter(check) for check in FAULT_CHECKS])
async def test_promise(check: FaultCheck, remote: Drop, server: SFTPServer) -> None:
    given = FaultHarness(
        harness(remote),
        "127.0.0.1",
        server.port,
        lambda port: remote.settings(port=port, timeout=1, connect_timeout=2),
    )
    await run_fault_check(check, given)
