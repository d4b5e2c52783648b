"""Making and changing integrations. Nothing here calls an app."""

from dataclasses import dataclass

from seatkeeper.core.errors import AlreadyExistsError, NotFoundError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.core.values import Document
from seatkeeper.operations.checks import (
    Checked,
    Connectors,
    DraftInvalidError,
    Fault,
    IntegrationDraft,
    check_draft,
)
from seatkeeper.operations.differences import Difference, compare_integrations, compare_secrets
from seatkeeper.operations.uniqueness import follow_schema, refuse_duplicates
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.queries.integrations import find_sealed_secrets
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.integrations import (
    ask_for_probe,
    insert_integration,
    lock_integration,
    put_secrets,
    update_integration,
)
from seatkeeper.store.records.reviews import ask_for_active_accounts, ask_for_pushed_groups
from seatkeeper.store.records.versions import insert_version
from seatkeeper.store.sealing import Keyring, SealError


@dataclass(frozen=True, slots=True)
class PlannedIntegration:
    """What saving a draft would do. ``before`` is None for an integration that is not there yet."""

    checked: Checked
    before: Integration | None
    differences: tuple[Difference, ...]

    @property
    def changes_nothing(self) -> bool:
        """The integration is there already, exactly so."""
        return self.before is not None and not self.differences


@dataclass(frozen=True, slots=True)
class Saved:
    """An integration as it was saved; ``jobs`` now look at its accounts and groups again."""

    integration: Integration
    differences: tuple[Difference, ...]
    jobs: int


async def plan_integration(
    tx: Transaction, draft: IntegrationDraft, connectors: Connectors, keyring: Keyring
) -> PlannedIntegration:
    """Check a draft and work out what saving it would do; the integration stays locked until the transaction ends.

    What the draft leaves out is as the connector declares. Raises ``InvalidValueError`` (see ``check_draft``).
    """
    before = await lock_integration(tx, draft.slug)
    if before is None:
        return PlannedIntegration(
            check_draft(draft, connectors, IntegrationId(new_id()), IntegrationState.DRAFT), None, ()
        )
    if draft.connector != before.connector:
        raise DraftInvalidError(
            Fault(
                ("connector",),
                f"{before.slug} is joined to its app by the {before.connector} connector, and that cannot be"
                " changed: make another integration",
            )
        )
    checked = check_draft(draft, connectors, before.id, before.state)
    await refuse_duplicates(tx, before, checked.integration)
    secrets = compare_secrets(await read_secrets(tx, before, keyring), checked.secrets)
    return PlannedIntegration(checked, before, (*compare_integrations(before, checked.integration), *secrets))


async def save_integration(tx: Transaction, planned: PlannedIntegration, keyring: Keyring) -> Saved:
    """Carry out what was planned in this transaction.

    A new integration is a draft, which takes what the IdP sends and runs no jobs. When a change may concern
    accounts, a job looks at every active one, which is harmless where nothing differs. Changed settings have a
    quarantined integration probed at once. Each change is kept as a version.
    What changes nothing leaves no trace.
    """
    integration = planned.checked.integration
    if planned.before is None:
        await _insert(tx, planned.checked, keyring)
        await insert_version(tx, integration)
        return Saved(integration, (), 0)
    if planned.changes_nothing:
        return Saved(planned.before, (), 0)
    await update_integration(tx, integration)
    await insert_version(tx, integration)
    await follow_schema(tx, planned.before, integration)
    await _follow_settings(tx, planned, keyring)
    jobs = await _look_again(tx, planned.before, integration)
    fields = [difference.field for difference in planned.differences]
    await _tell(tx, integration, EventKind.INTEGRATION_CHANGED, {"changed": fields, "jobs": jobs})
    return Saved(integration, planned.differences, jobs)


async def create_integration(
    tx: Transaction, draft: IntegrationDraft, connectors: Connectors, keyring: Keyring
) -> Integration:
    """Make an integration. Raises ``InvalidValueError`` (see ``check_draft``) and ``AlreadyExistsError``."""
    planned = await plan_integration(tx, draft, connectors, keyring)
    if planned.before is not None:
        raise _taken(draft.slug)
    return (await save_integration(tx, planned, keyring)).integration


async def change_integration(
    tx: Transaction, draft: IntegrationDraft, connectors: Connectors, keyring: Keyring
) -> Saved:
    """Make the integration of this slug as the draft says. Raises ``NotFoundError`` and ``InvalidValueError``."""
    planned = await plan_integration(tx, draft, connectors, keyring)
    if planned.before is None:
        raise NotFoundError(f"There is no integration {draft.slug}.")
    return await save_integration(tx, planned, keyring)


async def read_secrets(reader: Reader, integration: Integration, keyring: Keyring) -> dict[str, str]:
    """Unseal the secrets of an integration; those of a lost key count as not there, so they can be set anew."""
    try:
        sealed = await find_sealed_secrets(reader, integration.id)
        return keyring.unseal_secrets(sealed, bound_to=str(integration.id))
    except SealError:
        return {}


def _taken(slug: str) -> AlreadyExistsError:
    return AlreadyExistsError(f"There already is an integration {slug}.")


async def _insert(tx: Transaction, checked: Checked, keyring: Keyring) -> None:
    if not await insert_integration(tx, checked.integration, _seal(checked, keyring)):
        raise _taken(checked.integration.slug)
    await _tell(tx, checked.integration, EventKind.INTEGRATION_CREATED)


async def _follow_settings(tx: Transaction, planned: PlannedIntegration, keyring: Keyring) -> None:
    integration_id = planned.checked.integration.id
    if any(difference.secret for difference in planned.differences):
        await put_secrets(tx, integration_id, _seal(planned.checked, keyring))
    if any(difference.field.startswith("settings.") for difference in planned.differences):
        await ask_for_probe(tx, integration_id)


async def _look_again(tx: Transaction, before: Integration, after: Integration) -> int:
    """Ask for every account and group the change may concern. A draft's jobs are all still to come."""
    moved = before.settings != after.settings
    ruled_anew = (before.mapping, before.schema) != (after.mapping, after.schema)
    starts_pushing = after.policy.push_groups and not before.policy.push_groups
    is_draft = after.state is IntegrationState.DRAFT
    jobs = 0
    if (moved or ruled_anew) and not is_draft:
        jobs += await ask_for_active_accounts(tx, after.id)
    if starts_pushing or (moved and after.policy.push_groups and not is_draft):
        jobs += await ask_for_pushed_groups(tx, after.id)
    return jobs


def _seal(checked: Checked, keyring: Keyring) -> bytes | None:
    if not checked.secrets:
        return None
    return keyring.seal_secrets(checked.secrets, bound_to=str(checked.integration.id))


async def _tell(
    tx: Transaction, integration: Integration, kind: EventKind, details: Document | None = None
) -> None:
    await record_event(tx, Happening(integration.id, kind, integration.name, details=details or {}))
