"""What a change by the IdP causes, as one statement: the job to carry it out and the event that tells of it.

It writes what ``records.jobs`` and ``records.events`` write one by one, in one round trip.
"""

from typing import Any

from sqlalchemy import CTE, Boolean, DateTime, FromClause, Insert, Text, Uuid, bindparam, func, insert, select
from sqlalchemy.dialects.postgresql import insert as insert_or

from seatkeeper.core.ids import GroupId, JobId, UserId
from seatkeeper.core.jobs import JobKind
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.events import Happening, event_values
from seatkeeper.store.records.jobs import wish_for, wish_values
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import accounts, app_groups, events

_PREFIX = "event_"


def event_after(job: CTE, cause: FromClause | None = None) -> Insert:
    """Write the statement that records an event with the job it led to, if there is one.

    With a ``cause`` there is one event for each of its rows. Its parameters are those ``event_parameters`` gives.
    """
    values = {each.name: bindparam(_PREFIX + each.name, type_=each.type) for each in events.columns}
    source = select(*({**values, "job_id": select(job.c.id).scalar_subquery()}).values())
    return insert(events).from_select(list(values), source if cause is None else source.select_from(cause))


def event_parameters(tx: Transaction, happening: Happening) -> dict[str, Any]:
    """Give the values of the parameters of ``event_after``; the job is the one the statement asks for."""
    values = event_values(tx, happening)
    del values["job_id"]
    return {_PREFIX + name: value for name, value in values.items()}


def _asking(subjects: FromClause, *, about_accounts: bool) -> Prepared:
    job = wish_for(subjects, about_accounts=about_accounts).cte("job")
    event = event_after(job).returning(events.c.id).cte("event")
    return prepare(select(select(job.c.id).scalar_subquery().label("job_id")).add_cte(event))


_account = (
    select(
        accounts.c.id,
        accounts.c.integration_id,
        func.coalesce(accounts.c.name, accounts.c.user_name_key).label("target"),
    )
    .where(accounts.c.user_id == bindparam("user_id", type_=Uuid), bindparam("asks", type_=Boolean))
    .subquery("subjects")
)
_ASK_ABOUT_ACCOUNT = _asking(_account, about_accounts=True)

_app_group = (
    insert_or(app_groups)
    .from_select(
        ["id", "integration_id", "group_id", "display_name", "created_at"],
        select(
            bindparam("app_group_id", type_=Uuid),
            bindparam("integration_id", type_=Uuid),
            bindparam("group_id", type_=Uuid),
            bindparam("display_name", type_=Text),
            bindparam("now", type_=DateTime(timezone=True)),
        ).where(bindparam("asks", type_=Boolean)),
    )
    .on_conflict_do_update(
        constraint="one_app_group_per_group", set_={"display_name": bindparam("display_name", type_=Text)}
    )
    .returning(app_groups.c.id, app_groups.c.integration_id, app_groups.c.display_name.label("target"))
    .cte("subjects")
)
_ASK_ABOUT_APP_GROUP = _asking(_app_group, about_accounts=False)


async def follow_user(tx: Transaction, user_id: UserId, kind: JobKind | None, happening: Happening) -> None:
    """Record what happened to a user, and ask for a job of that kind for the account; None asks for nothing."""
    await tx.fetch_one(
        _ASK_ABOUT_ACCOUNT,
        **wish_values(tx, kind or JobKind.UPDATE),
        **event_parameters(tx, happening),
        user_id=user_id,
        asks=kind is not None,
    )
    tx.touch(happening.integration_id)


async def follow_group(
    tx: Transaction, group_id: GroupId, happening: Happening, *, pushes: bool, takes_access: bool
) -> JobId | None:
    """Record what happened to a group, and give the app group its name and a job where the group is pushed.

    The app group is made when there is none yet. ``happening.target`` is the name of the group.
    """
    row = await tx.fetch_one(
        _ASK_ABOUT_APP_GROUP,
        **wish_values(tx, JobKind.GROUP, takes_access=takes_access),
        **event_parameters(tx, happening),
        app_group_id=new_id(),
        integration_id=happening.integration_id,
        group_id=group_id,
        display_name=happening.target,
        asks=pushes,
    )
    tx.touch(happening.integration_id)
    return None if row is None or row["job_id"] is None else JobId(row["job_id"])
