"""Holding a page against axe-core as everybody sees it: in light and dark, wide and narrow."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Literal

from playwright.async_api import Page

DESKTOP, PHONE = (1280, 900), (375, 800)
PATIENCE = 30_000
"""Milliseconds to wait for what a worker or an app has to do first, on a busy machine."""

_COLOURS = ("color-contrast", "link-in-text-block")
"""The rules that can tell one theme from the other. What else there is depends on the width alone."""

_VIEWS: Sequence[tuple[tuple[int, int], Literal["dark", "light"], Sequence[str]]] = (
    (PHONE, "light", ()),
    (PHONE, "dark", _COLOURS),
    (DESKTOP, "dark", _COLOURS),
    (DESKTOP, "light", ()),
)
"""Size, theme, and the rules to try: none named is all of them. A page is left as it was opened."""


async def accessibility_faults(page: Page, rules: Sequence[str] = ()) -> list[str]:
    """Say what axe-core finds wrong with the page as it is now, and whether it is wider than its window."""
    if not await page.evaluate("'axe' in window"):
        await page.evaluate(_axe())
    only = {"runOnly": list(rules)} if rules else {}
    found = await page.evaluate("only => axe.run(document, {resultTypes: ['violations'], ...only})", only)
    faults = [
        f"{one['id']}: {one['help']} at {[node['target'] for node in one['nodes']][:3]}"
        for one in found["violations"]
    ]
    width = await page.evaluate("[document.documentElement.scrollWidth, innerWidth]")
    return [*faults, *([f"{width[0]} px wide in a window of {width[1]}"] if width[0] > width[1] else [])]


async def faults_for_everybody(page: Page) -> list[str]:
    """Say what is wrong with the page in any theme, wide or narrow."""
    faults: list[str] = []
    for (width, height), scheme, rules in _VIEWS:
        await page.set_viewport_size({"width": width, "height": height})
        await page.emulate_media(color_scheme=scheme, reduced_motion="reduce")
        await page.wait_for_function("theme => document.documentElement?.dataset.bsTheme === theme", arg=scheme)
        found = await accessibility_faults(page, rules)
        faults.extend(f"{page.url}, {scheme}, {width} px: {fault}" for fault in found)
    return faults


async def faults_of_pages(page: Page, addresses: Sequence[str]) -> list[str]:
    """Open one address after another and say what is wrong with any of them."""
    faults: list[str] = []
    for address in addresses:
        await page.goto(address)
        faults.extend(await faults_for_everybody(page))
    return faults


async def stays(page: Page) -> None:
    """Mark the page, so that it would be noticed if it were loaded anew."""
    await page.evaluate("window.untouched = true")


async def stayed(page: Page) -> None:
    """Make sure that it was not."""
    assert await page.evaluate("window.untouched") is True


@cache
def _axe() -> str:
    """axe-core is installed among the applications tests drive."""
    return Path(".apps/axe/node_modules/axe-core/axe.min.js").read_text()
