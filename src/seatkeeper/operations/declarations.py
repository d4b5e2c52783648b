"""Integrations as code: files that say what integrations there should be, planned first and then applied."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from pydantic import ValidationError

from seatkeeper.core.errors import InvalidValueError
from seatkeeper.core.integrations import IntegrationState
from seatkeeper.operations.checks import Connectors, DraftInvalidError, IntegrationDraft
from seatkeeper.operations.declared import DeclaredIntegration
from seatkeeper.operations.integrations import (
    PlannedIntegration,
    Saved,
    activate_integration,
    pause_integration,
    plan_integration,
    resume_integration,
    save_integration,
)
from seatkeeper.operations.located import Located, NotYAMLError, Place, load_located
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.settings import secret_names
from seatkeeper.store.database import Transaction
from seatkeeper.store.sealing import Keyring


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
class PlannedDeclaration:
    """What applying one declared integration would do."""

    integration: PlannedIntegration
    state: IntegrationState

    @property
    def state_before(self) -> IntegrationState:
        """The state it has now; a new one begins as a draft."""
        before = self.integration.before
        return IntegrationState.DRAFT if before is None else before.state

    @property
    def action(self) -> Literal["create", "change", "nothing"]:
        """What it comes to."""
        if self.integration.before is None:
            return "create"
        return "nothing" if self.integration.changes_nothing and self.state is self.state_before else "change"


@dataclass(frozen=True, slots=True)
class _Declared:
    """One integration in a file, with the way to it."""

    source: Source
    document: Located
    place: Place
    content: DeclaredIntegration = field(repr=False)

    def fault(self, where: Place, sentence: str) -> str:
        return _fault(self.source, self.document, (*self.place, *where), sentence)


async def plan_declarations(
    tx: Transaction, sources: Sequence[Source], connectors: Connectors, keyring: Keyring
) -> list[PlannedDeclaration]:
    """Work out what applying the files would do; what is there already stays locked until the transaction ends.

    Raises ``DeclarationsInvalidError`` with every fault of every file.
    """
    faults: list[str] = []
    declared = [one for source in sources for one in _parse(source, faults)]
    _refuse_doubles(declared, faults)
    planned = [await _plan(tx, one, connectors, keyring, faults) for one in declared]
    if faults:
        raise DeclarationsInvalidError(faults)
    return [one for one in planned if one is not None]


async def apply_declarations(
    tx: Transaction, planned: Sequence[PlannedDeclaration], keyring: Keyring
) -> list[Saved]:
    """Carry out what was planned in this transaction. Raises ``NotPossibleNowError`` for a draft to be paused."""
    return [await _apply(tx, one, keyring) for one in planned]


async def _apply(tx: Transaction, planned: PlannedDeclaration, keyring: Keyring) -> Saved:
    saved = await save_integration(tx, planned.integration, keyring)
    if planned.state is not planned.state_before:
        await _switch(tx, saved.integration.slug, planned)
    return saved


async def _switch(tx: Transaction, slug: str, planned: PlannedDeclaration) -> None:
    if planned.state is IntegrationState.PAUSED:
        await pause_integration(tx, slug)
    elif planned.state_before is IntegrationState.PAUSED:
        await resume_integration(tx, slug)
    else:
        await activate_integration(tx, slug)


def _parse(source: Source, faults: list[str]) -> Iterator[_Declared]:
    try:
        documents = load_located(source.text)
    except NotYAMLError as error:
        faults.append(f"{source.name}:{error.line}: {error}")
        return
    for document in documents:
        for place, content in _integrations_in(document.value):
            try:
                yield _Declared(source, document, place, DeclaredIntegration.model_validate(content))
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


def _refuse_doubles(declared: Sequence[_Declared], faults: list[str]) -> None:
    seen: set[str] = set()
    for one in declared:
        if one.content.slug in seen:
            faults.append(one.fault(("slug",), f"{one.content.slug} is declared twice"))
        seen.add(one.content.slug)


async def _plan(
    tx: Transaction, declared: _Declared, connectors: Connectors, keyring: Keyring, faults: list[str]
) -> PlannedDeclaration | None:
    connector = connectors.get(declared.content.connector)
    before = len(faults)
    settings = _resolve_settings(declared, connector, faults)
    if len(faults) > before:
        return None
    try:
        planned = await plan_integration(tx, _draft(declared.content, settings, connector), connectors, keyring)
    except DraftInvalidError as error:
        faults.extend(declared.fault(fault.where, fault.sentence) for fault in error.faults)
        return None
    state = planned.before.state if planned.before is not None else IntegrationState.DRAFT
    return PlannedDeclaration(planned, declared.content.state or state)


def _draft(
    content: DeclaredIntegration, settings: Mapping[str, Any], connector: Connector[Any] | None
) -> IntegrationDraft:
    mapping = content.mapping
    return IntegrationDraft(
        slug=content.slug,
        name=content.name,
        connector=content.connector,
        settings=settings,
        mapping=None if mapping is None or connector is None else mapping.over(connector.mapping),
        schema=None if connector is None else content.schema_over(connector.schema),
        policy=content.policy.as_policy(),
    )


def _resolve_settings(declared: _Declared, connector: Connector[Any] | None, faults: list[str]) -> dict[str, Any]:
    secrets = frozenset[str]() if connector is None else secret_names(connector.settings)
    settings: dict[str, Any] = {}
    for name, value in declared.content.settings.items():
        reference = _reference(value)
        if reference is not None:
            try:
                settings[name] = declared.source.resolve(reference)
            except InvalidValueError as error:
                faults.append(declared.fault(("settings", name), str(error)))
        elif name in secrets and value is not None:
            faults.append(declared.fault(("settings", name), _LITERAL_SECRET))
        else:
            settings[name] = value
    return settings


_LITERAL_SECRET = "is a secret and does not belong into a file: write {env: NAME} or {file: PATH} in its place"  # noqa: S105


def _reference(value: Any) -> Reference | None:
    match value:
        case {"env": str(name)} if len(value) == 1:
            return Reference("env", name)
        case {"file": str(name)} if len(value) == 1:
            return Reference("file", name)
        case _:
            return None


def _fault(source: Source, document: Located, place: Place, sentence: str) -> str:
    dotted = ".".join(map(str, place))
    return f"{source.name}:{document.line_of(place)}: {dotted}{': ' if dotted else ''}{sentence}"


def _sentence(kind: str, message: str) -> str:
    match kind:
        case "missing":
            return "is missing"
        case "extra_forbidden":
            return "is not known here"
        case "model_type":
            return "must be an integration: slug, name, connector, settings …"
        case _:
            plain = message.removeprefix("Value error, ")
            return f"{plain[0].lower()}{plain[1:]}"
