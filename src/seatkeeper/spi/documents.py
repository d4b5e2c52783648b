"""YAML that remembers its lines, so that a fault in a file can be pointed at."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from typing import Any, TypeAlias, TypeVar

import yaml
from pydantic import BaseModel, ValidationError
from yaml.constructor import SafeConstructor

Place: TypeAlias = tuple[str | int, ...]
"""The way to a value: keys and positions from the top of its document."""

M = TypeVar("M", bound=BaseModel)

_DEEPEST = 20


class NotYAMLError(Exception):
    """The text cannot be read; ``line`` is where that shows."""

    def __init__(self, line: int, sentence: str) -> None:
        super().__init__(sentence)
        self.line = line


@dataclass(frozen=True, slots=True)
class DocumentFault:
    """What is wrong in a document: on which line, with what (dotted), and why."""

    line: int
    where: str
    sentence: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.where}{': ' if self.where else ''}{self.sentence}"


class DocumentInvalidError(ValueError):
    """A document was refused; ``faults`` are in the order of their lines."""

    def __init__(self, *faults: DocumentFault) -> None:
        self.faults = tuple(sorted(faults, key=lambda fault: fault.line))
        super().__init__("; ".join(map(str, self.faults)))


@dataclass(frozen=True, slots=True)
class Located:
    """A document as plain values, and the line on which each of them begins."""

    value: Any
    lines: Mapping[Place, int] = field(repr=False)

    def line_of(self, place: Place) -> int:
        """Give the line of a value, or of the nearest thing around it that is there."""
        while place not in self.lines:
            place = place[:-1]
        return self.lines[place]

    def part(self, name: str) -> "Located":
        """Give what stands under a key of the top, with its lines; None as value where the key is not there."""
        lines = {place[1:]: line for place, line in self.lines.items() if place[:1] == (name,)}
        value = self.value.get(name) if isinstance(self.value, Mapping) else None
        return Located(value, lines or {(): self.line_of(())})

    def fault(self, place: Place, sentence: str) -> DocumentFault:
        """Say what is wrong with a value."""
        return DocumentFault(self.line_of(place), ".".join(map(str, place)), sentence)

    def read(self, model: type[M]) -> M:
        """Read the document as a model. Raises ``DocumentInvalidError`` that names every fault with its line."""
        try:
            return model.model_validate(self.value)
        except ValidationError as error:
            faults = (
                self.fault(each["loc"], say_fault(each["type"], each["msg"]))
                for each in error.errors(include_input=False, include_url=False)
            )
            raise DocumentInvalidError(*faults) from None


def say_fault(kind: str, message: str) -> str:
    """Put what pydantic found wrong with a value into plain words."""
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not known here"
        case _:
            plain = message.removeprefix("Value error, ")
            return f"{plain[0].lower()}{plain[1:]}"


def load_document(text: str) -> Located:
    """Read a text that holds one document. Raises ``DocumentInvalidError``."""
    try:
        documents = load_located(text)
    except NotYAMLError as error:
        raise DocumentInvalidError(DocumentFault(error.line, "", str(error))) from None
    if len(documents) != 1:
        raise DocumentInvalidError(DocumentFault(1, "", f"holds {len(documents)} documents, and one is needed"))
    return documents[0]


def load_located(text: str) -> list[Located]:
    """Read every document of a text, empty ones left out.

    Raises ``NotYAMLError``, also for a key that is there twice.
    """
    try:
        return _load(_Quick(text))
    except yaml.YAMLError:
        pass
    try:
        return _load(_Plain(text))  # it says what is wrong in better words, and takes ten times as long
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise NotYAMLError(mark.line + 1 if mark else 1, error.problem or "this is not YAML") from None
    except yaml.YAMLError as error:
        raise NotYAMLError(1, f"this is not YAML: {error}") from None


def _load(loader: "_Quick | _Plain") -> list[Located]:
    documents = []
    try:
        while loader.check_node():
            node = loader.get_node()
            lines: dict[Place, int] = {}
            value = None if node is None else loader.read(node, (), lines)
            if value is not None:
                documents.append(Located(value, lines))
    finally:
        loader.dispose()
    return documents


class _Reading(SafeConstructor):
    """Constructs values, and takes down where each came from."""

    def read(self, node: yaml.Node, place: Place, lines: dict[Place, int]) -> Any:
        if len(place) > _DEEPEST:
            raise NotYAMLError(node.start_mark.line + 1, "this is nested too deeply")
        lines[place] = node.start_mark.line + 1
        match node:
            case yaml.MappingNode():
                self.flatten_mapping(node)
                return self._read_mapping(node, place, lines)
            case yaml.SequenceNode():
                return [self.read(item, (*place, number), lines) for number, item in enumerate(node.value)]
            case _:
                return self._read_scalar(node)

    def _read_scalar(self, node: yaml.Node) -> Any:
        try:
            return self.construct_object(node)
        except ValueError:
            raise NotYAMLError(node.start_mark.line + 1, f"{node.value!r} is not a value") from None

    def _read_mapping(self, node: yaml.MappingNode, place: Place, lines: dict[Place, int]) -> dict[Hashable, Any]:
        read: dict[Hashable, Any] = {}
        for key_node, value_node in node.value:
            key = self._read_scalar(key_node)
            if not isinstance(key, str):
                raise NotYAMLError(key_node.start_mark.line + 1, f"{key_node.value!r} must be a text to be a key")
            if key in read:
                raise NotYAMLError(key_node.start_mark.line + 1, f"{key} is there twice")
            read[key] = self.read(value_node, (*place, key), lines)
            lines[(*place, key)] = key_node.start_mark.line + 1
        return read


class _Quick(_Reading, yaml.CSafeLoader):
    pass


class _Plain(_Reading, yaml.SafeLoader):
    pass
