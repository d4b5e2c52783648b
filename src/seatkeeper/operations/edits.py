"""Changing a part of an integration that somebody has looked at before, and nothing behind anybody's back."""

from collections.abc import Mapping

from seatkeeper.core.errors import VersionMismatchError
from seatkeeper.core.integrations import Integration
from seatkeeper.operations.checks import Connectors, IntegrationDraft
from seatkeeper.operations.integrations import PlannedIntegration, Saved, plan_integration, save_integration
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.versions import latest_version, list_versions
from seatkeeper.store.sealing import Keyring


def as_draft(integration: Integration, secrets: Mapping[str, str]) -> IntegrationDraft:
    """Give an integration as the draft that would change nothing."""
    return IntegrationDraft(
        slug=integration.slug,
        name=integration.name,
        connector=integration.connector,
        settings={**integration.settings, **secrets},
        mapping=integration.mapping,
        schema=integration.schema,
        policy=integration.policy,
    )


async def plan_edit(
    tx: Transaction, draft: IntegrationDraft, version: int, connectors: Connectors, keyring: Keyring
) -> PlannedIntegration:
    """Work out what saving a draft would do, which was made from this version.

    Raises ``DraftInvalidError``, and ``VersionMismatchError``, which names who was quicker.
    """
    planned = await plan_integration(tx, draft, connectors, keyring)
    assert planned.before is not None
    latest = await latest_version(tx, planned.before.id)
    if latest != version:
        [newest] = await list_versions(tx, planned.before.id, limit=1)
        raise VersionMismatchError(
            f"{newest.actor_name} changed this integration while you were at it, so nothing was saved. Look at the"
            " history to see what changed. What you entered is still below: save again to put it on top."
        )
    return planned


async def save_edit(
    tx: Transaction, draft: IntegrationDraft, version: int, connectors: Connectors, keyring: Keyring
) -> Saved:
    """Save a draft that was made from this version. Raises as ``plan_edit`` does."""
    return await save_integration(tx, await plan_edit(tx, draft, version, connectors, keyring), keyring)
