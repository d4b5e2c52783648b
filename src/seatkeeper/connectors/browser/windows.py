"""The windows of one browser: contexts that share a signed-in session, each used by one flow at a time."""

import asyncio
import re
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from seatkeeper.connectors.browser.chromium import measure_memory, running_chromium
from seatkeeper.connectors.browser.settings import BrowserSettings, Screenshots
from seatkeeper.spi.errors import AccountExistsError, AccountNotFoundError, RejectedError, UnsupportedError

if TYPE_CHECKING:
    from playwright.async_api import Browser, BrowserContext, Dialog, Page, Response, Route

_FLOWS_BETWEEN_LOOKS = 10
"""So many flows end between two looks at the memory."""

_HARMLESS = (AccountNotFoundError, AccountExistsError, RejectedError, UnsupportedError)
"""The app said no, so the page is where the recipe left it."""


@dataclass(slots=True)
class SignedIn:
    """What makes a window one of the service account's: cookies and the like. ``number`` counts sign-ins."""

    state: Any = field(default=None, repr=False)
    number: int = 0


@dataclass(slots=True)
class Window:
    """One page, and what happened on it."""

    context: "BrowserContext"
    page: "Page"
    number: int
    """Of the sign-in it belongs to; 0 for a stranger."""
    status: int = 200
    """Of the last answer that was a page."""
    retry_after: str | None = None
    screenshots: Screenshots = Screenshots.EVERY_STEP
    accepts: str | None = None
    """A part of the question in a dialog that is to be answered with yes."""
    questions: list[str] = field(default_factory=list)
    """Of the dialogs since the last click that expects one."""


class Windows:
    """Opens the browser with the first window, and another one when it grew too large or died."""

    def __init__(self, settings: BrowserSettings, origins: Sequence[str], language: str) -> None:
        self._settings = settings
        self._origins = origins
        self._language = language
        self._changed = asyncio.Condition()
        self._stack = AsyncExitStack()
        self._browser: Browser | None = None
        self._idle: list[Window] = []
        self._busy = 0
        self._flows = 0
        self._is_tired = False

    @asynccontextmanager
    async def window(self, signed_in: Callable[[], SignedIn]) -> AsyncIterator[Window]:
        """Give a window for one flow, waiting until one is free. It is closed where the flow fails."""
        await self._take_place()
        window = None
        is_kept = False
        try:
            window = await self._find_window(signed_in())
            yield window
            is_kept = True
        except _HARMLESS:
            is_kept = True
            raise
        finally:
            await asyncio.shield(self._give_back(window, is_kept=is_kept))

    async def version(self) -> str:
        """Start the browser where none runs, and tell which it is."""
        async with self._changed:
            return f"Chromium {(await self._open()).version}"

    async def close(self) -> None:
        """End the browser."""
        self._idle.clear()
        self._browser = None
        await self._stack.aclose()

    async def _take_place(self) -> None:
        async with self._changed:
            await self._changed.wait_for(self._has_place)
            if self._is_tired:
                await self.close()
                self._is_tired = False
            await self._open()
            self._busy += 1

    def _has_place(self) -> bool:
        return self._busy == 0 if self._is_tired else self._busy < self._settings.contexts

    async def _open(self) -> "Browser":
        if self._browser is None or not self._browser.is_connected():
            await self.close()
            self._browser = await self._stack.enter_async_context(running_chromium(self._origins))
        return self._browser

    async def _find_window(self, signed_in: SignedIn) -> Window:
        while self._idle:
            window = self._idle.pop()
            if window.number == signed_in.number:
                return window
            await window.context.close()
        assert self._browser is not None
        window = await open_window(self._browser, self._origins, self._language, signed_in)
        window.screenshots = self._settings.screenshots
        window.page.set_default_timeout(self._settings.patience * 1000)
        return window

    async def _give_back(self, window: Window | None, *, is_kept: bool) -> None:
        try:
            await self._settle(window, is_kept=is_kept)
        except Exception:  # noqa: BLE001 - a browser that cannot even do this is started anew
            self._is_tired = True
        async with self._changed:
            self._busy -= 1
            self._changed.notify_all()

    async def _settle(self, window: Window | None, *, is_kept: bool) -> None:
        if window is not None and is_kept:
            self._idle.append(window)
        elif window is not None:
            await window.context.close()
        self._flows += 1
        if self._flows % _FLOWS_BETWEEN_LOOKS == 0 and self._browser is not None:
            self._is_tired |= await measure_memory(self._browser) > self._settings.most_memory


async def open_window(browser: "Browser", origins: Sequence[str], language: str, signed_in: SignedIn) -> Window:
    """Open a window that keeps to the origins, loads nothing down and lets nothing pop up."""
    context = await browser.new_context(
        storage_state=signed_in.state,
        accept_downloads=False,
        service_workers="block",
        locale=language,
        viewport={"width": 1280, "height": 800},
    )
    await context.route(_outside(origins), _refuse)
    window = Window(context, await context.new_page(), signed_in.number if signed_in.state else 0)
    context.on("page", lambda page: _refuse_popup(page, window))
    window.page.on("dialog", lambda dialog: _answer(dialog, window))
    window.page.on("response", lambda response: _note(response, window))
    return window


def _outside(origins: Sequence[str]) -> re.Pattern[str]:
    allowed = "|".join(re.escape(origin) for origin in origins)
    return re.compile(rf"^(?!(?:{allowed})(?:[/?#]|$)|data:|blob:)")


async def _refuse(route: "Route") -> None:
    await route.abort("blockedbyclient")


async def _refuse_popup(page: "Page", window: Window) -> None:
    if page is not window.page:
        await page.close()


async def _answer(dialog: "Dialog", window: Window) -> None:
    window.questions.append(dialog.message)
    if window.accepts is not None and window.accepts in dialog.message:
        await dialog.accept()
    else:
        await dialog.dismiss()


async def _note(response: "Response", window: Window) -> None:
    if response.request.is_navigation_request() and response.frame == window.page.main_frame:
        window.status = response.status
        window.retry_after = response.headers.get("retry-after")
