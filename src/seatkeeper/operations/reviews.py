"""Looking at accounts again because a person asks for it. What is found in line already is left alone."""

from seatkeeper.core.errors import NotPossibleNowError
from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import AccountId, JobId, UserId
from seatkeeper.core.integrations import Integration, IntegrationState
from seatkeeper.core.jobs import JobKind
from seatkeeper.core.users import User
from seatkeeper.store.database import Transaction
from seatkeeper.store.queries.accounts import find_account_id, load_people
from seatkeeper.store.queries.users import get_user
from seatkeeper.store.records.events import Happening, record_event
from seatkeeper.store.records.jobs import ask_for_accounts
from seatkeeper.store.records.reviews import ask_for_active_accounts, ask_for_pushed_groups


async def sync_integration(tx: Transaction, integration: Integration) -> int:
    """Ask for a job for every active account and every pushed group; say how many.

    A wish joins the open job of its account. Raises ``NotPossibleNowError`` unless the integration is live.
    """
    _demand_live(integration)
    jobs = await ask_for_active_accounts(tx, integration.id)
    if integration.policy.push_groups:
        jobs += await ask_for_pushed_groups(tx, integration.id)
    told = Happening(
        integration.id, EventKind.INTEGRATION_SYNC_REQUESTED, integration.name, details={"jobs": jobs}
    )
    await record_event(tx, told)
    return jobs


async def sync_person(tx: Transaction, integration: Integration, user_id: UserId) -> JobId:
    """Ask for a job for one person's account, due now; one that waits to be tried again is due now as well.

    Raises ``NotFoundError``, and ``NotPossibleNowError`` unless the integration is live.
    """
    _demand_live(integration)
    user = await get_user(tx, integration.id, user_id)
    account_id = await find_account_id(tx, integration.id, user_id)
    assert account_id is not None, "a user is never without an account row"
    [job_id] = await ask_for_accounts(tx, await _kind(tx, user, account_id), [account_id])
    told = Happening(integration.id, EventKind.USER_SYNC_REQUESTED, user.user_name, user_id, job_id)
    await record_event(tx, told)
    return job_id


async def _kind(tx: Transaction, user: User, account_id: AccountId) -> JobKind:
    if not user.active:
        return JobKind.DEPROVISION
    people = await load_people(tx, [account_id], with_groups=False)
    return JobKind.PROVISION if people[account_id].account.uid is None else JobKind.UPDATE


def _demand_live(integration: Integration) -> None:
    if integration.state is not IntegrationState.LIVE:
        raise NotPossibleNowError(
            f"{integration.name} is {integration.state.value}: it runs no jobs until it is live."
        )
