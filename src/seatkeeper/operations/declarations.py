"""Integrations as code: files that say what integrations there should be, planned first and then applied."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from seatkeeper.core.integrations import IntegrationState
from seatkeeper.operations.checks import Connectors, DraftInvalidError, IntegrationDraft
from seatkeeper.operations.declared import DeclaredIntegration
from seatkeeper.operations.integrations import PlannedIntegration, Saved, plan_integration, save_integration
from seatkeeper.operations.parsing import Declaration, DeclarationsInvalidError, Source, parse_declarations
from seatkeeper.operations.switches import activate_integration, pause_integration, resume_integration
from seatkeeper.spi.connector import Connector
from seatkeeper.spi.settings import secret_names
from seatkeeper.store.database import Transaction
from seatkeeper.store.sealing import Keyring


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


async def plan_declarations(
    tx: Transaction, sources: Sequence[Source], connectors: Connectors, keyring: Keyring
) -> list[PlannedDeclaration]:
    """Work out what applying the files would do; what is there already stays locked until the transaction ends.

    Raises ``DeclarationsInvalidError`` with every fault of every file.
    """
    faults: list[str] = []
    declarations = parse_declarations(sources, faults)
    # In order of slug: two files applied at once then lock their integrations the same way round.
    declarations.sort(key=lambda one: one.content.slug)
    planned = [await _plan(tx, one, connectors, keyring, faults) for one in declarations]
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


async def _plan(
    tx: Transaction, declaration: Declaration, connectors: Connectors, keyring: Keyring, faults: list[str]
) -> PlannedDeclaration | None:
    content = declaration.content
    connector = connectors.get(content.connector)
    secrets = frozenset[str]() if connector is None else secret_names(connector.settings)
    unresolved: list[str] = []
    settings = declaration.resolve_settings(secrets, unresolved)
    if unresolved:
        faults.extend(unresolved)
        return None
    try:
        planned = await plan_integration(tx, _draft(content, settings, connector), connectors, keyring)
    except DraftInvalidError as error:
        faults.extend(declaration.fault(fault.where, fault.sentence) for fault in error.faults)
        return None
    state = IntegrationState.DRAFT if planned.before is None else planned.before.state
    return PlannedDeclaration(planned, content.state or state)


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
