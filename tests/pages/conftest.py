"""The pages as a person sees them: Seatkeeper's own processes, looked at through the system's Chromium.

One browser, one installation and one application serve a whole run, so every test of this package shares one event
loop. A module whose tests need an installation of their own overrides ``installation``.
"""

from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from typing import TypeAlias

import pytest
import pytest_asyncio
from playwright.async_api import Browser, BrowserContext, ConsoleMessage, Page

from lab.browser import running_browser
from lab.scim2_server import SCIM2Server, scim2_server
from lab.seatkeeper import Seatkeeper
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.store.database import Database
from seatkeeper.web.visits import SESSION_COOKIE
from tests.databases import Databases
from tests.pages.installations import Installation, running_installation
from tests.pages.seeing import DESKTOP

OpenPage: TypeAlias = Callable[..., Awaitable[Page]]


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as browser:
        yield browser


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def installation(
    databases: Databases, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Installation]:
    with databases.fresh() as url:
        async with running_installation(tmp_path_factory.mktemp("shared"), url, workers=1) as running:
            yield running


@pytest.fixture(scope="session")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SCIM2Server]:
    """A real SCIM application with a tenant for each integration."""
    with scim2_server(tmp_path_factory.mktemp("app")) as server:
        yield server


@pytest.fixture
def seatkeeper(installation: Installation) -> Seatkeeper:
    return installation.seatkeeper


@pytest.fixture
def store(installation: Installation) -> Database:
    return installation.store


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, installation: Installation) -> AsyncIterator[OpenPage]:
    """Open a page as somebody: ``await open_page("/", WorkspaceRole.MEMBER, on={"crm": IntegrationRole.OWNER})``.

    ``role=None`` is a stranger. A script's error, or one the page's policy had to stop, fails the test.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    async def open_it(
        path: str,
        role: WorkspaceRole | None = WorkspaceRole.ADMIN,
        *,
        on: dict[str, IntegrationRole] | None = None,
        scripts: bool = True,
    ) -> Page:
        context = await browser.new_context(
            viewport={"width": DESKTOP[0], "height": DESKTOP[1]},
            color_scheme="light",
            reduced_motion="reduce",  # nothing is measured half way through a fade
            java_script_enabled=scripts,
        )
        contexts.append(context)
        if role is not None:
            secret = await installation.session_of(role, on or {})
            await context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": installation.url("")}])
        page = await context.new_page()
        _note_faults(page, f":{installation.seatkeeper.port}/", faults)
        await page.goto(installation.url(path))
        return page

    yield open_it
    for context in contexts:
        await context.close()
    assert not faults


def _note_faults(page: Page, ours: str, faults: list[str]) -> None:
    """Write down what goes wrong in our own pages; a sign-in provider's are its own business."""

    def note_error(error: Exception) -> None:
        if ours in page.url:
            faults.append(str(error))

    def note_refusal(said: ConsoleMessage) -> None:
        if "Content Security Policy" in said.text and ours in said.location["url"]:
            faults.append(said.text)

    page.on("pageerror", note_error)
    page.on("console", note_refusal)
