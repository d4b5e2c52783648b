"""Tables of the app, name by id and id by name, kept for as long as a session is open."""

import asyncio
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from seatkeeper.connectors.rest.listing import Lists
from seatkeeper.connectors.rest.programs import Table
from seatkeeper.core.expressions import EvaluationError, NothingThereError
from seatkeeper.core.problems import ProblemCode
from seatkeeper.core.reading import Path
from seatkeeper.spi.errors import RejectedError
from seatkeeper.spi.formulas import Formula, Values
from seatkeeper.spi.templates import as_text

_KEPT_FOR = 30.0
"""Seconds in which one that is missing is not looked for again."""


@dataclass(frozen=True, slots=True)
class _Filled:
    ids: Mapping[str, Any]
    names: Mapping[str, str]
    at: float


class Tables:
    """Reads a table when a formula needs it, and again when it misses something."""

    def __init__(self, lists: Lists, tables: Mapping[str, Table], known: Values) -> None:
        self._lists = lists
        self._tables = tables
        self._known = known
        self._filled: dict[str, _Filled] = {}
        self._locks = {name: asyncio.Lock() for name in tables}

    async def prepare(self, formulas: Iterable[Formula], values: Values, *, strict: bool) -> Values:
        """Give ``values`` with the tables these formulas read, made anew where one misses something.

        What the app has not even then is left for them to miss, or with ``strict`` refused.
        """
        asked = list(formulas)
        if not asked:
            return values
        names = {str(path.steps[0]) for each in asked for path in each.paths if path.root in _VIEWS and path.steps}
        now = asyncio.get_running_loop().time()
        for name in names:
            if name not in self._filled:
                await self._fill(name, now)
        if any(_misses(each, {**values, **self._view(names)}) for each in asked):
            for name in names:
                if self._filled[name].at < now - _KEPT_FOR:
                    await self._fill(name, now)
        filled = {**values, **self._view(names)}
        if strict:
            _refuse_misses(asked, filled)
        return filled

    async def _fill(self, name: str, now: float) -> None:
        async with self._locks[name]:
            if name in self._filled and self._filled[name].at >= now:
                return
            table = self._tables[name]
            ids: dict[str, Any] = {}
            names: dict[str, str] = {}
            async for found in self._lists.every(table.listings, self._known, table.id):
                values = {**found.values, "item": found.item}
                key, called = table.id.value(values), as_text(table.name.value(values))
                ids[called] = key
                names[as_text(key)] = called
            self._filled[name] = _Filled(ids, names, asyncio.get_running_loop().time())

    def _view(self, tables: Iterable[str]) -> dict[str, Any]:
        filled = {name: self._filled[name] for name in tables}
        return {
            "ids": {name: each.ids for name, each in filled.items()},
            "names": {name: each.names for name, each in filled.items()},
        }


_VIEWS = frozenset({"ids", "names"})


def _refuse_misses(formulas: Iterable[Formula], values: Values) -> None:
    for each in formulas:
        if _misses(each, values):
            told = f"The app has nothing of that name: {each.source} finds nothing."
            raise RejectedError(told, ProblemCode.REJECTED_VALUE)


def _misses(formula: Formula, values: Values) -> bool:
    """Say whether it is a table that misses something: all else it reads is there."""
    if not all(_is_there(path, values) for path in formula.paths if path.root not in _VIEWS):
        return False
    try:
        formula.value(values)
    except NothingThereError:
        return True
    except EvaluationError:
        return False  # told where it is used
    return False


def _is_there(path: Path, values: Values) -> bool:
    here: Any = values.get(path.root)
    for step in path.steps:
        if step is None or not isinstance(here, Mapping):
            break
        here = here.get(step)
    return here is not None
