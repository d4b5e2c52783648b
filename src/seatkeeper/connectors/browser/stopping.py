"""What it means that a step did not work: that the app says no, that it stumbled, or that it changed."""

import re
from contextlib import suppress
from datetime import timedelta
from typing import Any, assert_never

from seatkeeper.connectors.browser.reading import holds
from seatkeeper.connectors.browser.recipes import CHANGING, FlowName, Recipe
from seatkeeper.connectors.browser.shapes import StopKind
from seatkeeper.connectors.browser.steps import Go, Step
from seatkeeper.connectors.browser.windows import Window
from seatkeeper.connectors.browser.words import tell_step
from seatkeeper.core.problems import ProblemCode
from seatkeeper.spi.errors import (
    AccountExistsError,
    AccountNotFoundError,
    AppChangedError,
    ConnectorError,
    CredentialsRefusedError,
    NeedsPersonError,
    RejectedError,
    ThrottledError,
    TransientError,
    UnsupportedError,
)

_DIED = (
    "has been closed",
    "Target closed",
    "Target crashed",
    "Page crashed",
    "Connection closed",
    "Browser closed",
)
_UNREACHABLE = re.compile(r"net::(ERR_[A-Z_]+)")


class SignedOutError(Exception):
    """The app takes the window for a stranger's, and nothing was changed yet: sign in and begin anew."""


def stop(kind: StopKind, saying: str) -> ConnectorError:  # noqa: PLR0911, C901 - one for each of a closed set
    """Give the error a recipe stops with."""
    match kind:
        case StopKind.NOT_FOUND:
            return AccountNotFoundError(saying)
        case StopKind.EXISTS:
            return AccountExistsError(saying)
        case StopKind.REJECTED:
            return RejectedError(saying)
        case StopKind.NO_SEATS:
            return RejectedError(saying, ProblemCode.NO_SEATS)
        case StopKind.NOT_ALLOWED:
            return RejectedError(saying, ProblemCode.PERMISSION_MISSING)
        case StopKind.CREDENTIALS_REFUSED:
            return CredentialsRefusedError(saying)
        case StopKind.NEEDS_PERSON:
            return NeedsPersonError(saying)
        case StopKind.THROTTLED:
            return ThrottledError(saying)
        case StopKind.TRANSIENT:
            return TransientError(saying)
        case StopKind.UNSUPPORTED:
            return UnsupportedError(saying)
        case _:
            assert_never(kind)


class Trouble:
    """Finds out why a step of one flow did not work."""

    def __init__(self, recipe: Recipe, window: Window, flow: FlowName) -> None:
        self._recipe = recipe
        self._window = window
        self._flow = flow
        self.is_told = False
        """A step has been named already; those around it have nothing to add."""

    def look_at_status(self) -> None:
        """Raise what the status of the page means, where that is no page to go on with."""
        status = self._window.status
        if status == 429:
            raise ThrottledError("The app asked for fewer calls.", _seconds(self._window.retry_after))
        if status >= 500:
            raise TransientError(f"The app answered {status}.")
        if status == 403:
            told = "The app says that the service account may not see this page."
            raise RejectedError(told, ProblemCode.PERMISSION_MISSING)
        if status >= 400:
            raise AppChangedError(f"the app answered {status}")

    async def explain(self, step: Step, number: str, said: str | None, values: dict[str, Any]) -> Exception:
        """Say what a failure is: ``said`` is what the driver or we said of it, None that it took too long."""
        broken = _broken(said or "")
        if broken is not None:
            return broken
        try:
            self.look_at_status()
        except AppChangedError as error:
            said = str(error)
        except ConnectorError as error:
            return error
        if await self._is_signed_out(values):
            if self._flow in CHANGING and number != "1":
                return TransientError("The app ended the service account's session in the middle of a flow.")
            return SignedOutError()
        if (isinstance(step, Go) and said is None) or await self._is_loading():
            return TransientError(f"In “{self._flow}”, step {number}: the page did not finish loading.")
        self.is_told = True
        return AppChangedError(await self._drift(step, number, said))

    async def _is_signed_out(self, values: dict[str, Any]) -> bool:
        if self._flow is FlowName.SIGN_IN:
            return False
        with suppress(Exception):  # a page that cannot even be asked tells nothing
            return await holds(self._window.page, "", self._recipe.signed_out, values)
        return False

    async def _is_loading(self) -> bool:
        with suppress(Exception):
            state = await self._window.page.evaluate("document.readyState")
            return bool(state != "complete")
        return True

    async def _drift(self, step: Step, number: str, said: str | None) -> str:
        title = await self._window.page.title()
        several = re.search(r"resolved to (\d+) elements", said or "")
        if several is not None:
            why = f"{several[1]} things on the page answer to that"
        elif said is None or "Timeout" in said:
            why = "nothing on the page answers to that"
        else:
            why = said.splitlines()[0].removeprefix("Locator.")[:300]
        where = f"on the page “{title}”" if title else "on a page without a title"
        what = tell_step(step).rstrip(".:")
        return f"The app does not fit its recipe: in “{self._flow}”, step {number} ({what}), {where}: {why}."


def _broken(message: str) -> ConnectorError | None:
    if any(sign in message for sign in _DIED):
        return TransientError("The browser's window died.")
    unreachable = _UNREACHABLE.search(message)
    return None if unreachable is None else _unreachable(unreachable[1])


def _unreachable(code: str) -> ConnectorError:
    if code in {"ERR_BLOCKED_BY_CLIENT", "ERR_NAME_NOT_RESOLVED"}:
        told = f"The app leads to an address that is not allowed, or its name is not known ({code})."
        return TransientError(told, remedy="Look at the address, and at the origins in the recipe.")
    if code.startswith("ERR_CERT"):
        return TransientError(f"The app's certificate is not trusted ({code}).")
    return TransientError(f"The app cannot be reached ({code}).")


def _seconds(text: str | None) -> timedelta | None:
    return timedelta(seconds=int(text)) if text is not None and text.isdigit() else None
