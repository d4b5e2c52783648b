"""An integration watched while its identity provider assigns people: each page as it is with a real app."""

import asyncio
import dataclasses
from collections.abc import AsyncIterator
from contextlib import closing

import pytest
import pytest_asyncio
from playwright.async_api import expect

from lab.company import Company
from lab.scim2_server import SCIM2Server
from lab.watching import Watch
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.idps.people import Team, people
from seatkeeper.operations.switches import resume_integration
from tests.pages.conftest import OpenPage
from tests.pages.installations import Installation, company_at
from tests.pages.seeing import PATIENCE, faults_of_pages, stayed, stays
from tests.web.people import SETUP

pytestmark = pytest.mark.live

CRM = "/integrations/crm"
ODD = '<b>Bob</b> <script>alert("1")</script>'


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(installation: Installation, app: SCIM2Server) -> AsyncIterator[Company]:
    """A company whose Okta is connected to a live integration, and which has nobody yet."""
    mapping = {
        "attributes": {"userName": "user.userName", "displayName": "user.displayName", "title": "user.title"},
        "entitlements": [{"type": "role", "values": "groups.map(g, g.displayName)"}],
        "join": ["userName"],
    }
    async with company_at(installation, app, "crm", mapping) as company:
        yield company


@pytest.fixture(scope="module")
def staffed(company: Company, installation: Installation) -> Company:
    """The company with people, one of whom has an odd name, two groups and a leaver."""
    everybody = list(people(12))
    everybody[4] = dataclasses.replace(everybody[4], given_name=ODD, family_name="שלום 🎉" * 4)
    company.hire([person for person in everybody if person.number not in company.people])
    company.form([Team("Engineering", frozenset({0, 1, 2})), Team("=HYPERLINK(1)", frozenset({3, 4}))])
    company.deactivate(5)
    with closing(Watch(installation.store.url)) as watch:
        watch.wait_until_done("crm")
    return company


async def test_people_appear_and_go_from_requested_to_done_without_reloading(
    company: Company, installation: Installation, open_page: OpenPage
) -> None:
    page = await open_page(CRM)
    await page.get_by_role("button", name="Pause").click()
    await expect(page.get_by_text("is paused.")).to_be_visible()
    overview = await open_page(CRM)
    await page.goto(installation.url(f"{CRM}/users"))
    await expect(page.get_by_text("Nobody is assigned yet")).to_be_visible()
    await stays(page)
    await stays(overview)
    await asyncio.to_thread(company.hire, people(2))
    rows = page.get_by_role("row").filter(has_text="Provisioning awaiting")
    await expect(rows).to_have_count(2, timeout=PATIENCE)
    await expect(overview.get_by_text("0 of 2 jobs done")).to_be_visible(timeout=PATIENCE)
    async with installation.store.transaction(SETUP) as tx:
        await resume_integration(tx, "crm")
    await expect(page.get_by_role("row").filter(has_text="Onboarded")).to_have_count(2, timeout=PATIENCE)
    await expect(overview.get_by_text("Nothing is under way.")).to_be_visible(timeout=PATIENCE)
    await expect(overview.get_by_text("2 ended well")).to_be_visible(timeout=PATIENCE)
    await stayed(page)
    await stayed(overview)


async def test_a_manager_looks_at_what_would_be_done_and_has_it_done(
    staffed: Company, open_page: OpenPage
) -> None:
    page = await open_page(f"{CRM}/users", WorkspaceRole.MEMBER, on={"crm": IntegrationRole.MANAGER})
    await page.get_by_role("link", name=ODD).click()
    await expect(page.get_by_role("heading", name="Attributes")).to_be_visible()
    assert await page.locator("script", has_text="alert").count() == 0
    await stays(page)
    await page.get_by_role("button", name="Preview").click()
    await expect(page.get_by_text("Nothing would be done: the app is as wanted.")).to_be_visible(timeout=PATIENCE)
    await stayed(page)
    await expect(page.get_by_role("button", name="Preview")).to_be_enabled()
    await page.get_by_role("button", name="Provision now").click()
    await expect(page.get_by_text("Update of").first).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_text("had nothing to do").first).to_be_visible(timeout=PATIENCE)


async def test_the_app_is_asked_for_its_entitlements_and_a_value_is_copied(
    staffed: Company, open_page: OpenPage
) -> None:
    page = await open_page(f"{CRM}/groups")
    await page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    await expect(page.get_by_text("The app was asked")).to_be_visible(timeout=PATIENCE)
    await page.get_by_role("button", name="Copy Engineering").click()
    await expect(page.get_by_text("Copied")).to_be_visible()
    assert await page.evaluate("navigator.clipboard.readText()") == "Engineering"
    await page.get_by_role("link", name="who hold Engineering").click()
    await expect(page.get_by_role("heading", name="Who holds it")).to_be_visible()


async def test_the_pages_have_no_accessibility_fault_with_people_on_them(
    staffed: Company, installation: Installation, open_page: OpenPage
) -> None:
    endpoint = staffed.idp.endpoint
    paths = (
        *("/", CRM, f"{CRM}/users", f"{CRM}/users?state=removed", f"{CRM}/users?q=nobody-like-that"),
        *(f"{CRM}/users/{endpoint.people[4]}", f"{CRM}/users/{endpoint.people[5]}", f"{CRM}/groups"),
        *(f"{CRM}/groups/{endpoint.teams['Engineering']}", f"{CRM}/entitlement?type=role&value=Engineering"),
    )
    assert await faults_of_pages(await open_page("/"), [installation.url(path) for path in paths]) == []
