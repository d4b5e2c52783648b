"""From a recipe to the connector of its app."""

from typing import Any

from seatkeeper.connectors.browser.recipes import Recipe
from seatkeeper.connectors.browser.scopes import find_faults
from seatkeeper.connectors.browser.sessions import Connect, connector_of
from seatkeeper.connectors.browser.settings import BrowserSettings, make_settings
from seatkeeper.connectors.browser.words import tell_recipe
from seatkeeper.core.integrations import MappingRules
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.documents import DocumentInvalidError, Located


def read_recipe(behaviour: Located) -> Recipe:
    """Read a recipe. Raises ``DocumentInvalidError`` with every fault and its line."""
    recipe = behaviour.read(Recipe)
    faults = [
        *find_faults(recipe, behaviour),
        *(
            behaviour.fault(("settings", name), "is the name of a setting of every browser; give it another")
            for name in recipe.settings
            if name in BrowserSettings.model_fields
        ),
    ]
    if faults:
        raise DocumentInvalidError(*faults)
    return recipe


def adapt(behaviour: Located) -> Connector[Any]:
    """Make the connector of one app. Raises ``DocumentInvalidError``."""
    recipe = read_recipe(behaviour)
    return _declare(make_settings(recipe), connector_of(recipe), recipe)


def _declare(settings: type[BrowserSettings], connect: Connect, recipe: Recipe) -> Connector[Any]:
    name = recipe.account.name
    return Connector(
        name="browser",
        title="Browser",
        description="An app with nothing but web pages.",
        settings=settings,
        connect=connect,
        mapping=MappingRules(attributes={name: "user.userName"}, join=(name,), required=(name,)),
        chapters=tell_recipe(recipe),
        is_frail=True,
    )


def _without_recipe(_: BrowserSettings) -> Any:
    raise AssertionError("the registry gives nobody a connector that needs a behaviour")


connector: Connector[Any] = Connector(
    name="browser",
    title="Browser",
    description="Apps with nothing but web pages, driven by a recipe.",
    settings=BrowserSettings,
    connect=_without_recipe,
    mapping=MappingRules(attributes={}),
    adapt=adapt,
    needs_behaviour=True,
)
