"""What a change by the IdP causes, as one statement: the job to carry it out and the event that tells of it.

It writes what ``records.jobs`` and ``records.events`` write one by one, in one round trip.
"""

from typing import Any

from sqlalchemy import (
    CTE,
    Boolean,
    DateTime,
    Insert,
    Text,
    Uuid,
    bindparam,
    exists,
    func,
    insert,
    select,
    union_all,
    update,
)

from seatkeeper.core.ids import GroupId, JobId
from seatkeeper.core.jobs import JobKind
from seatkeeper.core.users import User
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.records.events import Happening, event_values, touch_subject
from seatkeeper.store.records.jobs import wish_for, wish_values
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import accounts, app_groups, events
from seatkeeper.store.texts import name_key

_PREFIX = "event_"


def event_after(job: CTE) -> Insert:
    """Write the statement that records an event with the job it led to, if there is one.

    Its parameters are those ``event_parameters`` gives.
    """
    values = {each.name: bindparam(_PREFIX + each.name, type_=each.type) for each in events.columns}
    source = select(*({**values, "job_id": select(job.c.id).scalar_subquery()}).values())
    return insert(events).from_select(list(values), source)


def event_parameters(tx: Transaction, happening: Happening) -> dict[str, Any]:
    """Give the values of the parameters of ``event_after``; the job is the one the statement asks for."""
    values = event_values(tx, happening)
    del values["job_id"]
    return {_PREFIX + name: value for name, value in values.items()}


_ASKS = bindparam("asks", type_=Boolean)
_GROUP = bindparam("group_id", type_=Uuid)
_NAME = bindparam("display_name", type_=Text)


def _about_account() -> Prepared:
    target = func.coalesce(accounts.c.name, bindparam("user_name_key", type_=Text)).label("target")
    subjects = select(accounts.c.id, accounts.c.integration_id, target).where(
        accounts.c.user_id == bindparam("user_id", type_=Uuid), _ASKS
    )
    job = wish_for(subjects.subquery("subjects"), about_accounts=True).cte("job")
    return prepare(select(job.c.id).add_cte(event_after(job).returning(events.c.id).cte("event")))


def _about_app_group() -> Prepared:
    existing = (
        select(app_groups.c.id, app_groups.c.integration_id)
        .where(app_groups.c.group_id == _GROUP, _ASKS)
        .cte("existing")
    )
    made = _made(existing)
    both = union_all(select(existing), select(made)).subquery("both")
    subjects = select(both.c.id, both.c.integration_id, _NAME.label("target")).subquery("subjects")
    job = wish_for(subjects, about_accounts=False).cte("job")
    # Asked for first and renamed then: outcomes, too, are written to the job before the app group.
    asked = select(func.count(job.c.id)).scalar_subquery() > 0
    renamed = (
        update(app_groups)
        .where(app_groups.c.group_id == _GROUP, app_groups.c.display_name != _NAME, asked)
        .values(display_name=_NAME)
        .returning(app_groups.c.id)
        .cte("renamed")
    )
    event = event_after(job).returning(events.c.id).cte("event")
    return prepare(select(job.c.id).add_cte(renamed).add_cte(event))


def _made(existing: CTE) -> CTE:
    row = select(
        bindparam("app_group_id", type_=Uuid),
        bindparam("integration_id", type_=Uuid),
        _GROUP,
        _NAME,
        bindparam("now", type_=DateTime(timezone=True)),
    )
    return (
        insert(app_groups)
        .from_select(
            ["id", "integration_id", "group_id", "display_name", "created_at"],
            row.where(_ASKS, ~exists(select(existing.c.id))),
        )
        .returning(app_groups.c.id, app_groups.c.integration_id)
        .cte("made")
    )


_ASK_ABOUT_ACCOUNT = _about_account()
_ASK_ABOUT_APP_GROUP = _about_app_group()


async def follow_user(tx: Transaction, user: User, kind: JobKind | None, happening: Happening) -> None:
    """Record what happened to a user, and ask for a job of that kind for the account; None asks for nothing."""
    await tx.fetch_one(
        _ASK_ABOUT_ACCOUNT,
        **wish_values(tx, kind or JobKind.UPDATE),
        **event_parameters(tx, happening),
        user_id=user.id,
        user_name_key=name_key(user.user_name),
        asks=kind is not None,
    )
    touch_subject(tx, happening)


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
    touch_subject(tx, happening)
    return None if row is None else JobId(row["id"])
