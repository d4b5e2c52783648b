"""Setting integrations live, pausing and resuming them."""

from collections.abc import Mapping

from seatkeeper.core.errors import NotFoundError, NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.replays import is_copy
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.integrations import ask_for_probe, lock_integration, set_state


async def activate_integration(tx: Transaction, slug: str) -> None:
    """Let a draft run its jobs. Raises ``NotFoundError`` and ``NotPossibleNowError``.

    A copy made for a replay is full of people who do not exist, so it stays a draft.
    """
    integration = await _lock(tx, slug)
    if await is_copy(tx, integration.id):
        raise NotPossibleNowError(
            f"{slug} is a copy made for a replay, with stand-ins instead of people: it never goes live. Change the"
            " integration it was copied from instead."
        )
    _demand(
        integration,
        IntegrationState.DRAFT,
        {
            IntegrationState.LIVE: f"{slug} is live already.",
            IntegrationState.PAUSED: f"{slug} is paused: resume it instead.",
        },
    )
    await _switch(tx, integration, IntegrationState.LIVE, EventKind.INTEGRATION_ACTIVATED)


async def pause_integration(tx: Transaction, slug: str) -> None:
    """Run no more jobs; SCIM goes on and nothing is lost. Raises ``NotFoundError`` and ``NotPossibleNowError``."""
    integration = await _lock(tx, slug)
    _demand(
        integration,
        IntegrationState.LIVE,
        {
            IntegrationState.DRAFT: f"{slug} is a draft: it runs no jobs until it is activated.",
            IntegrationState.PAUSED: f"{slug} is paused already.",
        },
    )
    await _switch(tx, integration, IntegrationState.PAUSED, EventKind.INTEGRATION_PAUSED)


async def resume_integration(tx: Transaction, slug: str) -> None:
    """Run the jobs that have gathered. Raises ``NotFoundError`` and ``NotPossibleNowError``."""
    integration = await _lock(tx, slug)
    _demand(
        integration,
        IntegrationState.PAUSED,
        {
            IntegrationState.DRAFT: f"{slug} is a draft: activate it instead.",
            IntegrationState.LIVE: f"{slug} is live already.",
        },
    )
    await ask_for_probe(tx, integration.id)
    await _switch(tx, integration, IntegrationState.LIVE, EventKind.INTEGRATION_RESUMED)


async def _lock(tx: Transaction, slug: str) -> Integration:
    integration = await lock_integration(tx, slug)
    if integration is None:
        raise NotFoundError(f"There is no integration {slug}.")
    return integration


def _demand(integration: Integration, state: IntegrationState, otherwise: Mapping[IntegrationState, str]) -> None:
    if integration.state is not state:
        raise NotPossibleNowError(otherwise[integration.state])


async def _switch(tx: Transaction, integration: Integration, state: IntegrationState, kind: EventKind) -> None:
    await set_state(tx, integration.id, state)
    await record_event(tx, Happening(integration.id, kind, integration.name))
