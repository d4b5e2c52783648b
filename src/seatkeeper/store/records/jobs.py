"""Asking for jobs. The partial unique indexes of ``tables.jobs`` make a newer wish join an open job."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import (
    DateTime,
    FromClause,
    SmallInteger,
    Table,
    Text,
    Uuid,
    and_,
    any_,
    bindparam,
    case,
    func,
    null,
    select,
)
from sqlalchemy.dialects.postgresql import ARRAY, Insert, insert
from sqlalchemy.sql.dml import ReturningInsert

from seatkeeper.core.ids import AccountId, AppGroupId, JobId
from seatkeeper.core.jobs import JobKind, JobState, priority_of
from seatkeeper.store.database import Transaction
from seatkeeper.store.statements import Prepared, prepare
from seatkeeper.store.tables import PENDING_ACCOUNT_JOB, PENDING_GROUP_JOB, accounts, app_groups, jobs

_TAKES_ACCESS = 5
"""The priority of a group job that takes members out: before the joiners, after the leavers."""

_COLUMNS = [
    *("id", "integration_id", "account_id", "app_group_id", "kind", "state", "priority", "due_at"),
    *("target", "actor", "request_id", "created_at"),
]


def wish_for(subjects: FromClause, *, about_accounts: bool) -> ReturningInsert[Any]:
    """Write the statement that asks for a job for each row of ``subjects``: id, integration_id and target.

    Its parameters are those ``wish_values`` gives. ``subjects`` may name an actor and a request_id for each.
    """
    # In order of id: two bulk wishes that overlap then lock their rows the same way round.
    now = bindparam("now", type_=DateTime(timezone=True))
    source = select(
        func.uuidv7(),
        subjects.c.integration_id,
        subjects.c.id if about_accounts else null(),
        null() if about_accounts else subjects.c.id,
        bindparam("kind", type_=Text),
        bindparam("state", JobState.QUEUED.value, type_=Text),
        bindparam("priority", type_=SmallInteger),
        now,
        subjects.c.target,
        subjects.c.get("actor", bindparam("actor", type_=Text)),
        subjects.c.get("request_id", bindparam("request_id", type_=Text)),
        now,
    ).order_by(subjects.c.id)
    return _joining(insert(jobs).from_select(_COLUMNS, source), about_account=about_accounts)


def wish_values(tx: Transaction, kind: JobKind, *, takes_access: bool = False) -> dict[str, Any]:
    """Give the values of the parameters of ``wish_for``."""
    return {
        "kind": kind.value,
        "priority": _TAKES_ACCESS if takes_access else priority_of(kind),
        "now": tx.now,
        "actor": tx.origin.name,
        "request_id": tx.origin.request_id,
    }


def _ask_about(table: Table) -> Prepared:
    about_accounts = table is accounts
    name = (
        func.coalesce(accounts.c.name, accounts.c.user_name_key) if about_accounts else app_groups.c.display_name
    )
    subjects = (
        select(table.c.id, table.c.integration_id, name.label("target"))
        .where(table.c.id == any_(bindparam("subjects", type_=ARRAY(Uuid))))
        .subquery("subjects")
    )
    return prepare(wish_for(subjects, about_accounts=about_accounts))


def _joining(wish: Insert, *, about_account: bool) -> ReturningInsert[Any]:
    subject = jobs.c.account_id if about_account else jobs.c.app_group_id
    new = wish.excluded
    stays_provision = and_(jobs.c.kind == JobKind.PROVISION.value, new.kind == JobKind.UPDATE.value)
    stays_held = and_(jobs.c.held, new.kind == JobKind.DEPROVISION.value)
    soonest = func.least(jobs.c.priority, new.priority)
    is_queued = jobs.c.state == JobState.QUEUED.value
    return wish.on_conflict_do_update(
        index_elements=[subject],
        index_where=PENDING_ACCOUNT_JOB if about_account else PENDING_GROUP_JOB,
        set_={
            "wishes": jobs.c.wishes + 1,
            "kind": case((stays_provision, jobs.c.kind), else_=new.kind),
            "priority": new.priority if about_account else soonest,
            "state": case((stays_held, jobs.c.state), else_=new.state),
            "held": stays_held,
            # What a person was asked for, or said, is of an older wish.
            "by_hand": False,
            "done_by": null(),
            # A queued job keeps its place: a group that changes all day would otherwise never come to the front.
            "due_at": case((is_queued, func.least(jobs.c.due_at, new.due_at)), else_=new.due_at),
            "target": new.target,
            "actor": new.actor,
            "request_id": new.request_id,
        },
    ).returning(jobs.c.id, jobs.c.account_id)


_ASK_ABOUT_ACCOUNTS = _ask_about(accounts)
_ASK_ABOUT_GROUPS = _ask_about(app_groups)


async def ask_for_accounts(tx: Transaction, kind: JobKind, subjects: Sequence[AccountId]) -> list[JobId]:
    """Ask for a job for each account; a wish joins the open job of its account, a running one is followed."""
    return await _ask(tx, _ASK_ABOUT_ACCOUNTS, wish_values(tx, kind), subjects)


async def ask_for_groups(
    tx: Transaction, subjects: Sequence[AppGroupId], *, takes_access: bool = False
) -> list[JobId]:
    """Ask for a job for each app group. One that takes members out goes before those that give access."""
    return await _ask(tx, _ASK_ABOUT_GROUPS, wish_values(tx, JobKind.GROUP, takes_access=takes_access), subjects)


async def _ask(
    tx: Transaction,
    statement: Prepared,
    values: dict[str, Any],
    subjects: Sequence[AccountId] | Sequence[AppGroupId],
) -> list[JobId]:
    rows = await tx.fetch_all(statement, **values, subjects=list(subjects))
    return [JobId(row["id"]) for row in rows]
