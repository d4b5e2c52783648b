"""Activity as an Owner watches it: jobs that go from requested to done by themselves, and one that does not."""

import asyncio
import dataclasses
from collections.abc import Iterator

import psycopg
import pytest
from playwright.async_api import Page, expect

from lab.company import Company
from lab.scim2_server import SCIM2Server
from lab.seatkeeper import Seatkeeper
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.idps.people import people
from tests.pages.conftest import DESKTOP, PHONE, OpenPage, accessibility_faults, company_with

pytestmark = pytest.mark.live

CRM = "/integrations/crm"
_PATIENCE = 20_000


@pytest.fixture(scope="module")
def company(seatkeeper: Seatkeeper, app: SCIM2Server) -> Iterator[Company]:
    """A company whose integration stands still, and whose app needs a title of everybody."""
    mapping = {
        "attributes": {"userName": "user.userName", "displayName": "user.displayName", "title": "user.title"},
        "required": ["userName", "title"],
    }
    with company_with(seatkeeper, app, mapping) as company:
        seatkeeper.command("integration", "pause", "crm")
        yield company


async def _row(page: Page, name: str, state: str) -> None:
    row = page.locator("tr").filter(has_text=name).filter(has_text=state).first
    await expect(row).to_be_visible(timeout=_PATIENCE)


async def test_the_owner_watches_a_job_a_failure_and_a_retry_without_reloading(
    company: Company, seatkeeper: Seatkeeper, database_url: str, open_page: OpenPage
) -> None:
    page = await open_page(f"{CRM}/activity", WorkspaceRole.MEMBER, on={"crm": IntegrationRole.OWNER})
    await page.evaluate("window.untouched = true")
    good, bare = people(2)
    bare = dataclasses.replace(bare, title="")
    await asyncio.to_thread(company.hire, [good, bare])
    await _row(page, good.user_name, "Requested")
    await asyncio.to_thread(seatkeeper.command, "integration", "resume", "crm")
    await _row(page, good.user_name, "Done")
    await _row(page, bare.user_name, "Failed")
    assert await page.evaluate("window.untouched") is True

    link = page.locator("tr").filter(has_text="Failed").get_by_role("link").first
    path = await link.get_attribute("href")
    assert path is not None
    viewer = await open_page(path, WorkspaceRole.MEMBER, on={"crm": IntegrationRole.VIEWER})
    await expect(viewer.get_by_text("Fill them in the identity provider").first).to_be_visible()
    await expect(viewer.get_by_role("button", name="Retry")).to_have_count(0)
    manager = await open_page(path, WorkspaceRole.MEMBER, on={"crm": IntegrationRole.MANAGER})
    with psycopg.connect(database_url, autocommit=True) as connection:
        connection.execute(
            """UPDATE integrations SET mapping = jsonb_set(mapping, '{required}', '["userName"]')"""
        )
    await manager.get_by_role("button", name="Retry").click()
    await expect(manager.get_by_text("the app proves it").first).to_be_visible(timeout=_PATIENCE)
    await _row(page, bare.user_name, "Done")
    assert await page.evaluate("window.untouched") is True


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("size", [DESKTOP, PHONE], ids=["desktop", "phone"])
async def test_the_pages_have_no_accessibility_fault_with_activity_on_them(
    size: tuple[int, int], dark: bool, company: Company, open_page: OpenPage
) -> None:
    page = await open_page(f"{CRM}/activity?person=p", size=size, dark=dark)
    base = page.url.split("/integrations")[0]
    await page.goto(f"{base}{CRM}/activity")
    job = await page.locator("tr a[href*='/jobs/']").first.get_attribute("href")
    faults: dict[str, list[str]] = {}
    for path in (f"{CRM}/activity", f"{CRM}/activity?person=nobody", "/activity?every=1", str(job), "/tasks"):
        await page.goto(base + path)
        faults[path] = await accessibility_faults(page)
    assert not any(faults.values()), faults
