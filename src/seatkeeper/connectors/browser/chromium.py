"""Starting Chromium: which one, with what it may not do, and how much memory it takes."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.destinations import resolve
from seatkeeper.spi.errors import RejectedError, TransientError

if TYPE_CHECKING:
    from playwright.async_api import Browser

_NAMES = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")
"""In the order they are looked for. Where none is there, the one that Playwright itself installs is taken."""

_ARGUMENTS = (
    *("--disable-gpu", "--disable-quic", "--no-first-run", "--disable-sync", "--disable-extensions"),
    *("--disable-background-networking", "--disable-component-update", "--disable-default-apps"),
)


@asynccontextmanager
async def running_chromium(origins: Sequence[str], *, headless: bool = True) -> "AsyncIterator[Browser]":
    """Run a browser that reaches the hosts of these origins and no other, whatever a page asks for.

    Raises ``RejectedError`` where one is not to be reached from here.
    """
    rules = await _resolver_rules(origins)
    try:
        from playwright.async_api import Error, async_playwright  # noqa: PLC0415 - long to import, seldom needed
    except ImportError:
        told = "This installation has no browser driver."
        remedy = "Install it: pip install 'seatkeeper[browser]'"
        raise RejectedError(told, ProblemCode.SETTINGS_INVALID, remedy=remedy) from None
    async with async_playwright() as playwright:
        try:
            browser = await playwright.chromium.launch(
                headless=headless,
                executable_path=find_chromium(headless=headless),
                chromium_sandbox=os.geteuid() != 0,  # Chromium's sandbox does not start as root
                args=[*_ARGUMENTS, f"--host-resolver-rules={rules}"],
            )
        except Error as error:
            if "Executable doesn't exist" in error.message:
                told, remedy = "There is no Chromium on this machine.", "Install it: playwright install chromium"
                raise RejectedError(told, ProblemCode.SETTINGS_INVALID, remedy=remedy) from None
            raise TransientError(f"Chromium did not start: {error.message.splitlines()[0]}") from None
        try:
            yield browser
        finally:
            await browser.close()


def find_chromium(*, headless: bool = True) -> str | None:
    """Find the system's Chromium; None where Playwright's own is to be taken."""
    names = _NAMES if headless else _NAMES[1:]
    return next((found for name in names if (found := shutil.which(name))), None)


async def measure_memory(browser: "Browser") -> int:
    """Give the megabytes that all processes of the browser take, each page of memory counted once."""
    session = await browser.new_browser_cdp_session()
    try:
        told = await session.send("SystemInfo.getProcessInfo")
    finally:
        await session.detach()
    pids = [int(each["id"]) for each in told["processInfo"]]
    return await asyncio.to_thread(lambda: sum(map(_proportional_size, pids)) // 1024)


def _proportional_size(pid: int) -> int:
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text(encoding="ascii")
    except OSError:
        return 0
    return next((int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")), 0)


async def _resolver_rules(origins: Sequence[str]) -> str:
    """Pin every allowed name to an address that was checked, and let no other be found.

    Redirects and sockets obey this too, which interception does not see.
    """
    rules = []
    for parts in map(urlsplit, origins):
        host = parts.hostname or ""
        address = (await resolve(host, parts.port or (443 if parts.scheme == "https" else 80)))[0]
        rules.append(f"EXCLUDE {host}" if host == address else f"MAP {host} {_bracketed(address)}")
    return ", ".join([*dict.fromkeys(rules), "MAP * ~NOTFOUND"])


def _bracketed(address: str) -> str:
    return f"[{address}]" if ":" in address else address
