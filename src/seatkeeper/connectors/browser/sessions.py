"""A session has the methods its recipe knows flows for, so that its protocols say the same as its abilities."""

from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, cast
from urllib.parse import urlsplit

from pydantic import SecretStr

from seatkeeper.connectors.browser.accounts import Accounts, Creating, Deleting, Granting, Switching, Updating
from seatkeeper.connectors.browser.playing import Part
from seatkeeper.connectors.browser.recipes import FlowName, Recipe
from seatkeeper.connectors.browser.settings import BrowserSettings
from seatkeeper.connectors.browser.stagehand import Stagehand
from seatkeeper.connectors.browser.windows import Windows
from seatkeeper.spi.connector import Session

_PARTS = {
    Creating: FlowName.CREATE,
    Updating: FlowName.UPDATE,
    Switching: FlowName.DISABLE,
    Deleting: FlowName.DELETE,
    Granting: FlowName.GRANT,
}

Connect = Callable[[Any], AbstractAsyncContextManager[Session]]


def connector_of(recipe: Recipe) -> Connect:
    """Give how sessions with this recipe's app are opened: the first flow starts the browser."""

    @asynccontextmanager
    async def connect(settings: BrowserSettings) -> AsyncIterator[Session]:
        part = Part(recipe, settings, plain_settings(recipe, settings))
        windows = Windows(settings, allowed_origins(part), recipe.language)
        try:
            yield _session_class(recipe)(Stagehand(part, windows))
        finally:
            await windows.close()

    return connect


def plain_settings(recipe: Recipe, settings: BrowserSettings) -> dict[str, Any]:
    """Give the app's settings in the clear, as templates name them; what is not filled in is left out."""
    given = {name: getattr(settings, name) for name in recipe.settings}
    return {
        name: value.get_secret_value() if isinstance(value, SecretStr) else value
        for name, value in given.items()
        if value is not None
    }


def allowed_origins(part: Part) -> list[str]:
    """Give the origins pages may take something from: that of the address, and those the recipe names."""
    parts = urlsplit(part.base)
    return [f"{parts.scheme}://{parts.netloc}", *(origin.rstrip("/") for origin in part.recipe.origins)]


def _session_class(recipe: Recipe) -> type[Accounts]:
    bases = tuple(part for part, flow in _PARTS.items() if recipe.has(flow))
    return cast("type[Accounts]", type("BrowserSession", bases or (Accounts,), {}))
