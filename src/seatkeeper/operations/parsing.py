"""Reading the files that declare integrations: every fault is found, and each has its line."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.operations.declared import DeclaredIntegration
from seatkeeper.spi.documents import Located, NotYAMLError, Place, load_located, say_fault


@dataclass(frozen=True, slots=True)
class Reference:
    """Where a value is that does not belong into a file: an environment variable or another file."""

    kind: Literal["env", "file"]
    name: str


@dataclass(frozen=True, slots=True)
class Source:
    """A file as it was read. ``resolve`` looks a reference up, or raises ``InvalidValueError``."""

    name: str
    text: str
    resolve: Callable[[Reference], str]


class DeclarationsInvalidError(InvalidValueError):
    """Files were refused and nothing was changed; ``faults`` has ``file:line: what`` for each."""

    def __init__(self, faults: Sequence[str]) -> None:
        super().__init__("\n".join(["Nothing was changed.", *faults]))
        self.faults = tuple(faults)


@dataclass(frozen=True, slots=True)
class Declaration:
    """One integration as a file says it should be, and the way to it in the file."""

    source: Source
    document: Located
    place: Place
    content: DeclaredIntegration = field(repr=False)

    def fault(self, where: Place, sentence: str) -> str:
        """Say what is wrong with a part of it, with file and line."""
        return _fault(self.source, self.document, (*self.place, *where), sentence)

    def resolve_settings(self, secrets: frozenset[str], faults: list[str]) -> dict[str, Any]:
        """Look up what the settings refer to. A literal among the ``secrets`` is a fault."""
        settings: dict[str, Any] = {}
        for name, value in self.content.settings.items():
            reference = _as_reference(value)
            if reference is not None:
                try:
                    settings[name] = self.source.resolve(reference)
                except InvalidValueError as error:
                    faults.append(self.fault(("settings", name), str(error)))
            elif name in secrets and value is not None:
                faults.append(self.fault(("settings", name), _LITERAL))
            else:
                settings[name] = value
        return settings


_LITERAL = "is a secret and does not belong into a file: write {env: NAME} or {file: PATH} in its place"


def parse_declarations(sources: Sequence[Source], faults: list[str]) -> list[Declaration]:
    """Read every integration the sources declare; what is wrong with the others is added to the faults."""
    declarations = [one for source in sources for one in _parse(source, faults)]
    seen: set[str] = set()
    for one in declarations:
        if one.content.slug in seen:
            faults.append(one.fault(("slug",), f"{one.content.slug} is declared twice"))
        seen.add(one.content.slug)
    return declarations


def _parse(source: Source, faults: list[str]) -> Iterator[Declaration]:
    try:
        documents = load_located(source.text)
    except NotYAMLError as error:
        faults.append(f"{source.name}:{error.line}: {error}")
        return
    for document in documents:
        for place, content in _integrations_in(document.value):
            try:
                yield Declaration(source, document, place, DeclaredIntegration.model_validate(content))
            except ValidationError as error:
                faults.extend(
                    _fault(source, document, (*place, *each["loc"]), _sentence(each["type"], each["msg"]))
                    for each in error.errors(include_input=False, include_url=False)
                )


def _integrations_in(value: Any) -> list[tuple[Place, Any]]:
    """Find the integrations of a document: a list of them, alone or under ``integrations``, or just one."""
    if isinstance(value, dict) and set(value) == {"integrations"}:
        return [(("integrations", *place), content) for place, content in _integrations_in(value["integrations"])]
    if isinstance(value, list):
        return [((number,), content) for number, content in enumerate(value)]
    return [((), value)]


def _as_reference(value: Any) -> Reference | None:
    match value:
        case {"env": str(name)} if len(value) == 1:
            return Reference("env", name)
        case {"file": str(name)} if len(value) == 1:
            return Reference("file", name)
        case _:
            return None


def _fault(source: Source, document: Located, place: Place, sentence: str) -> str:
    # The line says which integration it is, so the way to it in the file is left out.
    start = 2 if place[:1] == ("integrations",) else int(isinstance(next(iter(place), None), int))
    dotted = ".".join(map(str, place[start:]))
    return f"{source.name}:{document.line_of(place)}: {dotted}{': ' if dotted else ''}{sentence}"


def _sentence(kind: str, message: str) -> str:
    if kind == "model_type":
        return "must be an integration: slug, name, connector, settings …"
    return say_fault(kind, message)
