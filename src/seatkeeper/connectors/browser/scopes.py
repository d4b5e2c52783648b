"""Whether a recipe names only what is known where it names it."""

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from pydantic import BaseModel

from seatkeeper.connectors.browser.recipes import FlowName, Recipe
from seatkeeper.connectors.browser.steps import Each, Keep, Read, Steps, Use
from seatkeeper.spi.documents import DocumentFault, Located, Place
from seatkeeper.spi.formulas import Formula
from seatkeeper.spi.templates import Template

ALWAYS = frozenset({"settings", "page", "generated"})
GIVEN: Mapping[FlowName, frozenset[str]] = {
    FlowName.SIGN_IN: frozenset({"code"}),
    FlowName.READ: frozenset({"uid"}),
    FlowName.FIND: frozenset({"attribute", "value"}),
    FlowName.LIST: frozenset(),
    FlowName.CREATE: frozenset({"account"}),
    FlowName.UPDATE: frozenset({"uid", "changes"}),
    FlowName.RENAME: frozenset({"uid", "name"}),
    FlowName.DISABLE: frozenset({"uid"}),
    FlowName.ENABLE: frozenset({"uid"}),
    FlowName.DELETE: frozenset({"uid"}),
    FlowName.LIST_ENTITLEMENTS: frozenset(),
    FlowName.GRANT: frozenset({"uid", "entitlements"}),
    FlowName.REVOKE: frozenset({"uid", "entitlements"}),
}
"""What each flow may name from its start."""
RESULTS: Mapping[FlowName, str] = {
    FlowName.READ: "account",
    FlowName.FIND: "accounts",
    FlowName.LIST: "accounts",
    FlowName.LIST_ENTITLEMENTS: "entitlements",
}
"""The name under which a flow has to leave what it found."""

Faults = Iterator[DocumentFault]


def find_faults(recipe: Recipe, behaviour: Located) -> tuple[DocumentFault, ...]:
    """Find names that mean nothing, and flows that leave nothing behind; each once."""
    return tuple(dict.fromkeys(_Reader(recipe, behaviour).faults()))


class _Reader:
    """Goes through a recipe in the order in which it is carried out: what is read is known from there on."""

    def __init__(self, recipe: Recipe, behaviour: Located) -> None:
        self._recipe = recipe
        self._behaviour = behaviour
        self._parts = list(recipe.parts)

    def faults(self) -> Faults:
        recipe, fault = self._recipe, self._behaviour.fault
        for number, name in enumerate(self._parts):
            yield from self._uses(recipe.parts[name], ("parts", name), self._parts[:number])
        for flow, steps in recipe.flows.items():
            place: Place = ("flows", flow.value)
            scope = {*ALWAYS, *GIVEN[flow]}
            faults = [*self._uses(steps, place, self._parts)]
            yield from faults or self._of(steps, place, scope)
            result = RESULTS.get(flow)
            if not faults and result is not None and result not in scope:
                yield fault(place, f"has to read or keep {result}")
        for name in ("signed_in", "signed_out", "mask", "known"):
            yield from self._of(getattr(recipe, name), (name,), set(ALWAYS))
        yield from self._of(recipe.account, ("account",), {"row"})
        if recipe.account.name not in recipe.account.attributes:
            yield fault(("account", "name"), f"{recipe.account.name} is none of its attributes")

    def _uses(self, value: Any, place: Place, known: list[str]) -> Faults:
        """Refuse parts that are not there (yet), so that none can use itself."""
        if isinstance(value, Use) and value.use not in known:
            yield self._behaviour.fault((*place, "use"), _unknown("part", value.use, set(known)))
        for inner, each in _inner(value):
            yield from self._uses(each, (*place, *inner), known)

    def _of(self, value: Any, place: Place, scope: set[str]) -> Faults:
        match value:
            case Template():
                for formula in value.formulas:
                    yield from self._of_formula(formula, place, scope)
            case Formula():
                yield from self._of_formula(value, place, scope)
            case Use():
                yield from self._of_part(value.use, scope)
            case Each():
                yield from self._of(value.each, (*place, "each"), scope)
                scope.add(value.as_)
                yield from self._of(value.do, (*place, "do"), scope)
            case _:
                for inner, each in _inner(value):
                    yield from self._of(each, (*place, *inner), scope)
        if isinstance(value, Read | Keep):
            scope |= set(value.read if isinstance(value, Read) else value.keep)

    def _of_part(self, name: str, scope: set[str]) -> Faults:
        steps: Steps = self._recipe.parts[name]
        yield from self._of(steps, ("parts", name), scope)

    def _of_formula(self, formula: Formula, place: Place, scope: set[str]) -> Faults:
        recipe, fault = self._recipe, self._behaviour.fault
        for path in formula.paths:
            if path.root not in scope:
                yield fault(place, _unknown("value", path.root, scope))
            elif path.root == "settings" and path.steps and path.steps[0] not in recipe.settings:
                yield fault(place, _unknown("setting", str(path.steps[0]), set(recipe.settings)))
            elif path.root == "code" and recipe.totp is None:
                yield fault(place, "a code needs a setting of kind totp")


def _inner(value: Any) -> Iterator[tuple[Place, Any]]:
    match value:
        case Template() | Formula():
            return
        case BaseModel():
            for name in type(value).model_fields:
                yield (name.rstrip("_"),), getattr(value, name)
        case Mapping():
            for name, each in value.items():
                yield (name,), each
        case tuple():
            for number, each in enumerate(value):
                yield (number,), each


def _unknown(what: str, name: str, known: set[str]) -> str:
    near = get_close_matches(name, known, n=1)
    hint = f"; did you mean {near[0]}?" if near else f"; known are {', '.join(sorted(known)) or 'none'}"
    return f"there is no {what} {name} here{hint}"
