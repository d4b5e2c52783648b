"""Every promise of ``spi.connector``, kept by manifests against the real applications."""

import pytest

from seatkeeper.spi.testing import Check, Harness, each_check, run_check

pytestmark = pytest.mark.live


@pytest.mark.heavy
@pytest.mark.xdist_group("redmine")
@each_check()
async def test_redmine(check: Check, redmine_harness: Harness) -> None:
    await run_check(check, redmine_harness)


@pytest.mark.xdist_group("roundup")
@each_check()
async def test_roundup(check: Check, roundup_harness: Harness) -> None:
    await run_check(check, roundup_harness)


@pytest.mark.heavy
@pytest.mark.xdist_group("tryton")
@each_check()
async def test_tryton(check: Check, tryton_harness: Harness) -> None:
    await run_check(check, tryton_harness)


@pytest.mark.heavy
@pytest.mark.xdist_group("jupyterhub")
@each_check()
async def test_jupyterhub(check: Check, jupyterhub_harness: Harness) -> None:
    await run_check(check, jupyterhub_harness)


@pytest.mark.heavy
@pytest.mark.xdist_group("mediawiki")
@each_check()
async def test_mediawiki(check: Check, mediawiki_harness: Harness) -> None:
    await run_check(check, mediawiki_harness)
