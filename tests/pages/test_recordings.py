"""An Owner watches a recording grow, stops it, and replays it into a copy: in a browser."""

import asyncio
import re
from collections.abc import Callable

import pytest
from playwright.async_api import Page, expect

from lab.scim2_server import SCIM2Server
from seatkeeper.idps.people import Team, people
from tests.pages.conftest import OpenPage
from tests.pages.installations import Installation, company_at
from tests.pages.seeing import PATIENCE, faults_of_pages, stayed, stays

pytestmark = pytest.mark.live

HOME = "/integrations/recorded/settings/scim"


async def test_a_recording_is_watched_stopped_and_replayed(
    installation: Installation, app: SCIM2Server, open_page: OpenPage
) -> None:
    mapping = {"attributes": {"userName": "user.userName"}, "join": ["userName"]}
    async with company_at(installation, app, "recorded", mapping) as company:
        page = await open_page(HOME)
        await page.get_by_label("Or after").select_option("15 minutes")
        await page.get_by_role("button", name="Start recording").click()
        await expect(page.get_by_text("0 requests so far")).to_be_visible()
        await stays(page)
        await until_recorded(page, company.idp.test_connection)
        await asyncio.to_thread(company.hire, people(3))
        await asyncio.to_thread(company.form, [Team("Engineering", frozenset({0, 1}))])
        await stayed(page)
    await page.get_by_role("button", name="Stop recording").click()
    await expect(page.get_by_role("heading", name="Recording begun")).to_be_visible()
    recording = page.url
    await page.get_by_label("What was sent and answered in request 4").click()
    await expect(page.locator("pre:visible").first).to_contain_text("urn:ietf:params:scim")
    await page.get_by_role("button", name="Make a copy and replay into it").click()
    await expect(page.get_by_text("every one was answered as it was then")).to_be_visible(timeout=PATIENCE)
    await expect(page.locator(".sk-figure", has_text="would be created").locator("strong")).to_have_text("3")
    assert await faults_of_pages(page, [page.url, recording, installation.url(HOME)]) == []


async def until_recorded(page: Page, send: Callable[[], None]) -> None:
    """Have the identity provider say something until that is recorded, which the page shows by itself."""
    counted = page.get_by_text(re.compile(r"[1-9]\d* requests? so far"))
    for _ in range(60):
        await asyncio.to_thread(send)
        if await counted.count():
            return
        await page.wait_for_timeout(200)
    await expect(counted).to_be_visible(timeout=PATIENCE)
