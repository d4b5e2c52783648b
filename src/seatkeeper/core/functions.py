"""What a mapping expression may call: CEL's own functions, its extended library, and a few of ours.

All are pure and total: they reach nothing outside their arguments, a null argument gives null instead of an
error (what is computed from something unassigned is unassigned), and a refusal never repeats a value.
"""

import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from seatkeeper.core.cel_runtime import STDLIB_FUNCTIONS

LONGEST_TEXT = 100_000
LONGEST_LIST = 5_000
"""No function gives more, so that a chain of calls cannot multiply what a person has without bound."""

NATIVE = frozenset(
    """
    bytes contains double duration dyn endsWith getDate getDayOfMonth getDayOfWeek getDayOfYear getFullYear
    getHours getMilliseconds getMinutes getMonth getSeconds hasValue int matches or orValue size startsWith
    string timestamp type uint value
    optional.none optional.of optional.ofNonZeroValue
    """.split()
)
"""Functions the CEL engine brings itself."""

MACROS = frozenset({"all", "exists", "exists_one", "existsOne", "filter", "map"})
"""Comprehensions: their first argument is a name for the element."""


@dataclass(frozen=True, slots=True)
class Function:
    """One function of ours, as the documentation shows it."""

    name: str
    usage: str
    meaning: str
    example: str
    result: str
    body: Callable[..., Any]


def is_assigned(value: object) -> bool:
    """Say whether anything is there; null, "", an empty list and a map of nothing are not (RFC 7643 §2.5)."""
    match value:
        case str():
            return value != ""
        case None:
            return False
        case Mapping():
            return any(is_assigned(part) for part in value.values())
        case list():
            return bool(value)
        case _:
            return True


def _value_of(elements: list[Any], kind: str | None = None) -> Any:
    if kind is not None:
        chosen = [element for element in elements if element.get("type") == kind]
    else:
        chosen = [element for element in elements if element.get("primary") is True] or elements
    return next((element["value"] for element in chosen if is_assigned(element.get("value"))), None)


def _first_of(*values: Any) -> Any:
    for value in values:
        if is_assigned(value):
            return value
    return None


_ASCII = str.maketrans(
    {"ß": "ss", "æ": "ae", "Æ": "AE", "ø": "o", "Ø": "O", "œ": "oe", "Œ": "OE", "ł": "l", "Ł": "L", "đ": "d"}
    | {"Đ": "D", "ð": "d", "Ð": "D", "þ": "th", "Þ": "Th", "\u0131": "i"}
)
"""Letters that Unicode does not take apart into a base letter and a mark."""


def _ascii(text: str) -> str:
    apart = unicodedata.normalize("NFKD", text.translate(_ASCII))
    return apart.encode("ascii", "ignore").decode()


def _join(items: list[Any], separator: str = "") -> str:
    texts = [item for item in items if is_assigned(item)]
    _refuse_long_text(sum(map(len, texts)) + len(separator) * len(texts))
    return separator.join(texts)


def _replace(text: str, old: str, new: str, limit: int = -1) -> str:
    found = text.count(old) if limit < 0 else min(limit, text.count(old))
    _refuse_long_text(len(text) + found * len(new))
    return text.replace(old, new, limit)


def _refuse_long_text(length: int) -> None:
    if length > LONGEST_TEXT:
        raise ValueError("too long")


def _bounded(result: Any) -> Any:
    if isinstance(result, str):
        _refuse_long_text(len(result))
    elif isinstance(result, list) and len(result) > LONGEST_LIST:
        raise ValueError("too many")
    return result


FUNCTIONS: tuple[Function, ...] = (
    Function(
        "valueOf",
        "valueOf(list) or valueOf(list, type)",
        "The value of the element of that type; without a type, of the primary element, else of the first.",
        'valueOf(user.emails, "work")',
        "ada@example.org",
        _value_of,
    ),
    Function(
        "firstOf",
        "firstOf(a, b, …)",
        "The first argument that is assigned.",
        "firstOf(user.displayName, user.userName)",
        "Ada Lovelace",
        _first_of,
    ),
    Function("lower", "lower(text)", "Small letters, in any alphabet.", 'lower("ÅSA")', "åsa", str.lower),
    Function("upper", "upper(text)", "Capital letters, in any alphabet.", 'upper("åsa")', "ÅSA", str.upper),
    Function(
        "ascii",
        "ascii(text)",
        "Letters without their accents; what has no plain form is left out.",
        'ascii("Zoë Ødegård")',
        "Zoe Odegard",
        _ascii,
    ),
    Function(
        "join",
        "join(list) or join(list, separator)",
        "The assigned texts of the list in one.",
        '[user.name.givenName, user.name.familyName].join(" ")',
        "Ada Lovelace",
        _join,
    ),
    Function(
        "isAssigned",
        "isAssigned(value)",
        "Whether anything is there; null, an empty text and an empty list are not.",
        'isAssigned(valueOf(user.emails, "home"))',
        "false",
        is_assigned,
    ),
)
"""Ours, in the order the documentation lists them."""


def _guarded(name: str, body: Callable[..., Any]) -> Callable[..., Any]:
    def call(*arguments: Any) -> Any:
        for argument in arguments:
            if argument is None:
                return None
        try:
            return _bounded(body(*arguments))
        except Exception:  # noqa: BLE001 - its message may hold a value, and the CEL engine would log it
            raise ValueError(f"{name}() cannot work with what it was given") from None

    return call


CALLABLES: Mapping[str, Callable[..., Any]] = {
    **{name: _guarded(name, body) for name, body in STDLIB_FUNCTIONS.items() if name != "lists.range"},
    **{function.name: _guarded(function.name, function.body) for function in FUNCTIONS},
    "replace": _guarded("replace", _replace),
    "firstOf": _first_of,
    "isAssigned": is_assigned,
}
"""Everything to register with the CEL engine. Without ``lists.range``, whose result has no bound."""

CALLABLE_NAMES = NATIVE | frozenset(CALLABLES)
