"""The arrival of a user: user, account, job and event written by one statement, the only way to add a user.

A first sync is thousands of arrivals, so each pays one round trip. What it writes is what ``records.jobs`` and
``records.events`` write one by one.
"""

from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    DateTime,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    exists,
    func,
    insert,
    null,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import JSONB
from sqlalchemy.dialects.postgresql import insert as insert_or

from seatkeeper.core.events import EventKind
from seatkeeper.core.ids import IntegrationId, UserId
from seatkeeper.core.jobs import JobKind
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.consequences import event_after, event_parameters
from seatkeeper.store.records.events import Happening
from seatkeeper.store.records.jobs import wish_for, wish_values
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, events, users


@dataclass(frozen=True, slots=True)
class Arrival:
    """A user to be. ``document`` is JSON text, ``user_name_key`` the folded userName."""

    integration_id: IntegrationId
    user_name: str
    user_name_key: str
    external_id: str | None
    active: bool
    document: str


_NOW = bindparam("now", type_=DateTime(timezone=True))
_KEY = bindparam("user_name_key", type_=Text)
_INTEGRATION = bindparam("integration_id", type_=Uuid)
_ACTIVE = bindparam("active", type_=Boolean)


def _user() -> CTE:
    values = {
        "id": bindparam("user_id", type_=Uuid),
        "integration_id": _INTEGRATION,
        "user_name": bindparam("user_name", type_=Text),
        "user_name_key": _KEY,
        "external_id": bindparam("external_id", type_=Text),
        "active": _ACTIVE,
        "document": bindparam("document", type_=JSONB),
        "created_at": _NOW,
        "updated_at": _NOW,
    }
    taken = insert_or(users).values(values).on_conflict_do_nothing(constraint="user_names_are_unique_without_case")
    return taken.returning(users.c.id).cte("arrived")


def _account_left_behind(user: CTE) -> CTE:
    return (
        select(accounts.c.id, func.coalesce(accounts.c.name, accounts.c.user_name_key).label("target"))
        .join(user, true())
        .where(
            accounts.c.integration_id == _INTEGRATION,
            accounts.c.user_name_key == _KEY,
            accounts.c.user_id.is_(None),
        )
        .order_by(accounts.c.id.desc())
        .limit(1)
        .cte("left_behind")
    )


def _new_account(user: CTE, left_behind: CTE) -> CTE:
    source = select(bindparam("account_id", type_=Uuid), _INTEGRATION, user.c.id, _KEY, _NOW)
    return (
        insert(accounts)
        .from_select(
            ["id", "integration_id", "user_id", "user_name_key", "created_at"],
            source.where(~exists(select(left_behind.c.id))),
        )
        .returning(accounts.c.id, accounts.c.user_name_key.label("target"))
        .cte("new_account")
    )


def _taking_over(user: CTE, left_behind: CTE, job: CTE) -> CTE:
    # The job is asked for before the account is touched: outcomes, too, are written in this order.
    asked = select(func.count(job.c.id)).scalar_subquery() >= 0
    return (
        update(accounts)
        .where(accounts.c.id == left_behind.c.id, asked)
        # Whoever is back is no leaver: the account is not to be deleted, and nobody is to read that it will be.
        .values(user_id=user.c.id, delete_at=case((_ACTIVE, null()), else_=accounts.c.delete_at))
        .returning(accounts.c.id)
        .cte("taken_over")
    )


def _arrive() -> Select[Any]:
    user = _user()
    left_behind = _account_left_behind(user)
    account = union_all(select(left_behind), select(_new_account(user, left_behind))).cte("account")
    subjects = select(account.c.id, _INTEGRATION.label("integration_id"), account.c.target).where(_ACTIVE)
    job = wish_for(subjects.subquery("subjects"), about_accounts=True).cte("job")
    event = event_after(job, user).returning(events.c.id).cte("event")
    return select(user.c.id).add_cte(_taking_over(user, left_behind, job)).add_cte(event)


_ARRIVE = prepare(_arrive())


async def add_user(tx: Transaction, arrival: Arrival) -> UserId | None:
    """Write the user, its account, the job to provision an active one, and the event; touch the integration.

    An account of the same userName that no user holds is taken over. Answers None, and has written nothing,
    when the userName is taken; waits for one that is being taken at this moment.
    """
    user_id = UserId(new_id())
    happening = Happening(
        arrival.integration_id,
        EventKind.USER_ASSIGNED,
        arrival.user_name,
        user_id,
        details={} if arrival.active else {"active": False},
    )
    row = await tx.fetch_one(
        _ARRIVE,
        **wish_values(tx, JobKind.PROVISION),
        **event_parameters(tx, happening),
        integration_id=arrival.integration_id,
        user_id=user_id,
        user_name=arrival.user_name,
        user_name_key=arrival.user_name_key,
        external_id=arrival.external_id,
        active=arrival.active,
        document=arrival.document,
        account_id=new_id(),
    )
    if row is None:
        return None
    tx.touch(arrival.integration_id)
    return user_id
