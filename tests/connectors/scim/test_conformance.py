"""The connector keeps every promise of the SPI with each of three real applications."""

import dataclasses

import pytest

from seatkeeper.connectors.scim.settings import SCIMSettings
from seatkeeper.spi.testing import Check, Harness, each_check, run_check

pytestmark = pytest.mark.live


@pytest.mark.xdist_group("scim2-server")
@each_check()
async def test_scim2_server(check: Check, scim2_server_harness: Harness) -> None:
    await run_check(check, scim2_server_harness)


@pytest.mark.xdist_group("scim2-server")
@each_check()
async def test_scim2_server_without_patch_and_filters(check: Check, scim2_server_harness: Harness) -> None:
    assert isinstance(scim2_server_harness.settings, SCIMSettings)
    settings = scim2_server_harness.settings.model_copy(update={"patch": "put", "filter": "never"})
    await run_check(check, dataclasses.replace(scim2_server_harness, settings=settings))


@pytest.mark.xdist_group("jackson")
@each_check()
async def test_jackson(check: Check, jackson_harness: Harness) -> None:
    await run_check(check, jackson_harness)


@pytest.mark.xdist_group("canaille")
@each_check()
async def test_canaille(check: Check, canaille_harness: Harness) -> None:
    await run_check(check, canaille_harness)
