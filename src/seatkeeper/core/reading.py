"""What a mapping expression names: the variables, attributes and functions in its text.

The CEL engine gives no syntax tree, and notices only while evaluating (if ever) that a function is misspelt, a
variable unknown or an attribute not in the schema. So the tokens of an expression the engine has found
well-formed are read here, and a bad expression is refused when it is saved.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches

from seatkeeper.core.functions import CALLABLE_NAMES, MACROS

NESTED_LOOPS = 2
"""A list named inside a loop counts as one. A defence against mistakes: work stays near the square of a list."""

MOST_COPIES = 1_000
"""An element named often inside a loop is copied as often, loop after loop: the product is bounded."""

_TOKEN = re.compile(
    r"""
    (?P<blank>\s+|//[^\n]*)
  | (?P<text>(?:[bB]?[rR]|[rR][bB])(?:\"{3}.*?\"{3}|'{3}.*?'{3}|\"[^\"\n]*\"|'[^'\n]*')
           |[bB]?(?:\"{3}(?:\\.|[^\\])*?\"{3}|'{3}(?:\\.|[^\\])*?'{3}|\"(?:\\.|[^\\\"])*\"|'(?:\\.|[^\\'])*'))
  | (?P<name>[A-Za-z_][A-Za-z0-9_]*)
  | (?P<number>[0-9][0-9A-Za-z.]*)
  | (?P<mark>.)
    """,
    re.VERBOSE | re.DOTALL,
)
_WORDS = frozenset({"true", "false", "null", "in"})
_PARTNERS = {")": "(", "]": "[", "}": "{"}


class ExpressionInvalidError(ValueError):
    """The expression is refused; the message says where and why."""


@dataclass(frozen=True, slots=True)
class Part:
    """A variable or attribute as an expression may reach it.

    ``parts`` are its sub-attributes by name: empty for a plain value, None where anything may be beneath.
    ``trimmed`` says that others were left out because no expression reads them.
    """

    multi_valued: bool = False
    sensitive: bool = False
    parts: Mapping[str, "Part"] | None = field(default_factory=dict)
    trimmed: bool = False


@dataclass(frozen=True, slots=True)
class Path:
    """A way from a variable to a value, as written: names, and None for a computed key or an element."""

    root: str
    steps: tuple[str | None, ...]
    at: int

    @property
    def text(self) -> str:
        """The path as an Owner would write it."""
        return self.root + "".join(map(_written, self.steps))


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str
    text: str
    at: int


@dataclass(frozen=True, slots=True)
class _Loop:
    variable: str
    first: int
    last: int


class Reading:
    """The tokens of one expression. Raises ``ExpressionInvalidError`` when they do not fit together."""

    def __init__(self, source: str) -> None:
        self._source = source
        self._tokens = [
            _Token(str(match.lastgroup), match.group(), match.start())
            for match in _TOKEN.finditer(source)
            if match.lastgroup != "blank"
        ]
        self._partner = self._match_brackets()
        self._loops = [loop for index in range(len(self._tokens)) if (loop := self._loop(index))]
        self.paths = tuple(self._paths())

    def check(self, variables: Mapping[str, Part]) -> None:
        """Refuse what is unknown, and what could grow without bound."""
        self._check_loops(variables)
        self._check_calls()
        for path in self.paths:
            root = variables.get(path.root)
            stray = _unknown("variable", path.root, variables) if root is None else _stray(path, root)
            if stray is not None:
                raise self._problem(path.at, stray)
            if self._depth(path.at) >= NESTED_LOOPS and root is not None and _is_list(path, root):
                raise self._problem(path.at, f"{path.text} is a list, named inside {NESTED_LOOPS} loops")

    def with_honest_has(self) -> str:
        """Rewrite ``has(x.y)`` to be false for null, "" and []: RFC 7643 §2.5 calls them unassigned."""
        out, end = [], 0
        for index, token in enumerate(self._tokens):
            if token.at < end or token.text != "has" or not self._is_call(index) or self._is_member(index):
                continue
            first, last = self._tokens[index + 1].at + 1, self._tokens[self._partner[index + 1]].at
            asked = self._source[first:last]
            out += [self._source[end : token.at], f"(has({asked}) && isAssigned({asked}))"]
            end = last + 1
        return "".join(out) + self._source[end:]

    def _match_brackets(self) -> dict[int, int]:
        partner: dict[int, int] = {}
        opened: list[int] = []
        for index, token in enumerate(self._tokens):
            if token.kind == "mark" and token.text in _PARTNERS.values():
                opened.append(index)
            elif token.kind == "mark" and token.text in _PARTNERS:
                if not opened or self._text(opened[-1]) != _PARTNERS[token.text]:
                    raise self._problem(token.at, f"{token.text!r} closes nothing")
                partner[opened.pop()] = index
        if opened:
            raise self._problem(self._tokens[opened[-1]].at, f"{self._text(opened[-1])!r} is never closed")
        return partner

    def _text(self, index: int) -> str:
        return self._tokens[index].text if 0 <= index < len(self._tokens) else ""

    def _is_call(self, index: int) -> bool:
        return self._tokens[index].kind == "name" and self._text(index + 1) == "("

    def _is_member(self, index: int) -> bool:
        if self._text(index - 1) != "." or index < 2:
            return False
        before = self._tokens[index - 2]
        return before.text in _PARTNERS or (before.kind != "mark" and before.text != "in")

    def _qualified(self, index: int) -> str:
        """Name what is called at this token together with the namespace before it, if there is one."""
        return f"{self._text(index - 2)}.{self._text(index)}" if self._is_member(index) else self._text(index)

    def _loop(self, index: int) -> _Loop | None:
        if self._text(index) in MACROS and self._is_call(index) and self._is_member(index):
            return _Loop(self._text(index + 2), index + 2, self._partner[index + 1])
        return None

    def _paths(self) -> Iterator[Path]:
        for index, token in enumerate(self._tokens):
            if self._is_variable(index):
                yield Path(token.text, tuple(self._steps(index + 1)), token.at)

    def _is_variable(self, index: int) -> bool:
        token = self._tokens[index]
        if token.kind != "name" or token.text in _WORDS or self._is_member(index) or self._is_call(index):
            return False
        is_namespace = self._text(index + 3) == "(" and self._is_member(index + 2)
        is_namespace = is_namespace and self._qualified(index + 2) in CALLABLE_NAMES
        return not is_namespace and not any(
            loop.variable == token.text and loop.first <= index <= loop.last for loop in self._loops
        )

    def _steps(self, index: int) -> Iterator[str | None]:
        while self._text(index) in {".", "["}:
            if self._text(index) == "." and self._is_call(index + 1):
                return
            if self._text(index) == ".":
                yield self._text(index + 1)
                index += 2
            else:
                key, last = self._tokens[index + 1], self._partner[index]
                yield _unquoted(key.text) if key.kind == "text" and last == index + 2 else None
                index = last + 1

    def _check_loops(self, variables: Collection[str]) -> None:
        copies = 1
        for loop in self._loops:
            at = self._tokens[loop.first].at
            if loop.variable in variables:
                raise self._problem(at, f"{loop.variable!r} has a meaning already; give the element another name")
            if self._depth(at) > NESTED_LOOPS:
                raise self._problem(at, f"more than {NESTED_LOOPS} loops inside one another")
            named = sum(token.text == loop.variable for token in self._tokens[loop.first + 1 : loop.last])
            copies *= max(named, 1)
        if copies > MOST_COPIES:
            raise ExpressionInvalidError("names the elements of its loops so often that it could grow without end")

    def _depth(self, at: int) -> int:
        return sum(self._tokens[loop.first].at <= at < self._tokens[loop.last].at for loop in self._loops)

    def _check_calls(self) -> None:
        for index, token in enumerate(self._tokens):
            if token.kind != "name" or token.text in _WORDS:
                continue
            if self._text(index + 1) == "{":
                raise self._problem(token.at, f"{token.text!r} is not a type; a map is written as {{...}} alone")
            known = CALLABLE_NAMES | MACROS | {"has"}
            if self._is_call(index) and not {token.text, self._qualified(index)} & known:
                raise self._problem(token.at, _unknown("function", token.text, CALLABLE_NAMES))

    def _problem(self, at: int, what: str) -> ExpressionInvalidError:
        line, column = self._source.count("\n", 0, at) + 1, at - self._source.rfind("\n", 0, at)
        return ExpressionInvalidError(f"line {line}, column {column}: {what}")


def _written(step: str | None) -> str:
    if step is None:
        return "[…]"
    return f".{step}" if step.isidentifier() else f'["{step}"]'


def _unquoted(text: str) -> str:
    body = text.lstrip("rRbB")
    return body.strip(body[0])


def _stray(path: Path, part: Part) -> str | None:
    """Follow the path through the schema and say where it leaves it."""
    for count, step in enumerate(path.steps):
        here = Path(path.root, path.steps[:count], path.at).text
        if part.parts is None or (step is None and not part.multi_valued):
            return None
        if step is None:
            part = Part(sensitive=part.sensitive, parts=part.parts)
        elif part.multi_valued:
            return f"{here} is a list; pick an element, as in {here}[0].{step}"
        elif not part.parts:
            return f"{here} is a plain value and has no attribute {step!r}"
        elif step not in part.parts:
            return _unknown("attribute", step, part.parts, f" in {here}")
        else:
            part = part.parts[step]
    return None


def _is_list(path: Path, part: Part) -> bool:
    """Say whether the path, as far as the schema knows it, ends in a whole list."""
    for step in path.steps:
        part = Part(parts=part.parts) if step is None else (part.parts or {}).get(step, Part())
    return part.multi_valued


def _unknown(what: str, name: str, known: Collection[str], where: str = "") -> str:
    folded = {other.casefold(): other for other in known}
    near = get_close_matches(name.casefold(), folded, n=1)
    hint = f"; did you mean {folded[near[0]]!r}?" if near else ""
    return f"there is no {what} {name!r}{where}{hint}"
