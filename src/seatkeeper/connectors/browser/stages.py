"""What has to hold for an app without an API to be administered: the canary, which changes nothing."""

from collections.abc import Awaitable, Callable, Sequence

from seatkeeper.connectors.browser.stagehand import Stagehand
from seatkeeper.core.accounts import SeenAccount
from seatkeeper.spi.connector import Stage
from seatkeeper.spi.errors import AppChangedError

_NOBODY = "seatkeeper-canary"

Find = Callable[[str, str], Awaitable[Sequence[SeenAccount]]]


def list_stages(stagehand: Stagehand, find: Find) -> Sequence[Stage]:
    """List them, in the order in which each rests on the one before."""
    canary = _Canary(stagehand, find)
    return [
        Stage("The browser starts", stagehand.version),
        Stage("The service account can sign in", canary.sign_in),
        Stage("Accounts can be found", canary.find),
    ]


class _Canary:
    def __init__(self, stagehand: Stagehand, find: Find) -> None:
        self._stagehand = stagehand
        self._find = find

    async def sign_in(self) -> str:
        await self._stagehand.sign_in()
        return self._stagehand.part.base

    async def find(self) -> str:
        recipe = self._stagehand.part.recipe
        known = recipe.known
        name = _NOBODY if known is None else known.text({"settings": self._stagehand.part.plain})
        found = await self._find(recipe.account.name, name)
        if known is not None and not found:
            raise AppChangedError(f"The app shows no account {name}, and there has to be one.")
        return f"{name} was found" if found else "the search works, and found nobody"
