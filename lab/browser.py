"""The system's Chromium, driven by Playwright: what tests of pages and ``make screenshots`` look through."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Browser, async_playwright

CHROMIUM = Path("/usr/bin/chromium-headless-shell")
"""Chromium without a window: it starts, and opens a page, in a third of the time."""

_QUIET = (
    *("--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync"),
    *("--disable-background-networking", "--disable-component-update", "--disable-extensions"),
)
"""Started by root in a container, and talking to nobody but our own pages."""


@asynccontextmanager
async def running_browser() -> AsyncIterator[Browser]:
    """Run a headless browser until the block ends; each test takes a context of its own from it."""
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(executable_path=str(CHROMIUM), args=list(_QUIET))
        try:
            yield browser
        finally:
            await browser.close()
