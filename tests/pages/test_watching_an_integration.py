"""What is seen of an integration while it changes elsewhere: its health, and a test of its connection."""

from collections.abc import Iterator

import pytest
from playwright.async_api import Page, expect

from lab.slapd import PASSWORD, PEOPLE, SERVICE_DN, Slapd, running_slapd
from seatkeeper.core.access import WorkspaceRole
from seatkeeper.store.records.integrations import insert_integration
from tests.pages.conftest import OpenPage
from tests.pages.installations import Installation
from tests.pages.seeing import DESKTOP, PATIENCE, PHONE, faults_for_everybody, stayed, stays
from tests.scim.conftest import an_integration
from tests.web.people import SETUP

pytestmark = pytest.mark.live


@pytest.fixture
def directory(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Slapd]:
    with running_slapd(tmp_path_factory.mktemp("slapd")) as slapd:
        yield slapd


async def _places(page: Page) -> list[object]:
    """Say where what is around the mark stands, wide and narrow."""
    places: list[object] = []
    for width, height in (PHONE, DESKTOP):
        await page.set_viewport_size({"width": width, "height": height})
        places += [
            await page.locator(each).bounding_box() for each in ("h1", "#health-mark", ".btn-list", ".sk-tabs")
        ]
    return places


async def test_the_health_beside_a_name_changes_by_itself_and_nothing_moves(
    installation: Installation, open_page: OpenPage
) -> None:
    integration = an_integration()
    async with installation.store.transaction(SETUP) as tx:
        await insert_integration(tx, integration, None)
    path = f"/integrations/{integration.slug}"
    watched, other = await open_page(f"{path}/settings/owners"), await open_page(path)
    mark = watched.locator("#health-mark")
    await expect(mark).to_have_text("Validating")
    await stays(watched)
    before = await _places(watched)
    await other.get_by_role("button", name="Pause").click()
    await expect(mark).to_have_text("Paused", timeout=PATIENCE)
    assert await _places(watched) == before
    await other.get_by_role("button", name="Resume").click()
    await expect(mark).to_have_text("Validating", timeout=PATIENCE)
    await stayed(watched)


async def test_a_test_of_the_connection_is_seen_stage_by_stage_and_after_coming_back(
    directory: Slapd, open_page: OpenPage
) -> None:
    page = await open_page("/integrations/new", WorkspaceRole.MEMBER)
    await page.get_by_role("button", name="Connect LDAP").click()
    for label, value in {
        "Name": "Directory",
        "Address": directory.url,
        "CA file": str(directory.ca_file),
        "Service account": SERVICE_DN,
        "Password": PASSWORD,
        "People": PEOPLE,
    }.items():
        await page.get_by_label(label, exact=True).fill(value)
    stage, trial = page.get_by_role("listitem"), page.locator("#trial")
    directory.freeze()
    try:
        await page.get_by_role("button", name="Test connection").click()
        await expect(stage.filter(has_text="can be reached")).to_contain_text(directory.url, timeout=PATIENCE)
        under_way = stage.filter(has_text="certificate is trusted")
        await expect(under_way).to_contain_text("being tried", timeout=PATIENCE)
        await expect(stage.filter(has_text="People can be read")).to_contain_text("not come to")
        assert await faults_for_everybody(page) == []
        await page.goto(page.url)
        await expect(under_way).to_contain_text("being tried")
        await stays(page)
    finally:
        directory.thaw()
    await expect(trial).to_contain_text("It works.", timeout=PATIENCE)
    await expect(stage.filter(has_text="can sign in")).to_contain_text(f"as {SERVICE_DN}")
    await stayed(page)
    assert await faults_for_everybody(page) == []
    await page.get_by_label("CA file", exact=True).fill("")
    await page.get_by_role("button", name="Test connection").click()
    await expect(trial.get_by_role("alert")).to_contain_text("Name the authority that signed", timeout=PATIENCE)
    await expect(stage.filter(has_text="certificate is trusted")).to_contain_text("no")
    assert await faults_for_everybody(page) == []
