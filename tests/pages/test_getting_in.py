"""A new installation: its pages while they are empty, and getting in, from the printed link to a passkey."""

import re
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
import pytest_asyncio
from playwright.async_api import Page, expect

from lab.seatkeeper import Seatkeeper
from tests.databases import Databases
from tests.pages.conftest import OpenPage
from tests.pages.installations import Installation, running_installation
from tests.pages.seeing import accessibility_faults, faults_of_pages

pytestmark = pytest.mark.live

EMAIL, PASSWORD = "grace@example.org", "nine tall herons walking"
_VIRTUAL = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}
_EMPTY = (
    *("/", "/activity", "/tasks", "/no-such-page", "/account", "/account/confirm", "/account/tokens"),
    *("/workspace", "/workspace/providers", "/workspace/providers/new", "/workspace/health"),
)


@pytest_asyncio.fixture(scope="module", loop_scope="session")
async def installation(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:
    """An installation nobody has been to, and which has no worker."""
    with databases.fresh() as url:
        async with running_installation(tmp_path_factory.mktemp("new"), url, workers=0) as running:
            yield running


async def test_the_printed_link_makes_the_first_admin_who_secures_the_account_and_comes_back(
    seatkeeper: Seatkeeper, open_page: OpenPage
) -> None:
    page = await open_page("/sign-in", None)
    await expect(page.get_by_text("Nobody can sign in yet")).to_be_visible()
    await page.goto(_set_up_link(seatkeeper))
    assert await accessibility_faults(page) == []
    await _make_admin(page, "short", "The password needs at least 12 characters")
    await _make_admin(page, PASSWORD, "No app is connected yet")

    await page.goto(_url(seatkeeper, "/account"))
    key = await _set_up_authenticator(page)
    await _add_passkey(page)
    assert await accessibility_faults(page) == []

    await _sign_out(page)
    await _sign_in(page, "not the password", "The e-mail address or the password is not right")
    await _sign_in(page, PASSWORD, "The second step")
    assert await accessibility_faults(page) == []
    await _send_code(page, "000000", "This code is not right")
    assert await accessibility_faults(page) == []
    await _send_code(page, _code(key, after=1), "No app is connected yet")

    await _sign_out(page)
    await page.get_by_role("button", name="Use a passkey").click()
    await expect(page.get_by_text("No app is connected yet")).to_be_visible()
    await page.goto(_url(seatkeeper, "/account"))
    await _remove(page, "Remove the second step", "The second step is removed")
    await _remove(page, "Remove work laptop", "The passkey is removed")
    log = _log(seatkeeper)
    assert PASSWORD not in log
    assert key not in log


def _url(seatkeeper: Seatkeeper, path: str) -> str:
    """Passkeys are for host names, and the test's own address is none."""
    return f"http://localhost:{seatkeeper.port}{path}"


def _set_up_link(seatkeeper: Seatkeeper) -> str:
    found = re.search(r"^  (http\S+/setup/\S+)$", _log(seatkeeper), re.MULTILINE)
    assert found is not None
    return found[1]


def _log(seatkeeper: Seatkeeper) -> str:
    assert seatkeeper.web is not None
    return seatkeeper.web.command.log.read_text()


async def _make_admin(page: Page, password: str, then: str) -> None:
    await page.get_by_label("Your e-mail address").fill(EMAIL)
    await page.get_by_label("Your name").fill("Grace Hopper <b>Rear Admiral</b>")
    await page.get_by_label("New password").fill(password)
    await page.get_by_label("The same again").fill(password)
    await page.get_by_role("button", name="Make the first Admin").click()
    await expect(page.get_by_text(then)).to_be_visible()


async def _set_up_authenticator(page: Page) -> str:
    await page.get_by_role("button", name="Set up an authenticator app").click()
    key = (await page.locator("strong.sk-mono").inner_text()).replace(" ", "")
    assert await accessibility_faults(page) == []
    await page.get_by_label("Code", exact=True).fill(_code(key))
    await page.get_by_role("button", name="Switch the second step on").click()
    await expect(page.get_by_role("heading", name="Keep these recovery codes")).to_be_visible()
    assert await page.locator("#codes li").count() == 10
    assert await accessibility_faults(page) == []
    await page.get_by_role("link", name="I have kept them").click()
    await expect(page.get_by_text("10 recovery codes")).to_be_visible()
    return key


async def _add_passkey(page: Page) -> None:
    devices = await page.context.new_cdp_session(page)
    await devices.send("WebAuthn.enable")
    await devices.send("WebAuthn.addVirtualAuthenticator", {"options": _VIRTUAL})
    await page.get_by_label("Name").fill("work laptop 💻")
    await page.get_by_role("button", name="Add a passkey").click()
    await expect(page.get_by_text("The passkey is added")).to_be_visible()
    await expect(page.get_by_text("work laptop 💻")).to_be_visible()


async def _remove(page: Page, what: str, then: str) -> None:
    where = page.locator(
        "details.sk-sure", has=page.locator(f"summary:has-text('{what}'), [aria-label^='{what}']")
    )
    await where.locator("summary").click()
    assert await accessibility_faults(page) == []
    await where.get_by_role("button", name="Remove it now").click()
    await expect(page.get_by_text(then)).to_be_visible()


async def _sign_out(page: Page) -> None:
    await page.locator("details.sk-menu summary").click()
    await page.get_by_role("button", name="Sign out", exact=True).last.click()
    await expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


async def _sign_in(page: Page, password: str, then: str) -> None:
    await page.get_by_label("E-mail address").fill(EMAIL.upper())
    await page.get_by_label("Password").fill(password)
    await page.get_by_role("button", name="Sign in", exact=True).click()
    await expect(page.get_by_text(then).first).to_be_visible()


async def _send_code(page: Page, code: str, then: str) -> None:
    await page.get_by_label("Code", exact=True).fill(code)
    await page.get_by_role("button", name="Go on").click()
    await expect(page.get_by_text(then)).to_be_visible()


def _code(key: str, after: int = 0) -> str:
    """The code of now, or of a step after it: each step's is good once."""
    return pyotp.TOTP(key).at(datetime.now(UTC) + timedelta(seconds=30 * after))


async def test_pages_with_nothing_on_them_have_no_accessibility_fault(
    installation: Installation, open_page: OpenPage
) -> None:
    stranger, admin = await open_page("/sign-in", None), await open_page("/")
    for page, paths in ((stranger, ("/sign-in", "/join/no-such-link")), (admin, _EMPTY)):
        assert await faults_of_pages(page, [installation.url(path) for path in paths]) == []
