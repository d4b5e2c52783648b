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

_MOST_ROWS = 50
"""A page shows no more."""


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


def sensitive_values(recipe: Recipe, names: frozenset[str], values: dict[str, Any]) -> set[str]:
    """Give the texts that must not be seen: what a flow was given to write, and what it read so far."""
    if not names:
        return set()
    given = [values[each] for each in ("account", "changes") if isinstance(values.get(each), dict)]
    found = [each.get(name) for each in given for name in names]
    rows = [*in_order(values.get("accounts")), *([values["account"]] if "account" in values else [])]
    templates = [template for name, template in recipe.account.attributes.items() if name in names]
    found += [_value(template, {"row": row}) for row in rows[:_MOST_ROWS] for template in templates]
    return {str(each) for each in found if isinstance(each, str | int) and not isinstance(each, bool)} - {""}


def in_order(rows: Any) -> list[Any]:
    """Give what a flow left behind as a list."""
    return rows if isinstance(rows, list) else []


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
