"""The arrival of users: users, accounts, jobs and events written by one statement, the only way to add a user.

A first sync is thousands of arrivals, so each pays one round trip at most, and those that come at once share it.
What it writes is what ``records.jobs`` and ``records.events`` write one by one.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import orjson
from sqlalchemy import (
    CTE,
    BigInteger,
    Boolean,
    DateTime,
    Select,
    Text,
    Uuid,
    bindparam,
    case,
    column,
    false,
    func,
    insert,
    literal,
    null,
    or_,
    select,
    true,
    union_all,
    update,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlalchemy.dialects.postgresql import insert as insert_or

from seatkeeper.core.events import EventKind, Origin
from seatkeeper.core.ids import IntegrationId, UserId
from seatkeeper.core.jobs import JobKind
from seatkeeper.store.database import Transaction
from seatkeeper.store.identifiers import new_id
from seatkeeper.store.membership_tables import waiting_members
from seatkeeper.store.records.jobs import wish_for, wish_values
from seatkeeper.store.records.unique_values import lock_keys
from seatkeeper.store.rowsets import encode_rows, rowset
from seatkeeper.store.statements import prepare
from seatkeeper.store.tables import accounts, events, users


@dataclass(frozen=True, slots=True)
class Arrival:
    """A user to be, and who asked for it. ``document`` is JSON text, ``user_name_key`` the folded userName."""

    integration_id: IntegrationId
    origin: Origin
    user_name: str
    user_name_key: str
    external_id: str | None
    active: bool
    document: str
    turn: bytes
    """The digest by which rivals for the userName take turns."""
    user_id: UserId | None = None
    """The id the user was promised, if any."""


@dataclass(frozen=True, slots=True)
class Landing:
    """How an arrival ended. Without a ``user_id`` nothing was written."""

    user_id: UserId | None
    is_awaited: bool
    """A group waits for the user, who must then come in a transaction that can make it a member."""


_NOW = bindparam("now", type_=DateTime(timezone=True))
_TURNS = func.unnest(bindparam("turns", type_=ARRAY(BigInteger))).column_valued("turn")
_DOOR = bindparam("door", type_=BigInteger)
"""What is passed together on the way in, and shut by whoever lets all arrive who are on the way."""
_GIVEN = rowset(
    *(column(name, Uuid()) for name in ("user_id", "account_id", "event_id", "integration_id")),
    *(column(name, Text()) for name in ("user_name", "user_name_key", "external_id")),
    *(column(name, Text()) for name in ("actor", "actor_name", "request_id")),
    column("active", Boolean()),
    column("document", JSONB()),
    column("details", JSONB()),
)


_KEPT = (
    *("user_id", "event_id", "integration_id", "user_name", "user_name_key", "active", "details"),
    *("actor", "actor_name", "request_id"),
)


def _awaited(given: CTE) -> CTE:
    # One look for each, with a limit: PostgreSQL would hash everybody who is waited for to answer an EXISTS.
    names = ((waiting_members.c.value_key, given.c.user_name_key), (waiting_members.c.value, given.c.external_id))
    looks = [
        select(waiting_members.c.value)
        .where(waiting_members.c.integration_id == given.c.integration_id, waited_for == name)
        .limit(1)
        .correlate(given)
        .scalar_subquery()
        for waited_for, name in names
    ]
    return select(given.c.user_id).where(or_(*(look.is_not(None) for look in looks))).cte("awaited")


def _users(given: CTE, awaited: CTE | None) -> CTE:
    # Rivals have had their turn before a name is written, so that no two batches wait for each other's names.
    door = select(func.count(func.pg_advisory_xact_lock_shared(_DOOR))).scalar_subquery()
    turns = select(func.count(func.pg_advisory_xact_lock(_TURNS))).scalar_subquery()
    comes = true() if awaited is None else given.c.user_id.not_in(select(awaited.c.user_id))
    values = {
        "id": given.c.user_id,
        **{name: given.c[name] for name in ("integration_id", "user_name", "user_name_key", "external_id")},
        **{name: given.c[name] for name in ("active", "document")},
        "created_at": _NOW,
        "updated_at": _NOW,
    }
    order = (given.c.integration_id, given.c.user_name_key)
    source = select(*values.values()).where(door >= 0, turns >= 0, comes).order_by(*order)
    return (
        insert_or(users)
        .from_select(list(values), source)
        .on_conflict_do_nothing(constraint="user_names_are_unique_without_case")
        .returning(users.c.id)
        .cte("arrived")
    )


def _newcomers(given: CTE, arrived: CTE) -> CTE:
    """Find the account of each: one of the same userName that was left behind, or else one that is to be made."""
    left = (
        select(accounts.c.id, func.coalesce(accounts.c.name, accounts.c.user_name_key).label("target"))
        .where(
            accounts.c.integration_id == given.c.integration_id,
            accounts.c.user_name_key == given.c.user_name_key,
            accounts.c.user_id.is_(None),
        )
        .order_by(accounts.c.id.desc())
        .limit(1)
        .lateral("left_behind")
    )
    return (
        select(
            *(given.c[name] for name in _KEPT),
            left.c.id.label("left_id"),
            func.coalesce(left.c.id, given.c.account_id).label("id"),
            func.coalesce(left.c.target, given.c.user_name_key).label("target"),
        )
        .join_from(given, arrived, arrived.c.id == given.c.user_id)
        .outerjoin(left, true())
        .cte("newcomers")
    )


def _new_accounts(newcomers: CTE) -> CTE:
    source = select(
        newcomers.c.id, newcomers.c.integration_id, newcomers.c.user_id, newcomers.c.user_name_key, _NOW
    )
    return (
        insert(accounts)
        .from_select(
            ["id", "integration_id", "user_id", "user_name_key", "created_at"],
            source.where(newcomers.c.left_id.is_(None)),
        )
        .returning(accounts.c.id)
        .cte("new_accounts")
    )


def _jobs(newcomers: CTE) -> CTE:
    asked = select(
        newcomers.c.id,
        newcomers.c.integration_id,
        newcomers.c.target,
        newcomers.c.actor_name.label("actor"),
        newcomers.c.request_id,
    )
    return wish_for(asked.where(newcomers.c.active).subquery("subjects"), about_accounts=True).cte("asked")


def _taking_over(newcomers: CTE, asked: CTE) -> CTE:
    # The jobs are asked for before an account is touched: outcomes, too, are written in this order.
    done = select(func.count(asked.c.id)).scalar_subquery() >= 0
    return (
        update(accounts)
        .where(accounts.c.id == newcomers.c.left_id, done)
        # Whoever is back is no leaver: nobody is to read that the account will be deleted.
        .values(
            user_id=newcomers.c.user_id, delete_at=case((newcomers.c.active, null()), else_=accounts.c.delete_at)
        )
        .returning(accounts.c.id)
        .cte("taken_over")
    )


def _events(newcomers: CTE, asked: CTE) -> CTE:
    values = {
        "id": newcomers.c.event_id,
        "at": _NOW,
        "kind": literal(EventKind.USER_ASSIGNED.value, Text),
        "target": newcomers.c.user_name,
        "job_id": asked.c.id,
        **{
            name: newcomers.c[name]
            for name in ("integration_id", "actor", "actor_name", "user_id", "request_id", "details")
        },
    }
    source = select(*values.values()).join_from(
        newcomers, asked, asked.c.account_id == newcomers.c.id, isouter=True
    )
    return insert(events).from_select(list(values), source).returning(events.c.id).cte("told")


def _arrive(*, takes_awaited: bool) -> Select[Any]:
    given = select(_GIVEN).cte("wanted")
    awaited = _awaited(given)
    arrived = _users(given, None if takes_awaited else awaited)
    newcomers = _newcomers(given, arrived)
    asked = _jobs(newcomers)
    ended = union_all(
        select(arrived.c.id.label("user_id"), false().label("is_awaited")),
        select(awaited.c.user_id, true()),
    ).subquery("ended")
    return (
        select(ended)
        .add_cte(_new_accounts(newcomers))
        .add_cte(_taking_over(newcomers, asked))
        .add_cte(_events(newcomers, asked))
    )


# Two statements, and not one with a parameter: PostgreSQL would plan that anew each time.
_ARRIVE = prepare(_arrive(takes_awaited=False))
_ARRIVE_AWAITED = prepare(_arrive(takes_awaited=True))
_SHUT = prepare(select(func.count(func.pg_advisory_xact_lock(_DOOR))))


async def add_users(tx: Transaction, arrivals: Sequence[Arrival], *, takes_awaited: bool = False) -> list[Landing]:
    """Write users of one integration, their accounts, the jobs to provision the active ones, and the events.

    An account of the same userName that no user holds is taken over. Nothing is written of one whose userName is
    taken, which waits for one that is being taken at this moment, nor, unless it ``takes_awaited``, of one for
    whom a group waits. Touches the integration.
    """
    rows = [_row(arrival) for arrival in arrivals]
    values = {
        **wish_values(tx, JobKind.PROVISION),
        "rows": encode_rows(rows),
        "door": _door_of(arrivals[0].integration_id),
        "turns": lock_keys(arrival.turn for arrival in arrivals),
    }
    arrived: set[UUID] = set()
    awaited: set[UUID] = set()
    statement = _ARRIVE_AWAITED if takes_awaited else _ARRIVE
    for row in await tx.fetch_all(statement, **values):
        (awaited if row["is_awaited"] else arrived).add(row["user_id"])
    tx.touch(arrivals[0].integration_id)
    ids = [row["user_id"] for row in rows]
    return [Landing(UserId(each) if each in arrived else None, each in awaited) for each in ids]


async def let_arrive(tx: Transaction, integration_id: IntegrationId) -> None:
    """Wait until whoever is on the way into an integration has arrived."""
    await tx.execute(_SHUT, door=_door_of(integration_id))


def _door_of(integration_id: IntegrationId) -> int:
    return int.from_bytes(integration_id.bytes[8:], "big", signed=True)


def _row(arrival: Arrival) -> dict[str, Any]:
    return {
        "user_id": arrival.user_id or new_id(),
        "account_id": new_id(),
        "event_id": new_id(),
        "integration_id": arrival.integration_id,
        "user_name": arrival.user_name,
        "user_name_key": arrival.user_name_key,
        "external_id": arrival.external_id,
        "active": arrival.active,
        "document": orjson.Fragment(arrival.document),
        "actor": arrival.origin.actor.value,
        "actor_name": arrival.origin.name,
        "request_id": arrival.origin.request_id,
        "details": {} if arrival.active else {"active": False},
    }
