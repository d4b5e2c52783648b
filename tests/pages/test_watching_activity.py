"""Activity as an Owner watches it: work that goes from requested to done by itself, and work that does not."""

import asyncio
import dataclasses
import re
from collections.abc import AsyncIterator, Iterator, Mapping
from typing import Any

import httpx
import pytest
import pytest_asyncio
from playwright.async_api import Locator, Page, expect

from lab.company import Company
from lab.proxies import Proxy, running_proxy
from lab.scim2_server import SCIM2Server
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.idps.people import Person, Team, people, person
from seatkeeper.operations.switches import pause_integration, resume_integration
from tests.pages.conftest import OpenPage
from tests.pages.installations import Installation, company_at
from tests.pages.seeing import PATIENCE, faults_for_everybody, faults_of_pages, stayed, stays
from tests.web.people import SETUP

pytestmark = pytest.mark.live

SLUG = "helpdesk"
DESK = f"/integrations/{SLUG}"
REMEDY = "Grant it the permission in the app"


@pytest.fixture(scope="module")
def proxy(app: SCIM2Server) -> Iterator[Proxy]:
    with running_proxy(app.address) as running:
        yield running


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def company(installation: Installation, app: SCIM2Server, proxy: Proxy) -> AsyncIterator[Company]:
    """A company whose app is behind a proxy, and which has nobody yet."""
    mapping = {
        "attributes": {"userName": "user.userName", "displayName": "user.displayName", "title": "user.title"},
        "join": ["userName"],
    }
    behind = dataclasses.replace(app, address=proxy.address)
    async with company_at(installation, behind, SLUG, mapping) as company:
        yield company


def _rows(page: Page, state: str, name: str = "") -> Locator:
    stands = page.locator(".sk-state", has_text=re.compile(rf"^\s*{state}\s*$"))
    return page.locator("#activity-body tr").filter(has_text=name).filter(has=stands)


async def _job_of(page: Page, state: str, told: str) -> str:
    """Find the address of the job that is told of in this way and stands so."""
    row = _rows(page, state, told)
    await expect(row).to_be_visible(timeout=PATIENCE)
    path = await row.get_by_role("link").first.get_attribute("href")
    assert path is not None
    return path


async def _hire(company: Company, *hired: Person) -> None:
    await asyncio.to_thread(company.hire, [one for one in hired if one.number not in company.people])


async def test_a_bulk_goes_from_requested_through_in_progress_to_done_without_reloading(
    company: Company, proxy: Proxy, installation: Installation, open_page: OpenPage
) -> None:
    page = await open_page(f"{DESK}/activity", WorkspaceRole.MEMBER, on={SLUG: IntegrationRole.OWNER})
    await stays(page)
    async with installation.store.transaction(SETUP) as tx:
        await pause_integration(tx, SLUG)
    await _hire(company, *people(12))
    await expect(_rows(page, "Requested")).to_have_count(12, timeout=PATIENCE)
    await expect(page.get_by_text("0 of 12 jobs done")).to_be_visible(timeout=PATIENCE)
    await expect(page.get_by_role("progressbar", name="Jobs done")).to_have_js_property("value", 0)
    proxy.hold()
    async with installation.store.transaction(SETUP) as tx:
        await resume_integration(tx, SLUG)
    await expect(_rows(page, "In progress").first).to_be_visible(timeout=PATIENCE)
    assert await faults_for_everybody(page) == []
    proxy.let_pass()
    await expect(_rows(page, "Done")).to_have_count(12, timeout=PATIENCE)
    await expect(page.get_by_role("progressbar", name="Jobs done")).to_have_count(0, timeout=PATIENCE)
    await stayed(page)


async def test_rows_keep_their_place_while_somebody_reads_further_down(
    company: Company, installation: Installation, open_page: OpenPage
) -> None:
    await _hire(company, *people(12))
    page = await open_page(f"{DESK}/activity")
    await expect(_rows(page, "Done")).to_have_count(12, timeout=PATIENCE)
    await page.set_viewport_size({"width": 1280, "height": 400})
    rows = page.locator("#activity-body tr")
    await rows.last.scroll_into_view_if_needed()
    newest = await rows.first.get_attribute("id")
    promoted = dataclasses.replace(company.people[0], title="Captain")
    await asyncio.to_thread(company.change, promoted)
    new = page.get_by_role("link", name="1 new")
    await expect(new).to_be_visible(timeout=PATIENCE)
    assert await rows.first.get_attribute("id") == newest
    await new.click()
    await page.goto(
        page.url.split("/integrations")[0] + await _job_of(page, "Done", f"changed {promoted.user_name}")
    )
    await expect(page.get_by_role("row", name="title")).to_contain_text("Captain")
    assert await faults_for_everybody(page) == []


async def test_a_group_and_a_leaver_are_seen_to_arrive_in_the_app(
    company: Company, app: SCIM2Server, open_page: OpenPage
) -> None:
    await _hire(company, *people(3))
    page = await open_page(f"{DESK}/activity")
    await stays(page)
    await asyncio.to_thread(company.form, [Team("Engineering", frozenset({0, 1}))])
    await expect(_rows(page, "Done", "assigned the group Engineering")).to_have_count(1, timeout=PATIENCE)
    await asyncio.to_thread(company.deactivate, 2)
    await expect(_rows(page, "Done", f"deactivated {person(2).user_name}")).to_have_count(1, timeout=PATIENCE)
    await stayed(page)
    active = {user["userName"]: user["active"] for user in app.resources(SLUG, "Users")}
    assert active.pop(person(2).user_name) is False
    assert set(active.values()) == {True}


async def test_a_failure_tells_its_remedy_and_a_retry_succeeds_by_those_who_may(
    company: Company, proxy: Proxy, open_page: OpenPage
) -> None:
    page = await open_page(f"{DESK}/activity", WorkspaceRole.MEMBER, on={SLUG: IntegrationRole.OWNER})
    await stays(page)
    proxy.read_only = True
    await _hire(company, person(12))
    path = await _job_of(page, "Failed", person(12).user_name)
    await _rows(page, "Failed").get_by_text("Why, and what to do").click()
    await expect(page.get_by_text(REMEDY)).to_be_visible()
    assert await faults_for_everybody(page) == []

    viewer = await open_page(path, WorkspaceRole.MEMBER, on={SLUG: IntegrationRole.VIEWER})
    await expect(viewer.get_by_text(REMEDY).first).to_be_visible()
    await expect(viewer.get_by_role("button", name="Retry")).to_have_count(0)
    await expect(viewer.get_by_role("button", name="Pause")).to_have_count(0)
    manager = await open_page(path, WorkspaceRole.MEMBER, on={SLUG: IntegrationRole.MANAGER})
    assert await faults_for_everybody(manager) == []
    proxy.read_only = False
    await manager.get_by_role("button", name="Retry").click()
    await expect(manager.get_by_text("the app proves it").first).to_be_visible(timeout=PATIENCE)
    await expect(_rows(page, "Done", person(12).user_name).first).to_be_visible(timeout=PATIENCE)
    await stayed(page)
    for guest in (viewer, manager):
        await guest.get_by_role("link", name="Settings").click()
        await expect(guest.get_by_role("button", name="Save")).to_have_count(0)


async def test_what_the_app_refuses_is_done_by_hand_and_proven(
    company: Company, proxy: Proxy, app: SCIM2Server, installation: Installation, open_page: OpenPage
) -> None:
    proxy.read_only = True
    await _hire(company, person(13))
    activity = await open_page(f"{DESK}/activity")
    page = await open_page(await _job_of(activity, "Failed", person(13).user_name))
    await page.get_by_role("button", name="Do it by hand").click()
    await page.get_by_role("link", name="Open the task").click()
    await expect(page.get_by_role("button", name="It is done")).to_be_visible()
    assert await faults_for_everybody(page) == []
    assigned = f"/Users/{company.idp.endpoint.people[13]}"
    _make_by_hand(app, await asyncio.to_thread(company.idp.endpoint.call, "GET", assigned))
    await page.get_by_label("What you did").fill("Made it in the console <b>myself</b>")
    await page.get_by_role("button", name="It is done").click()
    await expect(_rows(activity, "Done", f"assigned {person(13).user_name}")).to_have_count(1, timeout=PATIENCE)
    paths = ("/tasks", "/tasks?whose=all&closed=1", "/activity?every=1", f"{DESK}/activity?person=nobody")
    assert await faults_of_pages(page, [page.url, *map(installation.url, paths)]) == []


def _make_by_hand(app: SCIM2Server, assigned: Mapping[str, Any]) -> None:
    """Make the account of somebody as a person does who may: past the proxy."""
    kept = ("schemas", "externalId", "userName", "name", "displayName", "title", "emails", "active")
    account = {name: assigned[name] for name in kept}
    account["name"]["formatted"] = account["displayName"]
    headers = {"Authorization": f"Bearer {app.token}"}
    answer = httpx.post(f"{app.base_url(SLUG)}/Users", json=account, headers=headers, verify=False)
    assert answer.status_code == 201, answer.text
