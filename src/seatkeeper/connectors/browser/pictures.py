"""Evidence of a flow: pictures with what is secret masked, and after a failure the way that led there."""

import json
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

from seatkeeper.connectors.browser.finding import escape_css, locate
from seatkeeper.connectors.browser.reading import path_of
from seatkeeper.connectors.browser.recipes import CHANGING, FlowName, Recipe
from seatkeeper.connectors.browser.rows import sensitive_values
from seatkeeper.connectors.browser.settings import Screenshots
from seatkeeper.connectors.browser.steps import Step
from seatkeeper.connectors.browser.windows import Window
from seatkeeper.connectors.browser.words import TITLES, tell_step
from seatkeeper.spi.evidence import Exhibit, hand_over, is_collected, sensitive_attributes
from seatkeeper.spi.formulas import Formula
from seatkeeper.spi.templates import Template

if TYPE_CHECKING:
    from playwright.async_api import Locator

_QUALITY = 40
_MASK = "#3b4654"
_PATIENCE_MS = 5_000


class Pictures:
    """Takes the pictures of one flow."""

    def __init__(self, recipe: Recipe, window: Window, flow: FlowName) -> None:
        self._recipe = recipe
        self._window = window
        self._flow = flow
        self._hidden: list[Locator] = []
        self._last: bytes | None = None
        self._log: list[dict[str, Any]] = []

    def is_sensitive(self, template: Template) -> bool:
        """Say whether what it gives must not be seen."""
        return any(map(self._reads_secret, template.formulas))

    def hide(self, found: "Locator") -> None:
        """Mask this field from now on."""
        self._hidden.append(found)

    @contextmanager
    def logging(self, step: Step, number: str) -> Iterator[None]:
        """Remember that a step is tried, where, and how long it took; never what is typed."""
        line: dict[str, Any] = {"step": number, "what": tell_step(step), "path": path_of(self._window.page.url)}
        self._log.append(line)
        started = time.perf_counter()
        try:
            yield
        finally:
            line["ms"] = round((time.perf_counter() - started) * 1000)

    async def before(self, step: Step, number: str, values: dict[str, Any]) -> None:
        """Take what is about to be sent, in a flow that changes something."""
        if self._wants_steps() and self._flow in CHANGING:
            await self._take(f"{TITLES[self._flow]}, before step {number}: {tell_step(step)}", values)

    async def end(self, values: dict[str, Any]) -> None:
        """Take the page a flow ended on."""
        if self._wants_steps() and self._flow is not FlowName.SIGN_IN:
            await self._take(f"{TITLES[self._flow]}: the page at its end", values)

    async def failure(self, step: Step, number: str, values: dict[str, Any]) -> None:
        """Take the page on which a step failed, and the steps that led there."""
        label = f"{TITLES[self._flow]}, step {number} failed: {tell_step(step)}"
        await self._take(label, values, is_of_failure=True)
        lines = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in self._log)
        trace = Exhibit(
            f"{TITLES[self._flow]}: the steps before", "text/plain", lines.encode(), is_of_failure=True
        )
        hand_over(trace)

    async def show(self, label: str, values: dict[str, Any]) -> None:
        """Take the page as it is, for what went wrong without a step at fault."""
        await self._take(label, values, is_of_failure=True)

    def _wants_steps(self) -> bool:
        return is_collected() and self._window.screenshots is Screenshots.EVERY_STEP

    async def _take(self, label: str, values: dict[str, Any], *, is_of_failure: bool = False) -> None:
        # The picture is no part of the work: a page that cannot be pictured fails no job.
        with suppress(Exception):
            content = await self._window.page.screenshot(
                type="jpeg",
                quality=_QUALITY,
                scale="css",
                animations="disabled",
                mask=[*self._masks(values)],
                mask_color=_MASK,
                timeout=_PATIENCE_MS,
            )
            if content != self._last or is_of_failure:
                hand_over(Exhibit(label, "image/jpeg", content, is_of_failure=is_of_failure))
            self._last = content

    def _masks(self, values: dict[str, Any]) -> "Iterator[Locator]":
        page = self._window.page
        yield page.locator("css=input[type=password]")
        yield from self._hidden
        for target in self._recipe.mask:
            yield locate(page, target, values)
        for value in sensitive_values(self._recipe, self._sensitive, values):
            yield page.get_by_text(value)
            yield page.locator(f'css=input[value="{escape_css(value)}"]')

    @property
    def _sensitive(self) -> frozenset[str]:
        return sensitive_attributes() | self._recipe.abilities.write_only

    def _reads_secret(self, formula: Formula) -> bool:
        secret = {
            "settings": self._recipe.secrets,
            "account": self._sensitive,
            "changes": self._sensitive,
        }
        for path in formula.paths:
            if path.root in {"code", "generated"}:
                return True
            named = path.steps[0] if path.steps else None
            if path.root in secret and secret[path.root] and (named is None or named in secret[path.root]):
                return True
        return False
