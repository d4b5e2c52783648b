"""Pages that other tests pass by or see half empty: each with data of every sort, as everybody sees them."""

import pytest
from playwright.async_api import expect

from tests.pages.conftest import OpenPage
from tests.pages.furnishing import furnish_browser_work, furnish_kin, furnish_tasks
from tests.pages.installations import Installation
from tests.pages.seeing import faults_for_everybody, faults_of_pages

pytestmark = pytest.mark.live

_APP = "Connect Redmine"


async def test_no_page_about_the_work_of_people_and_browsers_has_an_accessibility_fault(
    open_page: OpenPage, installation: Installation
) -> None:
    page = await open_page("/")
    picture = await page.screenshot(type="jpeg", quality=40)
    paths = [
        *await furnish_tasks(installation),
        *await furnish_browser_work(installation, picture),
        await furnish_kin(installation),
    ]
    assert await faults_of_pages(page, [installation.url(path) for path in paths]) == []
    await page.goto(installation.url("/integrations/new"))
    await page.get_by_role("button", name=_APP, exact=True).click()
    for told in await page.locator("section[aria-labelledby=about-app] summary").all():
        await told.click()
    await expect(page.get_by_role("heading", name="About Redmine")).to_be_visible()
    assert await faults_for_everybody(page) == []
