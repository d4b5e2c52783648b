"""From a row that was read to the account it tells of."""

from collections.abc import Iterator
from typing import Any

from seatkeeper.connectors.browser.recipes import Recipe
from seatkeeper.core.accounts import SeenAccount
from seatkeeper.core.entitlements import Entitlement
from seatkeeper.core.expressions import NothingThereError
from seatkeeper.core.ids import Uid
from seatkeeper.core.values import AttributeValue
from seatkeeper.spi.errors import AppChangedError
from seatkeeper.spi.templates import Template, TemplateUnfilledError, as_text


def seen_account(recipe: Recipe, row: Any) -> SeenAccount:
    """Make the account. Raises ``AppChangedError`` for a row that does not tell which one it is of."""
    shape, values = recipe.account, {"row": row}
    try:
        attributes = {
            name: value for name, each in shape.attributes.items() if (value := _value(each, values)) is not None
        }
        return SeenAccount(
            uid=Uid(shape.uid.text(values)),
            name=str(attributes.get(shape.name, "")),
            active=None if shape.active is None else shape.active.holds(values),
            attributes=attributes,
            entitlements=frozenset(_entitlements(recipe, values)),
        )
    except TemplateUnfilledError as error:
        raise AppChangedError(f"What was read tells of no account: {error}.") from None


def _entitlements(recipe: Recipe, values: dict[str, Any]) -> Iterator[Entitlement]:
    for held in recipe.account.entitlements:
        for value in _several(held.values, values):
            yield Entitlement(held.type, as_text(value))


def _several(template: Template, values: dict[str, Any]) -> list[Any]:
    try:
        value = template.value(values)
    except NothingThereError:
        return []
    return value if isinstance(value, list) else [] if value in {None, ""} else [value]


def _value(template: Template, values: dict[str, Any]) -> AttributeValue | None:
    try:
        value = template.value(values)
    except NothingThereError:
        return None
    match value:
        case bool() | int():
            return value
        case list():
            return tuple(as_text(each) for each in value)
        case None | "":
            return None
        case _:
            return as_text(value)
