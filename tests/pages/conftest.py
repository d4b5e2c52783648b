"""The pages as a person sees them: Seatkeeper's own processes, looked at through the system's Chromium.

One browser serves a whole run, so every test of this package shares one event loop.
"""

import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest
import pytest_asyncio
import yaml
from playwright.async_api import Browser, BrowserContext, Page

from lab.browser import running_browser
from lab.company import Company
from lab.idps.okta import Okta
from lab.scim2_server import SCIM2Server, scim2_server
from lab.seatkeeper import QUICK, Seatkeeper
from lab.targets import SCIMTarget
from seatkeeper.core.access import IntegrationRole, WorkspaceRole
from seatkeeper.store.database import Database
from seatkeeper.store.queries.integrations import find_integration
from seatkeeper.web.visits import SESSION_COOKIE
from tests.databases import Databases
from tests.web.people import sign_in

OpenPage: TypeAlias = Callable[..., Awaitable[Page]]
DESKTOP, PHONE = (1280, 900), (375, 800)


def pytest_itemcollected(item: pytest.Item) -> None:
    item.add_marker(pytest.mark.asyncio(loop_scope="session"), append=False)


@pytest_asyncio.fixture(scope="session", loop_scope="session")
async def browser() -> AsyncIterator[Browser]:
    async with running_browser() as browser:
        yield browser


@pytest.fixture(scope="module")
def database_url(databases: Databases) -> Iterator[str]:
    """One database for the tests of a module."""
    with databases.fresh() as url:
        yield url


@pytest.fixture(scope="module")
def seatkeeper(tmp_path_factory: pytest.TempPathFactory, database_url: str) -> Iterator[Seatkeeper]:
    """A web process and a worker for the tests of a module."""
    installed = Seatkeeper(tmp_path_factory.mktemp("seatkeeper"), database_url, env=QUICK)
    try:
        installed.start()
        yield installed
    finally:
        installed.close()


@pytest.fixture(scope="module")
def app(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SCIM2Server]:
    """A real SCIM application for the tests of a module."""
    with scim2_server(tmp_path_factory.mktemp("app")) as server:
        yield server


@contextmanager
def company_with(seatkeeper: Seatkeeper, app: SCIM2Server, mapping: Mapping[str, object]) -> Iterator[Company]:
    """Set the integration ``crm`` live with this mapping, and give a company whose Okta pushes to it."""
    target = SCIMTarget(app)
    seatkeeper.env.update(target.environment)
    declaration = {**target.declaration(leavers="disable"), "mapping": mapping}
    path = seatkeeper.directory / "crm.yaml"
    path.write_text(yaml.safe_dump({"integrations": [declaration]}))
    seatkeeper.command("apply", "-f", str(path))
    seatkeeper.command("integration", "activate", "crm")
    printed = seatkeeper.command("token", "create", "crm", "--name", "okta", "--json").stdout
    idp = Okta(f"{seatkeeper.url}/scim/v2/crm", json.loads(printed)["token"])
    yield Company(idp, leavers_vanish=False)
    idp.endpoint.close()


async def session_of(url: str, role: WorkspaceRole, on: dict[str, IntegrationRole]) -> str:
    """Make a member with these roles on integrations, by slug, and give the secret of their session."""
    database = Database(url, size=2, clock=lambda: datetime.now(UTC))
    await database.open()
    try:
        async with database.read() as reader:
            found = {slug: await find_integration(reader, slug) for slug in on}
        roles = {one.id: on[slug] for slug, one in found.items() if one is not None}
        _, secret = await sign_in(database, role, on=roles)
    finally:
        await database.close()
    return secret


@pytest_asyncio.fixture(loop_scope="session")
async def open_page(browser: Browser, seatkeeper: Seatkeeper, database_url: str) -> AsyncIterator[OpenPage]:
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
        size: tuple[int, int] = DESKTOP,
        dark: bool = False,
    ) -> Page:
        context = await browser.new_context(
            viewport={"width": size[0], "height": size[1]},
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",  # nothing is measured half way through a fade
        )
        contexts.append(context)
        if role is not None:
            secret = await session_of(database_url, role, on or {})
            await context.add_cookies([{"name": SESSION_COOKIE, "value": secret, "url": seatkeeper.url}])
        page = await context.new_page()

        def is_ours(url: str) -> bool:
            # A sign-in provider's pages are its own business.
            return f":{seatkeeper.port}/" in url

        page.on("pageerror", lambda error: faults.append(str(error)) if is_ours(page.url) else None)
        page.on(
            "console",
            lambda said: (
                faults.append(said.text)
                if "Content Security Policy" in said.text and is_ours(said.location["url"])
                else None
            ),
        )
        await page.goto(seatkeeper.url + path)
        return page

    yield open_it
    for context in contexts:
        await context.close()
    assert not faults


def axe_source() -> str:
    """Read axe-core, which is installed among the applications tests drive."""
    return Path(".apps/axe/node_modules/axe-core/axe.min.js").read_text()


async def accessibility_faults(page: Page) -> list[str]:
    """Say what axe-core finds wrong with the page as it is now, and whether it is wider than its window."""
    await page.evaluate(axe_source())
    found = await page.evaluate("axe.run(document, {resultTypes: ['violations']})")
    faults = [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']][:3]}"
        for one in found["violations"]
    ]
    width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [*faults, *([f"{width[0]} px wide in a window of {width[1]}"] if width[0] > width[1] else [])]
