"""Between what an app shows and what an account holds."""

from collections.abc import Mapping
from typing import Any

from seatkeeper.connectors.rest.programs import Attribute
from seatkeeper.core.expressions import EvaluationError, NothingThereError
from seatkeeper.core.values import Attributes, AttributeValue
from seatkeeper.spi.errors import TransientError
from seatkeeper.spi.formulas import Formula, Values
from seatkeeper.spi.templates import as_text


def read(formula: Formula, values: Values, what: str) -> Any:
    """Work out what was read; None where it is not there. Raises ``TransientError`` where that fails."""
    try:
        return formula.value(values)
    except NothingThereError:
        return None
    except EvaluationError as error:
        raise TransientError(f"{what} cannot be read from the answer: {formula.source}: {error}.") from None


def read_attributes(attributes: Mapping[str, Attribute], values: Values) -> dict[str, AttributeValue]:
    """Read the attributes of an account; what is unassigned is left out."""
    found: dict[str, AttributeValue] = {}
    for name, attribute in attributes.items():
        if attribute.source is not None:
            value = as_attribute(read(attribute.source, values, name), name)
            if value is not None:
                found[name] = value
    return found


def as_attribute(value: Any, name: str) -> AttributeValue | None:
    """Make an attribute value; "" and [] are None."""
    match value:
        case None | "":
            return None
        case bool() | int() | str():
            return value
        case float():
            return str(value)
        case list():
            return tuple(dict.fromkeys(as_text(each) for each in value if each not in (None, ""))) or None
        case _:
            raise TransientError(f"{name} cannot be read: it is an object and not a value.")


def as_values(attributes: Attributes) -> dict[str, Any]:
    """Give attributes as formulas read them: several values are a list."""
    return {name: list(value) if isinstance(value, tuple) else value for name, value in attributes.items()}


def emptied(changes: Attributes, attributes: Mapping[str, Attribute]) -> dict[str, Any]:
    """Give changes as formulas read them; what is to be empty has the value the app wants for that."""
    return {
        name: attributes[name].empty if value is None and name in attributes else value
        for name, value in as_values(changes).items()
    }


def as_texts(value: Any, what: str) -> frozenset[str]:
    """Read a list of texts or ids; nothing is an empty one."""
    match value:
        case None | "":
            return frozenset()
        case list():
            return frozenset(as_text(each) for each in value if each not in (None, ""))
        case str() | int():
            return frozenset({as_text(value)})
        case _:
            raise TransientError(f"{what} cannot be read: it is no list.")


def is_same(one: object, other: str, *, ignores_case: bool) -> bool:
    """Compare a value that was read with one that is looked for."""
    values = one if isinstance(one, tuple) else (one,)
    texts = [as_text(value) for value in values if value is not None]
    return other.casefold() in {text.casefold() for text in texts} if ignores_case else other in texts
