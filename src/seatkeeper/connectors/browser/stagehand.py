"""Playing flows as the service account: signs in once for all windows, and again when the app forgot it."""

import asyncio
import hashlib
import json
from typing import Any

from seatkeeper.connectors.browser.playing import Part, Play
from seatkeeper.connectors.browser.reading import holds
from seatkeeper.connectors.browser.recipes import FlowName
from seatkeeper.connectors.browser.stopping import SignedOutError
from seatkeeper.connectors.browser.windows import SignedIn, Window, Windows
from seatkeeper.spi.errors import AppChangedError, CredentialsRefusedError, NeedsPersonError, TransientError

_MOST_TURNS = 4
"""A window may find its session ended, and another window may have signed in meanwhile."""


class Stagehand:
    """Plays the flows of a recipe. Used by several tasks at once."""

    def __init__(self, part: Part, windows: Windows) -> None:
        self.part = part
        self._windows = windows
        self._signed_in = SignedIn()
        self._lock = asyncio.Lock()

    def resume(self, state: str) -> None:
        """Be signed in as an earlier session was, where it was of the same settings."""
        kept = json.loads(state)
        if kept["for"] == self._fingerprint:
            self._signed_in = SignedIn(kept["state"], self._signed_in.number + 1)

    def state(self) -> str | None:
        """Give what makes a window the service account's."""
        if self._signed_in.state is None:
            return None
        return json.dumps({"for": self._fingerprint, "state": self._signed_in.state}, sort_keys=True)

    @property
    def _fingerprint(self) -> str:
        return hashlib.sha256(json.dumps(self.part.plain, sort_keys=True).encode()).hexdigest()

    async def version(self) -> str:
        """Start the browser, and tell which it is."""
        return await self._windows.version()

    async def play(self, flow: FlowName, **given: Any) -> dict[str, Any]:
        """Carry a flow out, and give everything it knows at its end. Raises ``spi.errors``."""
        longest = self.part.settings.longest_flow
        try:
            async with asyncio.timeout(longest):
                return await self._in_turns(flow, given)
        except TimeoutError:
            raise TransientError(f"The flow “{flow}” did not end within {longest:.0f} seconds.") from None

    async def sign_in(self) -> None:
        """Sign in anew, whoever is signed in already: that is what proves the service account."""
        self._forget(self._signed_in.number)
        async with asyncio.timeout(self.part.settings.longest_flow):
            async with self._windows.window(lambda: self._signed_in) as window:
                await self._admit(window)

    async def _in_turns(self, flow: FlowName, given: dict[str, Any]) -> dict[str, Any]:
        for _ in range(_MOST_TURNS):
            number = self._signed_in.number
            try:
                async with self._windows.window(lambda: self._signed_in) as window:
                    number = window.number or number
                    if await self._admit(window):
                        return await Play(self.part, window, flow, given).run()
            except SignedOutError:
                self._forget(number)
        raise AppChangedError(
            f"The app takes the service account for a stranger in “{flow}”, although it signed in."
        )

    async def _admit(self, window: Window) -> bool:
        """Make the window the service account's; False where another window has signed in meanwhile."""
        if window.number and window.number == self._signed_in.number:
            return True
        async with self._lock:
            if self._signed_in.state is not None:
                return window.number == self._signed_in.number
            await self._play_sign_in(window)
            state = await window.context.storage_state(indexed_db=True)
            window.number = self._signed_in.number + 1
            self._signed_in = SignedIn(state, window.number)
            return True

    async def _play_sign_in(self, window: Window) -> None:
        play = Play(self.part, window, FlowName.SIGN_IN, {})
        values = await play.run()
        recipe, base = self.part.recipe, self.part.base
        if await holds(window.page, base, recipe.signed_in, values):
            return
        await play.show("The page after signing in")
        title = await window.page.title()
        if await holds(window.page, base, recipe.signed_out, values):
            raise CredentialsRefusedError(f"The app did not let the service account in; it shows “{title}” again.")
        told = f"After signing in the app shows “{title}”, which the recipe does not know."
        raise NeedsPersonError(f"{told} It may ask for a captcha or a second factor: sign in by hand and look.")

    def _forget(self, number: int) -> None:
        if self._signed_in.number == number:
            self._signed_in = SignedIn(None, number)
