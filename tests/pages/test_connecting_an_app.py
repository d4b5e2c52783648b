"""An Owner connects a real app with the wizard, an identity provider connects, and it goes live: in a browser."""

import asyncio
from contextlib import closing

import pytest
from playwright.async_api import Page, expect

from lab.scim2_server import SCIM2Server
from lab.seatkeeper import Seatkeeper
from seatkeeper.core.access import WorkspaceRole
from seatkeeper.idps.okta import Okta
from seatkeeper.idps.people import Team, person
from tests.pages.conftest import OpenPage
from tests.pages.installations import Installation
from tests.pages.seeing import PATIENCE, faults_for_everybody, faults_of_pages, stayed, stays

pytestmark = pytest.mark.live


async def seen_by_everybody(page: Page) -> None:
    assert await faults_for_everybody(page) == []


async def test_an_app_is_connected_from_the_first_click_to_live(
    open_page: OpenPage, app: SCIM2Server, seatkeeper: Seatkeeper
) -> None:
    page = await open_page("/integrations/new", WorkspaceRole.MEMBER)
    await choose(page)
    await connect(page, app)
    await map_attributes(page)
    await set_policy(page)
    idp = await connect_identity_provider(page, seatkeeper)
    with closing(idp.endpoint):
        await go_live(page)
        assert app.resources("wizard", "Users") == []
        await page.get_by_role("button", name="Set Customer database live").click()
        await expect(page.get_by_role("status").first).to_contain_text("is live", timeout=PATIENCE)
        await watch_jobs_finish(page, idp)
    assert len(app.resources("wizard", "Users")) == 4
    assert [len(group["members"]) for group in app.resources("wizard", "Groups")] == [2]


async def choose(page: Page) -> None:
    await seen_by_everybody(page)
    await page.get_by_role("searchbox").fill("scim")
    await expect(page.get_by_role("button", name="Connect LDAP")).to_have_count(0, timeout=PATIENCE)
    await page.get_by_role("button", name="Connect SCIM 2.0").click()


async def connect(page: Page, app: SCIM2Server) -> None:
    """A wrong token is told with its remedy, and the right one with what the app can do."""
    await page.get_by_label("Name", exact=True).fill("Customer database")
    await page.get_by_label("Address").fill(app.base_url("wizard"))
    await page.get_by_label("Token", exact=True).fill("wrong")
    await page.get_by_role("button", name="Test connection").click()
    await expect(page.get_by_role("alert")).to_contain_text("service account", timeout=PATIENCE)
    await seen_by_everybody(page)
    await page.get_by_label("Token", exact=True).fill(app.token)
    await page.get_by_role("button", name="Test connection").click()
    await expect(page.locator("#trial")).to_contain_text("create accounts", timeout=PATIENCE)
    await seen_by_everybody(page)
    await page.get_by_role("button", name="Go on to users and attributes").click()


async def map_attributes(page: Page) -> None:
    """While somebody types, what comes of it stands beside it."""
    expression = page.get_by_label("Expression of displayName")
    told = expression.locator("xpath=following-sibling::div")
    await expression.fill("user.nme")
    await expect(told).to_contain_text("nme", timeout=PATIENCE)
    await expression.fill('user.nickName + "!"')
    await expect(told).to_contain_text("Ada!", timeout=PATIENCE)
    await page.get_by_role("button", name="Add an attribute").click()
    await expect(page.get_by_label("Attribute 10", exact=True)).to_be_visible()
    await page.get_by_label("Attribute 10", exact=True).fill("userType")
    await page.get_by_label("Expression of attribute 10").fill("user.userType")
    await page.get_by_role("button", name="Add a rule").click()
    await expect(page.get_by_label("Type of rule 1")).to_be_visible()
    await page.get_by_role("button", name="Declare an attribute").click()
    await expect(page.get_by_label("Sent attribute 1", exact=True)).to_be_visible()
    await seen_by_everybody(page)
    await page.get_by_role("button", name="Go on to the policy").click()


async def set_policy(page: Page) -> None:
    await expect(page.get_by_role("button", name="Create the integration")).to_be_visible()
    await seen_by_everybody(page)
    await page.get_by_role("button", name="Create the integration").click()
    await expect(page.get_by_role("status").first).to_contain_text("is created", timeout=PATIENCE)


async def connect_identity_provider(page: Page, seatkeeper: Seatkeeper) -> Okta:
    """The light turns green by itself with the first request, and says what that was."""
    await seen_by_everybody(page)
    await page.get_by_role("button", name="Create the token").click()
    secret = await page.locator("code", has_text="skt_").inner_text()
    await expect(page.locator("#light")).to_contain_text("Nothing has come")
    await seen_by_everybody(page)
    okta = Okta(f"{seatkeeper.url}/scim/v2/customer-database", secret)
    okta.test_connection()
    await expect(page.locator("#light")).to_contain_text("is connected", timeout=PATIENCE)
    await expect(page.locator("#light")).to_contain_text("GET /Users")
    for number in range(3):
        okta.assign(person(number))
    return okta


async def go_live(page: Page) -> None:
    """The dry run counts everybody who is assigned, and changes nothing."""
    await page.get_by_role("link", name="Go on to going live").click()
    await expect(page.get_by_role("button", name="Start a dry run")).to_be_visible()
    await seen_by_everybody(page)
    await page.get_by_role("button", name="Start a dry run").click()
    await expect(page.locator("#dry-run")).to_contain_text("3 people were looked at", timeout=PATIENCE)
    await expect(page.locator("[data-finding=created] strong")).to_have_text("3")
    await seen_by_everybody(page)


async def watch_jobs_finish(page: Page, idp: Okta) -> None:
    """A user and a group that are assigned now go to done while the page stays."""
    await page.get_by_label("Customer database").get_by_role("link", name="Activity").click()
    rows = page.locator("#activity-body tr").filter(has=page.locator(".sk-state", has_text="Done"))
    await expect(rows).to_have_count(3, timeout=PATIENCE)
    await stays(page)
    await asyncio.to_thread(idp.assign, person(3))
    await expect(rows.filter(has_text=person(3).user_name)).to_have_count(1, timeout=PATIENCE)
    await asyncio.to_thread(idp.push_group, Team("Engineering", frozenset({0, 3})))
    await expect(rows.filter(has_text="assigned the group Engineering")).to_have_count(1, timeout=PATIENCE)
    await stayed(page)


async def test_the_settings_are_readable_by_everybody(open_page: OpenPage, installation: Installation) -> None:
    settings = installation.url("/integrations/customer-database/settings")
    parts = ("", "/scim", "/mapping", "/policy", "/owners", "/history?from=1&to=1", "/delete")
    assert await faults_of_pages(await open_page("/"), [settings + part for part in parts]) == []


async def test_a_mapping_is_saved_after_its_blast_radius_was_seen(open_page: OpenPage) -> None:
    page = await open_page("/integrations/customer-database/settings/mapping")
    await page.get_by_label("Show what it gives for").fill(person(0).user_name)
    expression = page.get_by_label("Expression of title")
    await expression.fill('"Captain"')
    await expect(page.locator("#previewed")).to_contain_text(person(0).user_name, timeout=PATIENCE)
    await page.get_by_role("button", name="See what this changes").click()
    await expect(page.get_by_role("heading", name="This changes 4 people.")).to_be_visible(timeout=PATIENCE)
    await seen_by_everybody(page)
    await page.get_by_role("button", name="Save, and change these accounts").click()
    await expect(page.get_by_role("status").first).to_contain_text("4 jobs look at", timeout=PATIENCE)


async def test_without_scripts_a_connection_is_tested_all_the_same(open_page: OpenPage) -> None:
    page = await open_page("/integrations/customer-database/settings", scripts=False)
    await page.get_by_role("button", name="Test connection").click()
    await expect(page.locator("#trial")).to_contain_text("It accepts the service account", timeout=PATIENCE)
