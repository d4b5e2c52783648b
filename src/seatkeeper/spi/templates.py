"""Texts and documents with ``${…}`` in them: a CEL expression, worked out when the text is needed.

For what manifests and recipes say: a path, a body, the value to type. Checked when it is read, so that a
misspelt name is a fault of the manifest and not of a job. ``$${`` stands for ``${`` itself.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from seatkeeper.core.expressions import EvaluationError, NothingThereError
from seatkeeper.core.reading import ExpressionInvalidError
from seatkeeper.spi.formulas import OPEN, Formula, Values, Variables, compile_formula, plain

__all__ = [
    "OPEN",
    "DocumentTemplate",
    "Template",
    "TemplateInvalidError",
    "TemplateUnfilledError",
    "Values",
    "Variables",
    "as_text",
    "compile_document",
    "compile_template",
    "plain",
]


class TemplateInvalidError(ValueError):
    """The text is refused; the message says where and why."""


class TemplateUnfilledError(Exception):
    """A value that the text cannot do without is not there, or cannot be worked out. Holds no value."""


@dataclass(frozen=True, slots=True)
class Template:
    """A checked text. ``parts`` are its literal texts and its expressions in turn."""

    source: str
    parts: tuple[str | Formula, ...]

    @property
    def variables(self) -> frozenset[str]:
        """The variables it reads."""
        return frozenset().union(*(part.variables for part in self.formulas))

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """Its expressions."""
        return tuple(part for part in self.parts if isinstance(part, Formula))

    def text(self, values: Values, escape: Callable[[str], str] = str) -> str:
        """Fill it in, each value escaped for its place.

        Raises ``TemplateUnfilledError`` where a value is missing or empty: half an address names something else.
        """
        return "".join(
            part if isinstance(part, str) else escape(self._needed(part, values)) for part in self.parts
        )

    def value(self, values: Values) -> Any:
        """Fill it in; a template that is one expression alone keeps the type of its value, None included.

        Raises ``NothingThereError`` when that reaches for what is not there, ``TemplateUnfilledError`` otherwise.
        """
        if len(self.parts) == 1 and isinstance(self.parts[0], Formula):
            return self._worked_out(self.parts[0], values)
        return self.text(values)

    def _needed(self, part: Formula, values: Values) -> str:
        try:
            value = self._worked_out(part, values)
        except NothingThereError:
            value = None
        if value is None or value == "":
            raise TemplateUnfilledError(f"{self.source} needs a value that is not there")
        return as_text(value)

    def _worked_out(self, part: Formula, values: Values) -> Any:
        try:
            return part.value(values)
        except NothingThereError:
            raise
        except EvaluationError as error:
            raise TemplateUnfilledError(f"{self.source} cannot be worked out: {error}") from None


@dataclass(frozen=True, slots=True)
class DocumentTemplate:
    """A checked document of mappings, lists and plain values, with templates where its texts stood."""

    root: Any

    def value(self, values: Values) -> Any:
        """Fill it in. What reaches for something that is not there is left out, with its key."""
        return _filled(self.root, values)

    @property
    def formulas(self) -> tuple[Formula, ...]:
        """Its expressions."""
        return tuple(_formulas(self.root))


def compile_template(source: str, variables: Variables) -> Template:
    """Check a text. Raises ``TemplateInvalidError``."""
    return Template(source, tuple(_parts(source, variables)))


def compile_document(document: Any, variables: Variables) -> DocumentTemplate:
    """Check every text of a document, keys left alone. Raises ``TemplateInvalidError``."""
    return DocumentTemplate(_compiled(document, variables))


def as_text(value: Any) -> str:
    """Write a value as an app would expect it in a text: true and false in small letters."""
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


def _parts(source: str, variables: Variables) -> Iterator[str | Formula]:
    literal, at = "", 0
    while (start := source.find("${", at)) >= 0:
        if source[start - 1 : start] == "$":
            literal, at = literal + source[at : start - 1] + "${", start + 2
            continue
        literal += source[at:start]
        if literal:
            yield literal
        literal, at = "", _end(source, start + 2)
        try:
            yield compile_formula(source[start + 2 : at - 1], variables)
        except ExpressionInvalidError as error:
            raise TemplateInvalidError(f"{source[start:at]}: {error}") from None
    if literal + source[at:] or not source:
        yield literal + source[at:]


def _end(source: str, at: int) -> int:
    """Find the end of an expression: the first closing brace that is its own and not in a text."""
    depth, quote = 1, ""
    while at < len(source):
        mark = source[at]
        if quote:
            at += 1 if mark == "\\" else 0
            quote = "" if mark == quote else quote
        elif mark in "\"'":
            quote = mark
        elif mark in "{}":
            depth += 1 if mark == "{" else -1
            if not depth:
                return at + 1
        at += 1
    raise TemplateInvalidError(f"{source}: ${{ is never closed")


def _compiled(value: Any, variables: Variables) -> Any:
    match value:
        case str():
            return compile_template(value, variables)
        case Mapping():
            return {name: _compiled(each, variables) for name, each in value.items()}
        case Sequence():
            return [_compiled(each, variables) for each in value]
        case _:
            return value


def _filled(value: Any, values: Values) -> Any:
    match value:
        case Template():
            return value.value(values)
        case dict():
            return dict(_kept(value.items(), values))
        case list():
            return [filled for _, filled in _kept(enumerate(value), values)]
        case _:
            return value


def _formulas(value: Any) -> Iterator[Formula]:
    match value:
        case Template():
            yield from value.formulas
        case dict():
            for each in value.values():
                yield from _formulas(each)
        case list():
            for each in value:
                yield from _formulas(each)


def _kept(items: Any, values: Values) -> Iterator[tuple[Any, Any]]:
    for key, each in items:
        try:
            yield key, _filled(each, values)
        except NothingThereError:
            continue
