"""Deleting an integration. The app is not touched: every account and group there stays as it is."""

from seatkeeper.core.errors import InvalidValueError, NotFoundError, NotPossibleNowError
from seatkeeper.core.integrations import IntegrationState
from seatkeeper.store.database import Reader, Transaction
from seatkeeper.store.queries.holdings import Holdings, count_holdings
from seatkeeper.store.queries.integrations import find_integration
from seatkeeper.store.records.deletions import delete_integration_row, record_deletion
from seatkeeper.store.records.integrations import lock_integration


async def survey_deletion(reader: Reader, slug: str) -> Holdings:
    """Say what deleting an integration would forget. Raises ``NotFoundError``."""
    integration = await find_integration(reader, slug)
    if integration is None:
        raise _missing(slug)
    return await count_holdings(reader, integration.id)


async def delete_integration(tx: Transaction, slug: str, *, confirm: str) -> Holdings:
    """Forget an integration with its people, groups, jobs, events, tokens and secrets; say how much that was.

    ``confirm`` is its slug once more. One event stays, which belongs to no integration. Raises ``NotFoundError``,
    ``InvalidValueError`` where the two differ, and ``NotPossibleNowError`` while it is live.
    """
    integration = await lock_integration(tx, slug)
    if integration is None:
        raise _missing(slug)
    if confirm != slug:
        raise InvalidValueError(f"To delete {slug}, confirm it with just that name.")
    if integration.state is IntegrationState.LIVE:
        raise NotPossibleNowError(f"{slug} is live. Pause it first: only a paused one or a draft can be deleted.")
    forgotten = await count_holdings(tx, integration.id)
    await delete_integration_row(tx, integration.id)
    await record_deletion(tx, integration, {"slug": slug, "forgotten": forgotten.as_document()})
    return forgotten


def _missing(slug: str) -> NotFoundError:
    return NotFoundError(f"There is no integration {slug}.")
