"""One CEL expression of a manifest or recipe, ready to be worked out often and cheaply.

Most only name a value, as ``item.login`` does: that is followed without the engine. The engine is given the
variables an expression reads and the functions it calls, and nothing else, since all it is given is copied.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from seatkeeper.core.cel_runtime import cel
from seatkeeper.core.expressions import EvaluationError, Expression, NothingThereError, compile_expression
from seatkeeper.core.functions import CALLABLES
from seatkeeper.core.reading import Part, Path

OPEN: Part = Part(parts=None)
"""A variable with anything beneath it."""

Variables: TypeAlias = Mapping[str, Part]
Values: TypeAlias = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Formula:
    """A checked expression."""

    source: str
    paths: tuple[Path, ...]
    _expression: Expression = field(repr=False)
    _functions: dict[str, Callable[..., Any]] = field(repr=False)
    _path: tuple[str, ...] | None
    """Where it only names a value: the way there."""

    @property
    def variables(self) -> frozenset[str]:
        """The variables it reads."""
        return frozenset(path.root for path in self.paths)

    def value(self, values: Values) -> Any:
        """Work it out, as plain values; whole numbers are integers.

        Raises ``NothingThereError`` when it reaches for what is not there, ``EvaluationError`` otherwise.
        """
        if self._path is not None:
            found = _follow(self._path, values)
            return plain(found) if isinstance(found, float | tuple) else found  # what was read is plain already
        read = {}
        for path in self.paths:
            if path.root not in values:
                raise NothingThereError(f"there is no {path.root} here")
            read[path.root] = values[path.root]
        try:
            context = cel.Context(read, self._functions)
        except Exception:  # noqa: BLE001 - the engine's reason may repeat the value
            raise EvaluationError("a value cannot be read by an expression") from None
        return plain(self._expression.evaluate(context))

    def find(self, values: Values) -> Any:
        """Work it out; None where it reaches for what is not there."""
        try:
            return self.value(values)
        except NothingThereError:
            return None

    def holds(self, values: Values) -> bool:
        """Say whether it holds: it gives true. What cannot be worked out for want of a value does not hold."""
        try:
            return self.value(values) is True
        except EvaluationError:
            return False


def compile_formula(source: str, variables: Variables) -> Formula:
    """Check an expression that may read these variables. Raises ``ExpressionInvalidError``."""
    expression = compile_expression(source, variables)
    called = expression.functions
    functions = {name: body for name, body in CALLABLES.items() if name.rpartition(".")[2] in called}
    return Formula(source, expression.paths, expression, functions, _only_a_path(source.strip(), expression.paths))


def plain(value: Any) -> Any:
    """Turn what the engine gives into plain values; whole numbers are integers."""
    match value:
        case str() | bool() | None:
            return value
        case float() if value.is_integer():
            return int(value)
        case cel.OptionalValue():
            return plain(value.value()) if value.has_value() else None
        case Mapping():
            return {str(key): plain(each) for key, each in value.items()}
        case list() | tuple():
            return [plain(each) for each in value]
        case _:
            return value


def _only_a_path(source: str, paths: tuple[Path, ...]) -> tuple[str, ...] | None:
    if len(paths) != 1 or None in paths[0].steps or source not in {paths[0].text, paths[0].text.replace('"', "'")}:
        return None
    return (paths[0].root, *(step for step in paths[0].steps if step is not None))


def _follow(path: tuple[str, ...], values: Any) -> Any:
    here = values
    for step in path:
        if not (type(here) is dict or isinstance(here, Mapping)) or step not in here:
            raise NothingThereError(f"there is no {step} here")
        here = here[step]
    return here
