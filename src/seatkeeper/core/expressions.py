"""One mapping expression: checked when it is saved, worked out for a person when it is needed."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from seatkeeper.core.cel_runtime import cel
from seatkeeper.core.reading import ExpressionInvalidError, Part, Path, Reading

LONGEST_SOURCE = 2_000
"""Characters. The engine's parser recurses: at some ten times this it would overflow the stack."""


class EvaluationError(Exception):
    """The expression cannot be worked out for this person; the message never holds a value."""


class NothingThereError(EvaluationError):
    """The expression reaches for something this person does not have."""


@dataclass(frozen=True, slots=True)
class Expression:
    """A checked expression; ``paths`` are the values it names."""

    paths: tuple[Path, ...]
    _program: cel.Program

    @property
    def variables(self) -> frozenset[str]:
        """The variables it reads."""
        return frozenset(path.root for path in self.paths)

    @property
    def functions(self) -> frozenset[str]:
        """The functions and operators it calls, without their namespaces."""
        return frozenset(self._program.functions())

    def evaluate(self, context: cel.Context) -> Any:
        """Work it out. Raises ``EvaluationError`` and nothing else."""
        try:
            return self._program.execute(context)
        except LookupError:
            raise NothingThereError("it reaches for something this person does not have") from None
        except Exception as error:  # noqa: BLE001 - whatever the engine raises, this expression has failed
            raise EvaluationError(_reason(error)) from None


def compile_expression(source: str, variables: Mapping[str, Part]) -> Expression:
    """Check an expression that may read these variables.

    Raises ``ExpressionInvalidError``: for syntax, an unknown variable, function or attribute, a loop that could
    grow without bound, or sheer length.
    """
    if len(source) > LONGEST_SOURCE:
        raise ExpressionInvalidError(f"is longer than {LONGEST_SOURCE} characters")
    _parse(source)
    reading = Reading(source)
    reading.check(variables)
    return Expression(reading.paths, _parse(reading.with_honest_has()))


def _parse(source: str) -> cel.Program:
    try:
        return cel.compile(source)
    except ValueError as error:
        raise ExpressionInvalidError(_syntax_problem(source, str(error))) from None


_ENGINE_PROBLEM = re.compile(r"ERROR: <input>:(\d+):(\d+): (.*)")


def _syntax_problem(source: str, message: str) -> str:
    if not source.strip():
        return "is empty"
    found: list[tuple[str, str, str]] = _ENGINE_PROBLEM.findall(message)
    if not found:
        return "cannot be read"
    line, column, what = next((problem for problem in found if problem[2].startswith("Syntax")), found[0])
    what = "it ends too early" if "'<EOF>' expecting" in what else what.split(" expecting ")[0]
    what = what.removeprefix("Syntax error: ").replace("'<EOF>'", "the end")
    return f"line {line}, column {column}: {what}"


_FUNCTION = re.compile(r"(?:Function|Undefined variable or function:) '(\w+)'")


def _reason(error: Exception) -> str:
    function = _FUNCTION.match(str(error))
    if function is not None:
        return f"{function[1]}() cannot work with what it was given"
    match error:
        case ZeroDivisionError():
            return "it divides by zero"
        case OverflowError():
            return "a number grows too large"
        case _:
            return "an operation does not fit the kind of its values (text, number, list, nothing)"
