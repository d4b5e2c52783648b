"""Redmine through its pages: what the browser does there is read from Redmine's own database."""

from collections.abc import Iterator

import httpx
import pytest

from lab.redmine import KEY, Redmine, running_redmine
from seatkeeper.spi.testing import Check, each_check, run_check
from tests.apps.redmine_pages import harness

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture(scope="module")
def redmine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Redmine]:
    with running_redmine(tmp_path_factory.mktemp("redmine") / "redmine") as app:
        for name in ("devs", 'o\'ps "<1>"'):
            answer = httpx.post(
                f"{app.url}/groups.json", headers={"X-Redmine-API-Key": KEY}, json={"group": {"name": name}}
            )
            assert answer.status_code == 201
        yield app


@each_check()
async def test_redmine_without_its_api(check: Check, redmine: Redmine) -> None:
    await run_check(check, harness(redmine))
